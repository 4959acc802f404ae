"""The sentences of a knockout: what was asked, how many genes change, on what it rests, how far it can be trusted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from app.pages.knockout.view import KnockoutView
from app.words import listing, number, percent, plural, thin, whole
from engine.types import KnockoutEffect, KnockoutModel
from engine.types.shown import only_measured

DID = {"knockout": "Knockout", "interference": "Knock-down", "activation": "Activation"}
DONE = {"knockout": "knocked out", "interference": "knocked down", "activation": "activated"}
WARNINGS = 3  # lines of a figure; all of them stand beside it
METHODS = {
    "auto": "Best by left-out error", "core": "Core", "no-change": "No change", "train-mean": "Mean of all",
    "additive": "Additive", "matching-mean": "Matching mean", "linear": "Low-rank linear", "ridge": "Kernel ridge",
    "mean": "Mean of all", "no change": "No change", "grape": "GRAPE", "gears": "GEARS",
    "propagation": "Network propagation",
}  # fmt: skip
PLAIN = ("no-change", "train-mean", "no change", "mean")  # predictors that know nothing of the gene that is asked for
NOTHING_BEATS = "Nothing beats that here"  # so begins the engine's own word of it
WORSE = "no better than the mean of all perturbations"
CAUTION = "A simulation: nothing was measured of it, and real knock-downs were hardly told by such ones."


def asked(view: KnockoutView, facts: dict[str, Any]) -> str:
    """`Knock-down of CD74`, `Simulated over-expression of SPI1 and JUN to 2 times`."""
    genes = listing(list(view.genes))
    if facts["basis"] == "screen":
        return f"{DID[facts['kind']]} of {genes}"
    return f"Simulated {dose_words(view.dose)[0].lower()}{dose_words(view.dose)[1:]} of {genes}{dose_end(view.dose)}"


def dose_words(dose: float) -> str:
    """What a dose is called."""
    return "Knockout" if dose == 0 else "Knock-down" if dose < 1 else "Over-expression"


def dose_end(dose: float) -> str:
    """` to 50 %` of its expression; nothing for a knockout."""
    return "" if dose == 0 else f" to {percent(dose)}" if dose < 1 else f" to {dose:g} times"


def headline(view: KnockoutView, facts: dict[str, Any], effect: KnockoutEffect | None) -> str:
    """What was found in one line; a result that did not beat the mean says so."""
    if view.tab == "rank":
        return "Which knockout does what you wish for?"
    if effect is None:
        done = DONE.get(facts.get("kind", ""), DONE["knockout"])
        return f"Which gene is to be {done}?" if not view.genes else asked(view, facts)
    if effect.evidence.get("abstained"):
        shown = "as it was measured, " if only_measured(effect.table) else ""
        return f"{asked(view, facts)}: {shown}no prediction"
    return f"{asked(view, facts)}: {counted(effect, view)}" + (f" · {WORSE}" if no_better(facts, effect) else "")


def counted(effect: KnockoutEffect, view: KnockoutView) -> str:
    """How many genes change beyond their intervals; where there are none, how many change at all."""
    rows = effect.table[~effect.table["target"].astype(bool)]
    told = rows["change"].notna()
    if not rows["change"].any():
        return "no change"
    if has_intervals(rows) and effect.evidence["basis"] == "screen":
        sure = (rows["low"] > 0) | (rows["high"] < 0)
        return (f"{whole(sure.sum())} of {plural(int(told.sum()), 'gene')} change beyond their {view.level}\u202f% "
                "intervals")  # fmt: skip
    if effect.evidence["basis"] == "screen":
        first = rows["change"].abs().idxmax()
        return f"most of all {'more' if rows.at[first, 'change'] > 0 else 'less'} {first}; without intervals"
    moved = int((rows["change"].abs() > 1e-6).sum())
    return f"{whole(moved)} of {plural(int(told.sum()), 'gene')} move"


def has_intervals(table: pd.DataFrame) -> bool:
    """Whether any gene has an interval."""
    return bool((table["low"].notna() & table["high"].notna()).any())


def no_better(facts: dict[str, Any], effect: KnockoutEffect) -> bool:
    """Whether what was drawn, or the best predictor of this screen, does not beat the mean on left-out perturbations.

    A simulation has no such test of its own.
    """
    if facts["basis"] != "screen" or effect.evidence.get("abstained"):
        return False
    used = facts.get("best", "") if effect.method in ("auto", "core") else effect.method
    loo = facts.get("loo", {})
    if used in PLAIN:
        return True
    mine, mean = (loo.get(name, {}).get("mse") for name in (used, "mean"))
    return mine is not None and mean is not None and mine >= mean


def tells_all_the_same(facts: dict[str, Any], effect: KnockoutEffect) -> bool:
    """Whether every gene that was not perturbed would be told what this one is."""
    used = facts.get("best", "") if effect.method in ("auto", "core") else effect.method
    return used in PLAIN and "+" not in effect.name


def lines_of(view: KnockoutView, model: KnockoutModel, effect: KnockoutEffect, drawn: str) -> list[str]:
    """The subtitle of a figure: what is drawn, n, method, level; then each warning."""
    facts = model.facts
    shown = f"{asked(view, facts)}. {drawn}; {basis_words(model)}"
    if only_measured(effect.table):
        return [f"{shown}; nothing is predicted of it", *cautioned(facts, effect)]
    shown = f"{shown}; {method_words(effect.method)}"
    return [f"{shown}, {interval_words(effect, view)}", *cautioned(facts, effect)]


def cautioned(facts: dict[str, Any], effect: KnockoutEffect) -> list[str]:
    """What a figure must warn of; of a simulation in a line, its particulars stand beside the figure."""
    if facts["basis"] == "screen":
        return first_warnings(facts, effect)
    assumed = effect.evidence.get("assumed") or []
    weak = [f"⚠ Weaker still: {listing(assumed)} {'acts' if len(assumed) == 1 else 'act'} through assumed signalling "
            "alone."] if assumed else []  # fmt: skip
    return [f"⚠ {CAUTION}", *weak]


def first_warnings(facts: dict[str, Any], effect: KnockoutEffect) -> list[str]:
    """The warnings that a figure has room for, and how many more there are."""
    found = warned(facts, effect)
    more = len(found) - WARNINGS
    return found if more < 2 else [*found[:WARNINGS], f"⚠ {more} more warnings are on its page"]


def basis_words(model: KnockoutModel) -> str:
    """On how much it rests."""
    facts = model.facts
    if facts["basis"] == "screen":
        screen = facts["screen"]
        cells = f", {plural(screen['n_cells'], 'cell')}" if screen["cells"] else ", a table of changes"
        return f"n = {plural(model.adata.n_obs, 'perturbation')}{cells}"
    return f"n = {plural(facts['n_cells'], 'cell')}, TF targets"


def method_words(name: str) -> str:
    """A method as a page says it."""
    return METHODS.get(name, name)


def interval_words(effect: KnockoutEffect, view: KnockoutView) -> str:
    """How the intervals came about."""
    n = effect.evidence.get("n_calibration")
    if not has_intervals(effect.table):
        return "no intervals"
    if effect.evidence["basis"] == "network":
        return f"{view.level}\u202f% spread over blocks of cells, not a calibrated interval"
    return f"{view.level}\u202f% conformal intervals from {plural(n, 'left-out perturbation')}" if n else \
        f"{view.level}\u202f% intervals"  # fmt: skip


def warned(facts: dict[str, Any], effect: KnockoutEffect) -> list[str]:
    """The warnings of an effect with their sign, and that it does not beat the mean."""
    found = [thin(text) for text in effect.evidence.get("warnings", [])]
    told = any(text.startswith(NOTHING_BEATS) for text in found)
    found += [f"On left-out perturbations it is {WORSE}: read the change as what any perturbation here does."] \
        if no_better(facts, effect) and not told else []  # fmt: skip
    return [f"⚠ {text}" for text in found]


def not_told(why: str) -> str:
    """Why nothing is predicted, with the method that can be asked instead as the page calls it."""
    return thin(why).replace("(method train-mean)", f"({METHODS['train-mean']}, under Method above)")


def coverage_said(effect: KnockoutEffect, view: KnockoutView) -> str:
    """How many genes of left-out perturbations lay in such intervals."""
    coverage = effect.evidence.get("coverage")
    if coverage is None or not np.isfinite(coverage):
        return "not measured"
    return f"{percent(coverage)} of genes of left-out perturbations lay in them (asked for: {view.level}\u202f%)"


def likeness_said(effect: KnockoutEffect) -> str:
    """The nearest perturbation that was seen, and how like it is."""
    nearest, likeness = effect.evidence.get("nearest"), effect.evidence.get("likeness")
    if not nearest:
        return "none"
    if effect.evidence.get("class") == "pair, both seen":
        return "both genes themselves"
    return nearest if likeness is None or not np.isfinite(likeness) else f"{nearest}, likeness {number(likeness)}"


def told(view: KnockoutView, facts: dict[str, Any], effect: KnockoutEffect | None, fault: str) -> str:
    """What was drawn, for those who hear the page."""
    return fault or f"{headline(view, facts, effect)}."

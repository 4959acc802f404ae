"""What a comparison found, in sentences: no more than its design can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.05
FEW = 5  # donors a side, below which a verdict says how few there are


def verdict(facts: dict[str, Any], table: pd.DataFrame) -> list[str]:
    """Sentences, the answer first.

    Parameters
    ----------
    facts
        The facts of the contrast, all but the verdict.
    table
        A row per compared gene, as `Contrast.table`.
    """
    found = [_answer(facts, table), *_power(facts), *_neighbourhood(facts), *_placement(facts, table),
             *_expression(facts, table)]  # fmt: skip
    return [sentence for sentence in found if sentence]


def permutation_warnings(design: dict[str, Any]) -> list[str]:
    """Fewer labellings drawn than an FDR of 5 % needs, where there were more to draw."""
    if design["exact"] or design["smallest_fdr"] < LEVEL:
        return []
    return [f"Only {design['permutations']:,} of {design['labellings']:,} labellings were compared, so no FDR below "
            f"{100 * design['smallest_fdr']:.3g} % can be had. Allow more permutations."]  # fmt: skip


def composition_warnings(facts: dict[str, Any]) -> list[str]:
    """Simpson's paradox: all cells together can differ only because some cell type became more frequent."""
    if facts["cell_type"] or len(facts["composition"]) < 2:
        return []
    said = ["All cell types are compared together: genes can change partners only because one cell type became more "
            "or less frequent. Compare within a cell type to see what remains."]  # fmt: skip
    moved = [one for one in facts["composition"] if one["fdr"] is not None and one["fdr"] < LEVEL]
    for one in sorted(moved, key=lambda one: one["fdr"])[:3]:
        kind, more = one["cell_type"], "more" if one["case"] > one["control"] else "less"
        said.append(f"{kind} is {more} frequent in {facts['case']} ({one['case']:.1%} of cells, {one['control']:.1%} "
                    f"in {facts['control']}; FDR {one['fdr']:.2g}). Leave it out (without: {kind}) to see whether the "
                    "changes go with it.")  # fmt: skip
    return said


def _answer(facts: dict[str, Any], table: pd.DataFrame) -> str:
    arm, which = facts["arms"]["partners"], f" in {facts['cell_type']}" if facts["cell_type"] else ""
    between = f"between {facts['control']} and {facts['case']}{which}"
    if arm is None:
        return f"Whether genes changed their partners {between} could not be tested."
    n, fewest = arm["n_5"], table["partners_fdr"].min()
    if n:
        least = table["rank"].nsmallest(5).index
        named = [gene for gene in least if table.loc[gene, "partners_fdr"] < LEVEL]
        return (f"{n:,} of {len(table):,} genes changed their partners {between} at 5 % FDR, most of all "
                f"{', '.join(named)}.")  # fmt: skip
    return (f"No gene of {len(table):,} changed its partners {between} at 5 % FDR (the smallest is "
            f"{100 * fewest:.3g} %; {arm['n_10']:,} lie below 10 %). That is no proof that none did.")  # fmt: skip


def _power(facts: dict[str, Any]) -> list[str]:
    design = facts["design"]
    control, case, ways = design["n_control"], design["n_case"], design["labellings"]
    if design["unit"] == "cells":
        return ["The units are blocks of cells of the same people: what is found holds for these people, and says "
                "little of others."]  # fmt: skip
    if min(control, case) >= FEW:
        return []
    sides = f"{control} donors a side" if control == case else f"{control} and {case} donors"
    return [f"With {sides} there are {ways:,} ways to label them: only changes that are large in nearly every donor "
            "can be seen."]  # fmt: skip


def _neighbourhood(facts: dict[str, Any]) -> list[str]:
    arm = facts["arms"]["neighbourhood"]
    if arm is None:
        return []
    return [f"By the overlap of their neighbourhoods alone, {_count(arm['n_5'])} changed at 5 % FDR."]


def _placement(facts: dict[str, Any], table: pd.DataFrame) -> list[str]:
    arm, other = facts["arms"]["placement"], facts["arms"]["neighbourhood"]
    if arm is None:
        return ["Places in a shared space were not compared."] if facts["params"]["space"] == "none" else []
    text = f"By their places in the shared space, {_count(arm['n_5'])} moved at 5 % FDR"
    if other is None:
        return [f"{text}."]
    more, less = arm["n_5"] > other["n_5"], arm["n_5"] < other["n_5"]
    than = "more than" if more else "fewer than" if less else "as many as"
    alike = _rank_correlation(table["placement"], table["neighbourhood"])
    return [f"{text}, {than} the neighbourhoods find; the two orders of genes agree with rank correlation "
            f"{alike:.2f}."]  # fmt: skip


def _expression(facts: dict[str, Any], table: pd.DataFrame) -> list[str]:
    """How many of the genes with other partners also changed their level."""
    arm, partners = facts["arms"]["expression"], facts["arms"]["partners"]
    if arm is None:
        return []
    said = f"In level, {arm['n_5'] or 'none'} of the genes compared changed at 5 % FDR"
    if not partners or not partners["n_5"]:
        return [f"{said}."]
    both = int(((table["partners_fdr"] < LEVEL) & (table["expression_fdr"] < LEVEL)).sum())
    return [f"{said}; of the genes that changed their partners, {both:,} changed in level too."]


def _count(n: int) -> str:
    return "no gene" if n == 0 else "1 gene" if n == 1 else f"{n:,} genes"


def _rank_correlation(one: pd.Series, two: pd.Series) -> float:
    known = one.notna() & two.notna()
    return float(np.corrcoef(one[known].rank(), two[known].rank())[0, 1]) if known.sum() > 2 else float("nan")

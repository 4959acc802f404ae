"""A knockout told from a screen: learned once, then a click away."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import __version__
from engine.errors import InvalidParameter, unknown
from engine.knockout.cautions import cautions
from engine.knockout.screen_model import adata_of, core_of
from engine.params import KnockoutParams
from engine.perturb.baselines import additive, matching_mean, no_change, train_mean
from engine.perturb.core import Core
from engine.perturb.fit import Fitted, fit_core
from engine.perturb.intervals import coverage, held_out, width
from engine.perturb.linear import linear
from engine.perturb.nearest import far_below
from engine.perturb.verdict import left_out_scores, pair_verdict, verdict
from engine.progress import Progress, Span
from engine.types import (
    CLASSES,
    META,
    GeneKnowledge,
    KnockoutEffect,
    KnockoutModel,
    Screen,
    perturbation_name,
    targets_of,
)

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

CLICKED = {"no-change": no_change, "train-mean": train_mean, "additive": additive, "matching-mean": matching_mean,
           "linear": linear}


def fit_screen_model(screen: Screen, known: GeneKnowledge, params: KnockoutParams, *,
                     progress: Progress | None = None) -> AnnData:
    """Learn from a screen all that a click needs: the content of a `KnockoutModel` of basis screen.

    Raises
    ------
    InvalidStudy
        When there are fewer than three perturbations of single genes.
    """
    progress, started = progress or Progress(), time.monotonic()
    asked = {gene for kernel in known.kernels for gene in kernel.genes.tolist()} | set(screen.genes.tolist())
    candidates = sorted(asked | {gene for name in screen.names for gene in targets_of(name)})
    fitted = fit_core(screen, known, candidates, seed=params.seed, progress=Span(progress, 0.0, 0.9))
    progress.stage("How far off it was", 0.9)
    adata = adata_of(screen, known, fitted, candidates)
    adata.uns[META] = json.dumps(_facts(screen, known, params, fitted, adata, time.monotonic() - started))
    return adata


def predict_from_screen(model: KnockoutModel, genes: Sequence[str], *, method: str = "core",
                        level: float | None = 0.9) -> KnockoutEffect:
    """What a perturbation of one or two genes would do; a perturbation of the screen is told without itself.

    Parameters
    ----------
    method
        core, or a baseline by its name in `METHODS`: no-change, train-mean, additive, matching-mean or linear.
    level
        Share of genes that the intervals shall hold; None gives no intervals. Only the core has any.

    Raises
    ------
    UnknownName
        When a gene is neither measured nor known to anything.
    InvalidParameter
        When there is no gene, one twice or more than two; no such method; or a level that the left-out perturbations
        of that class cannot support.
    """
    name = _name(model, genes)
    if method != "core" and method not in CLICKED:
        raise InvalidParameter(f"A click can ask for core, {', '.join(CLICKED)}, found '{method}'. Others are in the "
                               "comparison of methods.")  # fmt: skip
    core = core_of(model)
    kind = core.class_of(name)
    outside = _outside(model, core, name) if method == "core" else ""
    if outside:
        change = np.full(len(model.genes), np.nan, np.float32)
    else:
        change = core.predict(name) if method == "core" else CLICKED[method](Screen(model.adata), [name])[0]
    half = _half_width(model, kind, level) if method == "core" and not outside else np.full(len(change), np.nan)
    table = _table(model, name, change, half)
    return KnockoutEffect(name, method, table, _evidence(model, core, name, method, level, outside))


def _name(model: KnockoutModel, genes: Sequence[str]) -> str:
    genes = [genes] if isinstance(genes, str) else list(genes)
    if not 1 <= len(genes) <= 2:
        raise InvalidParameter(f"A screen tells of one gene or two, found {len(genes)}. Name one or two genes.")
    if len(set(genes)) < len(genes):
        raise InvalidParameter(f"'{genes[0]}' is given twice; one gene is knocked out once. Name another.")
    for gene in genes:
        if gene not in model.candidates.index:
            raise unknown("gene", gene, model.candidates.index, where="in this screen or in what is known of genes")
    return perturbation_name(genes)


def _outside(model: KnockoutModel, core: Core, name: str) -> str:
    """Why nothing is told: an unseen gene that nothing knows; or empty."""
    targets = targets_of(name)
    asked = [gene for gene in targets if len(targets) == 1 or gene not in core.singles]
    reasons = model.candidates.loc[asked, "reason"].astype(str)
    return " ".join(reason for reason in reasons if reason)


def _half_width(model: KnockoutModel, kind: str, level: float | None) -> np.ndarray:
    missed = model.adata.uns["missed"]
    if level is None or not held_out(missed, kind):
        return np.full(model.adata.n_vars, np.nan)
    return width(missed, kind, level) * model.adata.var["sigma"].to_numpy()


def _table(model: KnockoutModel, name: str, change: np.ndarray, half: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    adata, control = model.adata, model.adata.var["control"].to_numpy()
    target = adata.var_names.isin(targets_of(name))
    half = np.where(target, np.nan, half)
    measured = measured_se = np.full(len(change), np.nan, np.float32)
    if name in adata.obs_names:
        row = adata.obs_names.get_loc(name)
        measured = adata.X[row]
        measured_se = adata.layers["se"][row] if "se" in adata.layers else measured_se
    return pd.DataFrame({"control": control, "change": change, "low": change - half, "high": change + half,
                         "measured": measured, "measured_se": measured_se, "target": target,
                         "outside": control + change < -1e-6}, index=adata.var_names.rename("gene"))  # fmt: skip


def _evidence(model: KnockoutModel, core: Core, name: str, method: str, level: float | None,
              outside: str) -> dict[str, Any]:
    facts, missed, kind = model.facts, model.adata.uns["missed"], core.class_of(name)
    targets = list(targets_of(name))
    unseen = [gene for gene in targets if len(targets) == 1 or gene not in core.singles]
    rows = model.candidates.loc[unseen or targets].sort_values("likeness")
    n = held_out(missed, kind)
    kernels = model.adata.uns["kernels"]
    evidence = {
        "basis": "screen", "kind": facts["kind"], "scale": facts["scale"], "cell_type": facts["screen"]["cell_type"],
        "dose": 0.0, "class": kind, "level": level, "n_calibration": n,
        "coverage": coverage(missed, kind, level) if level and method == "core" and n else None,
        "nearest": str(rows["nearest"].iloc[0]) if unseen else ", ".join(targets),
        "likeness": float(rows["likeness"].iloc[0]) if unseen else 1.0,
        "known_by": sorted({by for each in rows["known_by"] for by in str(each).split(",") if by}),
        "weights": dict(zip(kernels["kernel"].astype(str), kernels["weight"].astype(float), strict=True)),
        "left_out": method == "core" and core.was_left_out(name), "abstained": outside, "path": [],
    }  # fmt: skip
    return evidence | {"warnings": cautions(model, core, name, method, evidence)}


def _facts(screen: Screen, known: GeneKnowledge, params: KnockoutParams, fitted: Fitted, adata: AnnData,
           seconds: float) -> dict[str, Any]:
    of_screen, candidates = screen.facts, adata.uns["candidates"]
    likeness = candidates.loc[fitted.core.singles, "likeness"].to_numpy()
    pairs = {kind: {"beta": model.beta.tolist(), "n": model.n, "constant": model.choice[1], "together": model.choice[2]}
             for kind, model in fitted.core.pairs.items()}  # fmt: skip
    return {
        "study": of_screen["study"], "title": of_screen["title"], "basis": "screen", "kind": of_screen["kind"],
        "scale": of_screen["scale"], "species": of_screen["species"], "cell_types": [],
        "n_cells": of_screen["n_cells"], "notes": list(known.notes),
        "verdict": [*verdict(fitted.singles, seed=params.seed), *pair_verdict(fitted, seed=params.seed)],
        "loo": left_out_scores(fitted.singles), "penalty": _penalty(fitted), "best": fitted.core.best,
        "relative": fitted.core.relative, "shrunk": fitted.shrunk, "far": far_below(likeness), "pairs": pairs,
        "classes": {kind: held_out(adata.uns["missed"], kind) for kind in CLASSES}, "screen": of_screen,
        "params": params.to_dict(), "sources": [kernel.source for kernel in known.kernels],
        "made": {"created": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": seconds,
                 "version": __version__, "command": ""},
    }  # fmt: skip


def _penalty(fitted: Fitted) -> float | None:
    """Penalty of the ridge where its kernels together have a mean likeness of 1 with themselves; None without any."""
    total = float(np.trace(fitted.singles.ridge.kernel)) / len(fitted.singles.changes.names)
    return 1 / total if total > 0 else None

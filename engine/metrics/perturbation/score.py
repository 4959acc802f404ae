"""All measures of predicted changes: a row a held-out perturbation, a column a measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidParameter
from engine.metrics.perturbation.agreement import (
    distance,
    pearson,
    root_squared_error,
    same_direction,
    squared_error,
)
from engine.metrics.perturbation.among import centroid_accuracy, discrimination
from engine.metrics.perturbation.changed import beyond_noise, overlap, size, strongest
from engine.metrics.perturbation.measures import HIGHEST, TOPS, WITH_TARGET
from engine.types.perturbations import targets_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class HeldOut:
    """What was measured of perturbations that no method saw, those of one class.

    `delta` and `se`, (n_perturbations, n_genes), NaN where not measured; `control`, mean in control cells, (n_genes,),
    NaN for a table of changes; `centre`, mean change of the training perturbations, (n_genes,).
    """

    names: Sequence[str]
    genes: np.ndarray
    delta: np.ndarray = field(repr=False)
    se: np.ndarray = field(repr=False)
    control: np.ndarray = field(repr=False)
    centre: np.ndarray = field(repr=False)

    def __post_init__(self) -> None:
        shape = (len(self.names), len(self.genes))
        found = (self.delta.shape, self.se.shape, (len(self.control),), (len(self.centre),))
        if found != (shape, shape, shape[1:], shape[1:]):
            raise InvalidParameter(f"Changes and their errors must be of shape {shape}, with a control and a centre a "
                                   f"gene; found {found}. Give all of the same perturbations and genes.")  # fmt: skip

    @cached_property
    def targets(self) -> np.ndarray:
        """Which genes each perturbation aims at, boolean (n_perturbations, n_genes)."""
        place = {gene: i for i, gene in enumerate(self.genes)}
        found = np.zeros(self.delta.shape, dtype=bool)
        for i, name in enumerate(self.names):
            found[i, [place[gene] for gene in targets_of(name) if gene in place]] = True
        return found

    @cached_property
    def highest(self) -> np.ndarray:
        """The genes highest in control, boolean (n_genes,); none where control is not known."""
        known = np.where(np.isfinite(self.control), self.control, -np.inf)
        first = np.argsort(-known, kind="stable")[:HIGHEST]
        found = np.zeros(len(known), dtype=bool)
        found[first] = np.isfinite(self.control[first])
        return found


def score(predicted: np.ndarray, truth: HeldOut) -> pd.DataFrame:
    """Every measure of `MEASURES` but those of intervals, NaN where it is not defined.

    Parameters
    ----------
    predicted
        Changes against control, (n_perturbations, n_genes), in the order of `truth`.

    Returns
    -------
    A row a perturbation, its name the index; a column a measure.
    """
    import pandas as pd

    predicted, measured = np.asarray(predicted, dtype=np.float64), np.asarray(truth.delta, dtype=np.float64)
    if predicted.shape != measured.shape:
        raise InvalidParameter(f"Predictions must be of shape {measured.shape}, found {predicted.shape}. "
                               "Give a row a held-out perturbation.")  # fmt: skip
    t, rest, everything = size(measured, truth.se), ~truth.targets, np.ones(measured.shape, dtype=bool)
    found = _correlations(predicted, measured, t, rest, everything)
    found["pcc_systema"] = pearson(predicted, measured, rest, centre=truth.centre)
    found |= _errors(predicted, measured, t, rest, truth)
    found["dac"] = same_direction(predicted, measured, rest)
    found["dac_changed"] = same_direction(predicted, measured, rest & beyond_noise(t))
    for top in TOPS[:2]:
        found[f"dac_de{top}"] = same_direction(predicted, measured, strongest(t, top, rest))
    found["des"] = overlap(predicted, measured, truth.se, rest)
    others = rest.all(axis=0)
    found["pds"] = discrimination(predicted, measured, others)
    found["centroid_accuracy"] = centroid_accuracy(predicted, measured, others)
    return pd.DataFrame(found, index=pd.Index(list(truth.names), name="perturbation"))


def coverage(low: np.ndarray, high: np.ndarray, truth: HeldOut) -> np.ndarray:
    """Share of genes of each perturbation whose measured change lies in its interval, targets left out.

    NaN where no interval was given, or nothing measured.
    """
    kept = ~truth.targets & np.isfinite(low) & np.isfinite(high) & np.isfinite(truth.delta)
    inside = (truth.delta >= low) & (truth.delta <= high) & kept
    n = kept.sum(axis=1)
    return np.where(n > 0, inside.sum(axis=1) / np.maximum(n, 1), np.nan)


def _correlations(predicted: np.ndarray, measured: np.ndarray, t: np.ndarray, rest: np.ndarray,
                  everything: np.ndarray) -> dict[str, np.ndarray]:
    found = {}
    for ending, kept in (("", rest), (WITH_TARGET, everything)):
        found[f"pcc_delta{ending}"] = pearson(predicted, measured, kept)
        for top in TOPS:
            found[f"pcc_delta_de{top}{ending}"] = pearson(predicted, measured, strongest(t, top, kept))
    return found


def _errors(predicted: np.ndarray, measured: np.ndarray, t: np.ndarray, rest: np.ndarray,
            truth: HeldOut) -> dict[str, np.ndarray]:
    return {"rmse": root_squared_error(predicted, measured, rest),
            "mse_de20": squared_error(predicted, measured, strongest(t, 20, rest)),
            "l2_highest": distance(predicted, measured, rest & truth.highest)}  # fmt: skip

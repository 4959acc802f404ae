"""Predictions that learn next to nothing, the bar for all that learn more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.perturb.changes import changes_of, singles_of
from engine.types import Screen, targets_of


def no_change(screen: Screen, names: Sequence[str]) -> np.ndarray:
    """Nothing changes, float32 (n_names, n_genes)."""
    return np.zeros((len(names), len(screen.genes)), np.float32)


def train_mean(screen: Screen, names: Sequence[str]) -> np.ndarray:
    """The mean change of all perturbations, each counted once, float32 (n_names, n_genes); without its own."""
    known = changes_of(screen, screen.names, targets=True)
    row, values = {name: i for i, name in enumerate(known.names)}, known.values
    mean = values.mean(axis=0, dtype=np.float64)
    return np.stack([_mean_without(mean, values, row.get(name)) for name in names]).astype(np.float32)


def additive(screen: Screen, names: Sequence[str]) -> np.ndarray:
    """The sum of the changes of the single perturbations, float32 (n_names, n_genes).

    Where a single was not seen, the mean of the singles stands for it; where there are none, the mean of all.
    """
    return np.stack([sum(parts) for parts in _parts(screen, names)]).astype(np.float32)


def matching_mean(screen: Screen, names: Sequence[str]) -> np.ndarray:
    """The mean of the changes of the single perturbations, float32 (n_names, n_genes); unseen ones as in `additive`."""
    return np.stack([sum(parts) / len(parts) for parts in _parts(screen, names)]).astype(np.float32)


def _parts(screen: Screen, names: Sequence[str]) -> list[list[np.ndarray]]:
    """The change of each gene of each perturbation, of the single of that gene; one's own is never its prediction."""
    singles = singles_of(screen)
    known = changes_of(screen, singles or screen.names, targets=True)
    row, values = {name: i for i, name in enumerate(known.names)}, known.values.astype(np.float64)
    mean = values.mean(axis=0)
    return [[values[row[gene]] if gene in row and gene != name else _mean_without(mean, values, row.get(name))
             for gene in targets_of(name)] for name in names]  # fmt: skip


def _mean_without(mean: np.ndarray, values: np.ndarray, row: int | None) -> np.ndarray:
    if row is None or len(values) < 2:
        return mean
    return (mean * len(values) - values[row]) / (len(values) - 1)

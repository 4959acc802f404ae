"""Changes to learn from: a perturbation's own targets and what was not measured take no part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.types import Screen, targets_of


@dataclass(frozen=True)
class Changes:
    """Changes of some perturbations, filled where they do not count, and where they do.

    `values`, float32 (n_perturbations, n_genes): where a gene was not measured, or is the target, stands its mean over
    the other perturbations, which says nothing. `counts`, bool of that shape: False there. `noise`, float64
    (n_perturbations,): mean squared standard error; 0 where none is known.
    """

    names: list[str]
    values: np.ndarray
    counts: np.ndarray
    noise: np.ndarray


def singles_of(screen: Screen) -> list[str]:
    """Perturbations of one gene."""
    return [name for name in screen.names if len(targets_of(name)) == 1]


def pairs_of(screen: Screen) -> list[str]:
    """Perturbations of two genes."""
    return [name for name in screen.names if len(targets_of(name)) == 2]


def target_mask(names: Sequence[str], genes: np.ndarray) -> np.ndarray:
    """Whether a gene is a target of a perturbation, bool (n_names, n_genes)."""
    at, mask = {gene: i for i, gene in enumerate(genes)}, np.zeros((len(names), len(genes)), bool)
    for row, name in enumerate(names):
        mask[row, [at[gene] for gene in targets_of(name) if gene in at]] = True
    return mask


def changes_of(screen: Screen, names: Sequence[str], *, targets: bool = False) -> Changes:
    """Changes of those perturbations; with `targets`, what happens to the targets themselves counts too."""
    rows = screen.adata.obs_names.get_indexer(list(names))
    values, counts = screen.delta[rows], np.isfinite(screen.delta[rows])
    if not targets:
        counts &= ~target_mask(names, screen.genes)
    return Changes(list(names), filled(values, counts), counts, _noise(screen, rows, counts))


def filled(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Values where they count, elsewhere the mean of the gene where it counts, float32."""
    return np.where(counts, values, mean_where(values, counts)).astype(np.float32)


def mean_where(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean of each gene over the rows where it counts, 0 if nowhere, float64 (n_genes,)."""
    kept = np.where(counts, values, 0).astype(np.float64)
    return kept.sum(axis=0) / np.maximum(counts.sum(axis=0), 1)


def mean_of_others(changes: Changes) -> np.ndarray:
    """For each row the mean of each gene over the other rows where it counts, float64 (n_perturbations, n_genes)."""
    kept = np.where(changes.counts, changes.values, 0).astype(np.float64)
    return (kept.sum(axis=0) - kept) / np.maximum(changes.counts.sum(axis=0) - changes.counts, 1)


def squares(residual: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean square of each row where it counts, float64 (n_rows,)."""
    return np.where(counts, np.square(residual, dtype=np.float64), 0).sum(axis=1) / np.maximum(counts.sum(axis=1), 1)


def _noise(screen: Screen, rows: np.ndarray, counts: np.ndarray) -> np.ndarray:
    if "se" not in screen.adata.layers:
        return np.zeros(len(rows))
    se = screen.se[rows].astype(np.float64)
    good = counts & np.isfinite(se)
    return np.where(good, se**2, 0).sum(axis=1) / np.maximum(good.sum(axis=1), 1)

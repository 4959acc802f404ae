"""Edges kept out of training: some to stop by, others to measure on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class EdgeSplit:
    """Columns of `GeneGraph.edges`, int64 indices in order: to learn from, to stop by, and to measure on."""

    kept: np.ndarray
    validation: np.ndarray
    held_out: np.ndarray

    @property
    def seen(self) -> np.ndarray:
        """All that training could be guided by: everything but what is measured on."""
        return np.union1d(self.kept, self.validation)


def split_edges(n_edges: int, share: float, *, validation: float = 0.0, seed: int | tuple[int, ...]) -> EdgeSplit:
    """Keep out round(share · n_edges) edges to measure on and round(validation · n_edges) to stop by.

    Drawn without replacement; the edges to measure on do not depend on `validation`.
    """
    rng = np.random.default_rng(seed)
    out = np.sort(rng.choice(n_edges, round(share * n_edges), replace=False))
    rest = np.setdiff1d(np.arange(n_edges), out)
    stop = np.sort(rng.choice(rest, min(round(validation * n_edges), len(rest)), replace=False))
    return EdgeSplit(np.setdiff1d(rest, stop), stop, out)

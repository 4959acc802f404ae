"""Edges kept out of training, to measure on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class EdgeSplit:
    """Columns of `GeneGraph.edges`: those to learn from and those kept out, int64 indices in order."""

    kept: np.ndarray
    held_out: np.ndarray


def split_edges(n_edges: int, share: float, *, seed: int | tuple[int, ...]) -> EdgeSplit:
    """Keep out round(share · n_edges) edges, drawn without replacement."""
    rng = np.random.default_rng(seed)
    out = np.sort(rng.choice(n_edges, round(share * n_edges), replace=False))
    return EdgeSplit(np.setdiff1d(np.arange(n_edges), out), out)

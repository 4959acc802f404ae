"""Which gene pairs of a CS-CORE result are edges: by p, by false discovery rate, or the strongest of each gene."""

from __future__ import annotations

import numpy as np

from engine.graph.cscore import CsCore
from engine.params import NetworkParams


def choose_edges(network: CsCore, params: NetworkParams) -> np.ndarray:
    """Joined pairs, bool (n_genes, n_genes), symmetric, without diagonal.

    A pair without a p, or whose estimate is exactly 0, is no edge.
    """
    possible = np.isfinite(network.statistic) & (network.estimate != 0)
    np.fill_diagonal(possible, False)
    if params.edges == "top-k":
        return _strongest(np.where(possible, np.abs(network.statistic), -np.inf), params.top_k)
    level = params.max_p if params.edges == "p" else _fdr_level(network, possible, params.max_fdr)
    joined = np.empty_like(possible)
    for start in range(0, len(possible), 512):
        rows = slice(start, start + 512)
        p = network.p_rows(start, start + 512)
        joined[rows] = possible[rows] & ((p < level) if params.edges == "p" else (p <= level))
    return joined


def _fdr_level(network: CsCore, possible: np.ndarray, max_fdr: float) -> float:
    """The largest p that Benjamini and Hochberg accept over all possible pairs; −1 when none."""
    p = np.sort(network.p_value()[np.triu(possible, 1)])
    accepted = p <= max_fdr * np.arange(1, len(p) + 1) / max(len(p), 1)
    return float(p[np.flatnonzero(accepted)[-1]]) if accepted.any() else -1.0


def _strongest(strength: np.ndarray, k: int) -> np.ndarray:
    """Pairs in which one gene is among the `k` strongest partners of the other."""
    k = min(k, len(strength) - 1)
    partners = np.argpartition(-strength, k - 1, axis=1)[:, :k]
    joined = np.zeros(strength.shape, dtype=bool)
    np.put_along_axis(joined, partners, True, axis=1)
    joined &= np.isfinite(strength)
    return joined | joined.T

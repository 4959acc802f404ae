"""Random changed genes that are matched to the real ones in number, direction and how many regulators target them."""

from __future__ import annotations

import numpy as np

MOST_BINS = 10


def degree_bins(degree: np.ndarray, *, most: int = MOST_BINS) -> np.ndarray:
    """Bin of each gene by its degree, about equally full; genes of one degree are in one bin, int (n_genes,)."""
    edges = np.unique(np.quantile(degree, np.linspace(0, 1, most + 1)[1:-1])) if len(degree) else np.empty(0)
    return np.searchsorted(edges, degree, side="left")


def drawn_directions(direction: np.ndarray, bins: np.ndarray, n: int, *, seed: int) -> np.ndarray:
    """Directions of `n` random sets of changed genes.

    Within each bin, as many genes as really changed there are drawn and given those genes' directions in random order.

    Parameters
    ----------
    direction
        1, −1 or 0 (not changed) of each gene, (n_genes,).

    Returns
    -------
    float32 (n_genes, n), a column a set.
    """
    rng, out = np.random.default_rng(seed), np.zeros((len(direction), n), np.float32)
    for one in np.unique(bins):
        here = np.flatnonzero(bins == one)
        out[here] = rng.permuted(np.repeat(direction[here, None].astype(np.float32), n, axis=1), axis=0)
    return out

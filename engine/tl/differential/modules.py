"""Modules of genes that go together, and how much they do in each unit."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from engine.tl.differential.design import Design
from engine.tl.differential.sums import TINY, UnitSums
from engine.tl.leiden import leiden

NEAREST = 10  # partners that a gene keeps
WEAKEST = 0.1  # correlation of a partner


def find_modules(correlation: np.ndarray, seed: int) -> np.ndarray:
    """Module of each gene, "1" the largest: Leiden on each gene's ten most correlated partners.

    Negative correlations join no module. A gene without a partner of 0.1 or more is a module of its own.

    Parameters
    ----------
    correlation
        Symmetric, shape (n_genes, n_genes).
    """
    ties = np.where(correlation >= WEAKEST, correlation, 0)
    np.fill_diagonal(ties, 0)
    n_kept = min(NEAREST, len(ties))
    least = np.partition(ties, -n_kept, axis=1)[:, -n_kept]
    ties = np.where(ties >= np.maximum(least, WEAKEST)[:, None], ties, 0)
    return leiden(sparse.csr_matrix(np.maximum(ties, ties.T)), seed=seed)


def module_togetherness(sums: UnitSums, modules: list[np.ndarray], design: Design) -> np.ndarray:
    """Mean correlation of the pairs of each module in each unit, float64 (n_modules, n_units), within [−1, 1].

    Variances are those of the unit's whole side, since those of one unit are too rough to divide by; so a single
    correlation may leave [−1, 1], and only their mean is clipped. NaN for a module of fewer than two genes.

    Parameters
    ----------
    modules
        Places of the genes of each module among the genes of `sums`.
    """
    sides = np.stack([~design.case, design.case]).astype(np.float32)
    scale = sums.scale(sides)[design.case.astype(int)]  # (n_units, n_genes)
    totals = np.zeros((len(modules), sums.n_units))
    belongs = np.zeros((len(modules), sums.n_genes), dtype=np.float32)
    for number, genes in enumerate(modules):
        belongs[number, genes] = 1
    for strip in sums.strips():
        found = (strip.products / np.maximum(strip.weights, TINY)).reshape(sums.n_units, *strip.shape)
        found *= scale[:, strip.rows, None] * scale[:, None, strip.right]
        found *= np.arange(strip.right.start, strip.right.stop) > np.arange(strip.rows.start, strip.rows.stop)[:, None]
        totals += np.einsum("mr,urc,mc->mu", belongs[:, strip.rows], found, belongs[:, strip.right], optimize=True)
    n_genes = belongs.sum(axis=1).astype(int)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(totals / (n_genes * (n_genes - 1) / 2)[:, None], -1, 1)

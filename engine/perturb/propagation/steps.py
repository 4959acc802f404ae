"""A change of some genes carried through a network of coefficients, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

N_STEPS = 3


@dataclass(frozen=True)
class Range:
    """The smallest and largest level of each gene that was seen in a cell, shape (n_genes,)."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, x) -> Range:
        """The range of CSR or dense levels (n_cells, n_genes)."""
        low, high = x.min(axis=0), x.max(axis=0)
        return cls(*(np.asarray(end.todense() if hasattr(end, "todense") else end).ravel() for end in (low, high)))


def first_change(x: np.ndarray, dose: float, *, most: float, everywhere: bool = True) -> np.ndarray:
    """Δ₀ of one gene in every cell when `dose` of its expression is left, in log1p of counts per 10,000.

    Counts are multiplied: log1p(dose · c) − x with c = expm1(x). Where more is made than there was (dose > 1), a cell
    without any gets dose − 1 times what the cells with some have on average, and no cell more than `most`, the
    largest level seen: beyond it the regression knows nothing.

    Parameters
    ----------
    x
        Log levels of the gene, shape (n_cells,).
    everywhere
        Whether cells without any get some; else they stay without.
    """
    counts = np.expm1(x)
    made = dose * counts
    if dose > 1 and everywhere and (counts > 0).any():
        made[counts == 0] = (dose - 1) * counts[counts > 0].mean()
    return np.minimum(np.log1p(made), np.maximum(most, x)) - x


def propagate(x: np.ndarray, held: np.ndarray, start: np.ndarray, network, *, steps: int = N_STEPS) -> np.ndarray:
    """Δ of every gene in every cell, shape (n_cells, n_genes), in the type of `x`.

    So many times: Δ ← ΔB; the changed genes are held at Δ₀; no level falls below 0, Δ ← max(x + Δ, 0) − x.
    After Kamimoto et al., Nature 614, 742 (2023).

    Parameters
    ----------
    x
        Log levels, dense (n_cells, n_genes).
    held, start
        Places of the genes that are changed, int (n_held,), and their Δ₀, (n_cells, n_held).
    network
        B: coefficients, sparse (n_genes, n_genes), from regulator (row) to target.
    """
    onto, floor, start = network.T.tocsr(), -np.ascontiguousarray(x.T), start.T  # genes in rows: sparse @ dense
    delta = np.zeros_like(floor)
    delta[held] = start
    for _ in range(steps):
        delta = onto @ delta
        delta[held] = start
        np.maximum(delta, floor, out=delta)  # max(x + Δ, 0) − x without the rounding of a sum
    return np.ascontiguousarray(delta.T, dtype=x.dtype)


def clip(x: np.ndarray, delta: np.ndarray, seen: Range) -> tuple[np.ndarray, np.ndarray]:
    """Δ with every level kept within what was seen, and in how many cells each gene would have left it."""
    low, high = seen.low.astype(x.dtype) - x, seen.high.astype(x.dtype) - x
    tiny = np.finfo(x.dtype).eps * 8 * np.maximum(np.abs(seen.high), 1)
    left = ((delta < low - tiny) | (delta > high + tiny)).sum(axis=0)
    return np.clip(delta, low, high), left

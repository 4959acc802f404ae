"""SPARK-X: genes whose counts follow their place in the tissue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidCounts
from engine.io.matrix import InMemory, Matrix, blocks

KERNELS = ("projection", *(f"gaus{i}" for i in range(1, 6)), *(f"cos{i}" for i in range(1, 6)))
QUANTILES = (0.2, 0.4, 0.6, 0.8, 1.0)  # of |coordinate|, the lengths of the kernels
BLOCK = 4096
TINY = 1e-16  # below it tan((½ − p)π) is 1/(pπ)


@dataclass(frozen=True)
class SpatialTest:
    """A test of every gene; one that no spot has is NaN throughout.

    `statistic` and `p` float64 (n_genes, 11), in the order of `KERNELS`; `combined` over the kernels by
    Cauchy's combination; `adjusted` by Benjamini and Yekutieli over the genes, both (n_genes,).
    """

    statistic: np.ndarray
    p: np.ndarray
    combined: np.ndarray
    adjusted: np.ndarray


def spark_x(counts, coordinates: np.ndarray) -> SpatialTest:
    """SPARK-X of Zhu, Sun & Zhou, Genome Biology 22, 184 (2021), in closed form.

    Each kernel is a projection onto two columns, so the null of T/λ is χ² with two degrees of freedom and
    p = exp(−T/2λ) exactly. Spots without counts are left out. One pass, the counts stay sparse.

    Parameters
    ----------
    counts
        Raw counts, shape (n_spots, n_genes): CSR, dense, or a `Matrix`.
    coordinates
        Places of the spots, shape (n_spots, 2).

    Raises
    ------
    InvalidCounts
        When there are fewer than 3 spots with counts, they lie on one line, or a place is not a number.
    """
    matrix = counts if hasattr(counts, "rows") else InMemory(counts)
    total = np.concatenate([np.asarray(block.sum(axis=1)).ravel() for block in blocks(matrix, size=BLOCK)])
    filled = total > 0
    columns = np.zeros((matrix.shape[0], 2 * len(KERNELS)))
    columns[filled] = kernel_columns(coordinates[filled])
    products, sums, squares = _sums(matrix, columns)
    statistic = _statistics(products, columns, squares, int(filled.sum()))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 - sums**2 / (squares * filled.sum())  # λ, the eigenvalue of a gene
        p = np.exp(-statistic / (2 * share[:, None]))
    combined = cauchy_combination(p)
    return SpatialTest(statistic, p, combined, _adjusted(combined))


def kernel_columns(coordinates: np.ndarray) -> np.ndarray:
    """The two centred columns of each kernel, shape (n_spots, 22).

    Coordinates centred per axis; then as they are, exp(−x²/2l²), and cos(2πx/l), with l the quantiles of |x|.
    """
    places = np.asarray(coordinates, dtype=np.float64)
    if places.ndim != 2 or places.shape[1] != 2 or not np.isfinite(places).all():
        raise InvalidCounts(
            f"Spatial genes need two finite coordinates a spot, found an array of shape {places.shape}"
            f"{'' if np.isfinite(places).all() else ' with missing values'}. Correct obsm['spatial']."
        )
    places = places - places.mean(axis=0)
    if len(places) < 3 or np.linalg.matrix_rank(places) < 2:
        raise InvalidCounts(
            f"Spatial genes need at least 3 spots with counts that do not lie on one line, found {len(places):,}. "
            "Correct obsm['spatial'], or leave the spatial test out."
        )
    lengths = np.quantile(np.abs(places), QUANTILES, axis=0)  # (5, 2)
    parts = [places, *(np.exp(-(places**2) / (2 * length**2)) for length in lengths),
             *(np.cos(2 * np.pi * places / length) for length in lengths)]  # fmt: skip
    return np.concatenate([part - part.mean(axis=0) for part in parts], axis=1)


def cauchy_combination(p: np.ndarray) -> np.ndarray:
    """One p of each row (Liu & Xie, 2020): the mean of tan((½ − p)π) is Cauchy under the null."""
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(p < TINY, 1 / (p * np.pi), np.tan((0.5 - p) * np.pi))
        mean = parts.mean(axis=1)
        return np.where(mean > 1 / TINY, 1 / (mean * np.pi), 0.5 - np.arctan(mean) / np.pi)


def _sums(matrix: Matrix, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each gene: counts times each column (n_genes, 22), their sum and their sum of squares (n_genes,)."""
    n_genes, start = matrix.shape[1], 0
    products, sums, squares = np.zeros((n_genes, columns.shape[1])), np.zeros(n_genes), np.zeros(n_genes)
    for block in blocks(matrix, size=BLOCK):
        y = block.astype(np.float64)
        products += y.T @ columns[start : start + y.shape[0]]
        sums += np.asarray(y.sum(axis=0)).ravel()
        squares += np.bincount(y.indices, weights=y.data**2, minlength=n_genes)
        start += y.shape[0]
    return products, sums, squares


def _statistics(products: np.ndarray, columns: np.ndarray, squares: np.ndarray, n_spots: int) -> np.ndarray:
    """T = n (yX)(XᵀX)⁻¹(yX)ᵀ/Σy² of each kernel, X its two columns."""
    found = []
    for start in range(0, columns.shape[1], 2):
        x, product = columns[:, start : start + 2], products[:, start : start + 2]
        found.append(np.einsum("gi,ij,gj->g", product, np.linalg.pinv(x.T @ x, hermitian=True), product))
    with np.errstate(divide="ignore", invalid="ignore"):
        return n_spots * np.stack(found, axis=1) / squares[:, None]


def _adjusted(p: np.ndarray) -> np.ndarray:
    from scipy.stats import false_discovery_control

    known, adjusted = np.isfinite(p), np.full_like(p, np.nan)
    if known.any():
        adjusted[known] = false_discovery_control(np.clip(p[known], 0, 1), method="by")
    return adjusted

"""Normalisation by analytic Pearson residuals, and the genes whose residuals vary most."""

from __future__ import annotations

import numpy as np


def detected_fraction(counts) -> np.ndarray:
    """Share of cells in which each gene has a count, shape (n_genes,); `counts` is CSR (n_cells, n_genes)."""
    return np.asarray((counts > 0).mean(axis=0)).ravel()


def pearson_residuals(counts, *, theta: float = 100.0) -> np.ndarray:
    """Analytic Pearson residuals, float64 (n_cells, n_genes), clipped to ±√n_cells.

    Lause, Berens & Kobak, Genome Biology 22, 258 (2021), as scanpy computes them.
    """
    import warnings

    from anndata import AnnData
    from scanpy.experimental.pp import normalize_pearson_residuals

    adata = AnnData(counts.astype(np.float64).toarray())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        normalize_pearson_residuals(adata, theta=theta, check_values=False)
    return adata.X


def most_variable(residuals: np.ndarray, n_genes: int) -> np.ndarray:
    """Columns with the largest residual variance, at most `n_genes`, in their original order."""
    variance = residuals.var(axis=0)
    first = np.argsort(-variance, kind="stable")[:n_genes]
    return np.sort(first)


def log_mean(counts, depth: np.ndarray) -> np.ndarray:
    """Mean of log1p(1e4 · count / depth) of each gene, shape (n_genes,)."""
    scaled = counts.multiply(1e4 / depth[:, None]).tocsr()
    scaled.data = np.log1p(scaled.data)
    return np.asarray(scaled.mean(axis=0)).ravel()

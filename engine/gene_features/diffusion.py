"""Likeness of genes by diffusion over a network: the heat kernel through its leading eigenvectors.

With A the weighted adjacency and D its row sums, L = I − D^-½ A D^-½ has the eigenvectors of D^-½ A D^-½ and the
eigenvalues 1 − μ. The heat kernel is exp(−t L) = Σ exp(−t (1 − μ)) u uᵀ (Kondor and Lafferty 2002). The first
eigenvector, √D, says how many neighbours a gene has and nothing else: it is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse

COMPONENTS = 100


def leading(adjacency: sparse.csr_matrix, n: int = COMPONENTS, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The largest eigenvalues μ of D^-½ A D^-½ below the first, (n,), and their eigenvectors, (n_genes, n).

    Parameters
    ----------
    adjacency
        Symmetric, not negative, of one connected network: shape (n_genes, n_genes), no row empty.
    n
        How many at most; a small network has one less than genes.
    """
    from scipy.sparse import diags
    from scipy.sparse.linalg import eigsh

    scale = 1 / np.sqrt(np.asarray(adjacency.sum(axis=1), dtype=np.float64).ravel())
    normal = (diags(scale) @ adjacency @ diags(scale)).astype(np.float64)
    n_genes = normal.shape[0]
    if n + 1 >= n_genes // 2:
        values, vectors = np.linalg.eigh(normal.toarray())
    else:
        start = np.random.default_rng(seed).standard_normal(n_genes)
        values, vectors = eigsh(normal, k=n + 1, which="LA", v0=start, tol=1e-6)
    order = np.argsort(values)[::-1][1 : n + 1]
    return values[order], vectors[:, order]


def heat(values: np.ndarray, vectors: np.ndarray, time: float) -> np.ndarray:
    """Features whose products are exp(−t L) without its first eigenvector, shape (n_genes, n)."""
    return vectors * np.exp(-time * (1 - values) / 2)

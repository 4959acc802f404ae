"""Overlap of a gene's neighbours between two co-expression graphs: the weight λ of MuSe-GNN."""

from __future__ import annotations

import numpy as np
from scipy import sparse

EPSILON = 1e-8  # added to the union, as in the published code


def adjacency(edges: np.ndarray, n_genes: int) -> sparse.csr_matrix:
    """Symmetric 0/1 adjacency with a diagonal of ones, float32, shape (n_genes, n_genes).

    Parameters
    ----------
    edges
        Undirected edges, shape (2, n_edges), each given in one or both directions.
    """
    loops = np.arange(n_genes)
    i = np.concatenate([edges[0], edges[1], loops])
    j = np.concatenate([edges[1], edges[0], loops])
    return _ones(sparse.csr_matrix((np.ones(len(i), np.float32), (i, j)), shape=(n_genes, n_genes)))


def neighbour_jaccard(
    adjacency_1, adjacency_2, names_1: np.ndarray, names_2: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Jaccard index of the neighbour sets of every gene that two graphs share.

    A neighbour set holds symbols, with the gene itself; λ = |A ∩ B| / (|A ∪ B| + 1e-8), λ_ijg of
    the MuSe-GNN paper.

    Parameters
    ----------
    adjacency_1, adjacency_2
        Symmetric adjacency, sparse or dense, where non-zero means an edge whatever its sign; the
        diagonal is taken as set. Shapes (n_1, n_1) and (n_2, n_2).
    names_1, names_2
        Gene symbols, each once, shapes (n_1,) and (n_2,).

    Returns
    -------
    rows_1, rows_2
        Rows of the common genes in each graph, in alphabetical order of the symbols, int64.
    weights
        λ of each common gene, float64, in [0, 1].
    """
    _, rows_1, rows_2 = np.intersect1d(names_1, names_2, assume_unique=True, return_indices=True)
    first, second = _with_loops(adjacency_1)[rows_1], _with_loops(adjacency_2)[rows_2]
    both = first[:, rows_1].multiply(second[:, rows_2])
    shared = np.asarray(both.sum(axis=1), dtype=np.float64).ravel()
    union = np.diff(first.indptr) + np.diff(second.indptr) - shared
    return rows_1, rows_2, shared / (union + EPSILON)


def _with_loops(matrix) -> sparse.csr_matrix:
    matrix = sparse.csr_matrix(matrix)
    matrix.eliminate_zeros()
    return _ones(_ones(matrix) + sparse.identity(matrix.shape[0], dtype=np.float32, format="csr"))


def _ones(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """The same pattern with every stored value 1."""
    return sparse.csr_matrix(
        (np.ones(len(matrix.data), np.float32), matrix.indices, matrix.indptr), shape=matrix.shape
    )

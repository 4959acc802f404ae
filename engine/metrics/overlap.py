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


class NeighbourBits:
    """Neighbour sets of the genes of many graphs, a bit for every gene name, so that λ of a pair is a count.

    Parameters
    ----------
    edges
        Undirected edges of each graph, shape (2, n_edges), each once.
    names
        Gene symbols of each graph, each once.
    """

    def __init__(self, edges: list[np.ndarray], names: list[np.ndarray]) -> None:
        universe, place = np.unique(np.concatenate(names), return_inverse=True)
        self.codes = np.split(place, np.cumsum([len(of_graph) for of_graph in names])[:-1])
        self._bits = [_packed(pairs, own, len(universe)) for pairs, own in zip(edges, self.codes, strict=True)]
        self._size = [np.bitwise_count(bits).sum(axis=1, dtype=np.int64) for bits in self._bits]

    def jaccard(self, i: int, j: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """`neighbour_jaccard` of graphs i and j, common genes in alphabetical order."""
        _, rows_i, rows_j = np.intersect1d(self.codes[i], self.codes[j], assume_unique=True, return_indices=True)
        both = self._bits[i][rows_i] & self._bits[j][rows_j]
        shared = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
        return rows_i, rows_j, shared / (self._size[i][rows_i] + self._size[j][rows_j] - shared + EPSILON)


def _packed(edges: np.ndarray, codes: np.ndarray, n_names: int) -> np.ndarray:
    """Neighbour sets with the gene itself as bits, uint64 (n_genes, words), a strip of genes at a time."""
    words = -(-n_names // 64)
    bits = np.zeros((len(codes), words * 8), np.uint8)
    joined = adjacency(edges, len(codes))
    for start in range(0, len(codes), 512):
        rows = joined[start : start + 512].tocoo()
        dense = np.zeros((min(512, len(codes) - start), words * 64), dtype=bool)
        dense[rows.row, codes[rows.col]] = True
        bits[start : start + 512] = np.packbits(dense, axis=1)
    return bits.view(np.uint64)

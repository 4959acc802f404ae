"""What the clusters of an embedding hold: shared genes (CGR) and shared neighbours (NO)."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
from scipy import sparse

BLOCK = 1024  # rows of a cluster whose neighbour sets are dense at a time


def common_gene_ratio(genes: np.ndarray, clusters: np.ndarray) -> float | None:
    """CGR: Σ_c |c|/N · (1 − unique genes of c / |c|), 0 when no cluster holds a gene twice.

    Equal to 1 − (different pairs of cluster and gene) / N. One giant cluster maximises it.
    """
    if len(genes) == 0:
        return None
    pairs = np.unique(_codes(clusters) * (len(genes) + 1) + _codes(genes))
    return 1 - len(pairs) / len(genes)


def neighbour_overlap(
    neighbours: sparse.csr_matrix, datasets: np.ndarray, clusters: np.ndarray
) -> float | None:
    """NO: Σ_c |c|/N · mean Jaccard of the neighbour sets of all pairs of c from different datasets.

    A cluster without such a pair counts 0; None with a single dataset.

    Parameters
    ----------
    neighbours
        `neighbour_sets` of every row, 0/1, shape (n_rows, n_names).
    datasets, clusters
        Of each row, shape (n_rows,).
    """
    if len(np.unique(datasets)) < 2:
        return None
    total = 0.0
    for c in np.unique(clusters):
        rows = np.flatnonzero(clusters == c)
        jaccard, n_pairs = _cross_jaccard(neighbours[rows], _codes(datasets)[rows])
        total += len(rows) / len(clusters) * jaccard / max(n_pairs, 1)
    return total


def neighbour_sets(adjacencies: list[sparse.csr_matrix], names: list[np.ndarray]) -> sparse.csr_matrix:
    """Neighbour set of every gene of every dataset, over all gene names together.

    Parameters
    ----------
    adjacencies
        0/1 with the diagonal set, as `overlap.adjacency` makes them, one a dataset.
    names
        Gene symbols of each dataset.

    Returns
    -------
    csr_matrix
        float32, shape (rows of all datasets, different names).
    """
    universe, place = np.unique(np.concatenate(names), return_inverse=True)
    parts, start = [], 0
    for matrix in adjacencies:
        ties = matrix.tocoo()
        own = place[start : start + matrix.shape[0]]
        parts.append(sparse.csr_matrix((ties.data, (ties.row, own[ties.col])), shape=(len(own), len(universe))))
        start += matrix.shape[0]
    return sparse.vstack(parts, format="csr", dtype=np.float32)


def _cross_jaccard(neighbours: sparse.csr_matrix, dataset: np.ndarray) -> tuple[float, int]:
    """Sum of the Jaccard index over pairs of different datasets, and their number."""
    size = np.diff(neighbours.indptr).astype(np.float64)
    blocks = [slice(at, at + BLOCK) for at in range(0, len(dataset), BLOCK)]
    total, pairs = 0.0, 0
    for one, two in combinations_with_replacement(blocks, 2):
        differ = dataset[one][:, None] != dataset[two][None]
        shared = neighbours[one].toarray() @ neighbours[two].toarray().T
        jaccard = shared / (size[one][:, None] + size[two][None] - shared)
        twice = 2 if one == two else 1  # inside a block every pair is met in both orders
        total += jaccard[differ].sum() / twice
        pairs += int(differ.sum()) // twice
    return total, pairs


def _codes(labels: np.ndarray) -> np.ndarray:
    return np.unique(labels, return_inverse=True)[1]

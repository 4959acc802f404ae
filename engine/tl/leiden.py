"""Clusters of genes by the Leiden method, numbered by size."""

from __future__ import annotations

import numpy as np
from scipy import sparse

RESOLUTION = 1.0


def leiden(connectivities: sparse.csr_matrix, *, seed: int, resolution: float = RESOLUTION) -> np.ndarray:
    """Cluster of each row: "1" is the largest; among equals the one that begins first.

    Parameters
    ----------
    connectivities
        Symmetric weights, shape (n_rows, n_rows).
    seed
        Same seed, same clusters.
    resolution
        Larger gives more clusters (Traag, Waltman and van Eck 2019; modularity at 1).
    """
    import igraph
    import leidenalg

    ties = connectivities.tocoo()
    graph = igraph.Graph(n=ties.shape[0], edges=np.stack([ties.row, ties.col], axis=1), directed=True)
    partition = leidenalg.find_partition(
        graph, leidenalg.RBConfigurationVertexPartition, weights=ties.data.astype(np.float64).tolist(),
        n_iterations=-1, seed=seed, resolution_parameter=resolution,
    )
    return _numbered(np.asarray(partition.membership, dtype=np.int64))


def _numbered(membership: np.ndarray) -> np.ndarray:
    found, first, inverse, size = np.unique(membership, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(found), np.int64)
    rank[np.lexsort((first, -size))] = np.arange(1, len(found) + 1)
    return rank[inverse].astype(str)

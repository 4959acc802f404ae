"""Clusters and map of an embedding, from one neighbour graph."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from engine.tl.leiden import leiden
from engine.tl.neighbours import N_NEIGHBOURS, connectivities, nearest, unit_rows
from engine.tl.umap import umap


def place(
    vectors: np.ndarray, *, seed: int, n_neighbours: int = N_NEIGHBOURS
) -> tuple[np.ndarray, np.ndarray, sparse.csr_matrix]:
    """Where every row lies and with which others, by the cosine of their vectors.

    Parameters
    ----------
    vectors
        Shape (n_rows, n_latent), finite.
    seed
        Same seed, same result on one machine.

    Returns
    -------
    coordinates
        UMAP, float32, shape (n_rows, 2).
    clusters
        Leiden, text from "1", the largest, shape (n_rows,).
    connectivities
        The neighbour graph, shape (n_rows, n_rows).
    """
    directions = unit_rows(vectors)
    neighbours = nearest(directions, n_neighbours=n_neighbours)
    graph = connectivities(neighbours)
    return umap(directions, neighbours, seed=seed), leiden(graph, seed=seed), graph


def cluster(
    vectors: np.ndarray, *, seed: int, n_neighbours: int = N_NEIGHBOURS
) -> tuple[np.ndarray, sparse.csr_matrix]:
    """Clusters and neighbour graph as `place` gives them, without the map."""
    graph = connectivities(nearest(unit_rows(vectors), n_neighbours=n_neighbours))
    return leiden(graph, seed=seed), graph


def warm_up() -> None:
    """Load what `place` needs, so that the first map of a process does not wait for it."""
    place(np.random.default_rng(0).standard_normal((64, 4)), seed=0)

"""Clusters and map of an embedding, from one neighbour graph."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from engine.tl.leiden import leiden
from engine.tl.neighbours import N_NEIGHBOURS, connectivities, nearest, unit_rows
from engine.tl.umap import umap


class Placed(NamedTuple):
    """Where every row lies and with which others.

    `umap` float32, shape (n_rows, 2); `clusters` text from "1", the largest, shape (n_rows,);
    `connectivities` the neighbour graph, sparse, shape (n_rows, n_rows).
    """

    umap: np.ndarray
    clusters: np.ndarray
    connectivities: sparse.csr_matrix


def place(vectors: np.ndarray, *, seed: int, n_neighbours: int = N_NEIGHBOURS) -> Placed:
    """Map and Leiden clusters by the cosine of the vectors; same seed, same result on one machine.

    Parameters
    ----------
    vectors
        Shape (n_rows, n_latent), finite.
    """
    directions = unit_rows(vectors)
    neighbours = nearest(directions, n_neighbours=n_neighbours)
    graph = connectivities(neighbours)
    return Placed(umap(directions, neighbours, seed=seed), leiden(graph, seed=seed), graph)


def cluster(
    vectors: np.ndarray, *, seed: int, n_neighbours: int = N_NEIGHBOURS
) -> tuple[np.ndarray, sparse.csr_matrix]:
    """Clusters and neighbour graph as `place` gives them, without the map."""
    graph = connectivities(nearest(unit_rows(vectors), n_neighbours=n_neighbours))
    return leiden(graph, seed=seed), graph


def warm_up() -> None:
    """Load what `place` needs, so that the first map of a process does not wait for it."""
    place(np.random.default_rng(0).standard_normal((64, 4)), seed=0)

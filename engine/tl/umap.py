"""The flat map of genes: UMAP of the neighbours that clusters are made of, by umap-learn."""

from __future__ import annotations

import warnings

import numpy as np

from engine.tl.neighbours import Neighbours

MIN_DISTANCE = 0.5  # scanpy's default
SPREAD = 10.0  # half-width of the start, as umap-learn's
FEW_ROWS = 50  # below this nearly all rows are neighbours, and the layout has nothing to tell apart


def umap(vectors: np.ndarray, neighbours: Neighbours, *, seed: int) -> np.ndarray:
    """Coordinates on the map, float32, shape (n_rows, 2); same seed, same map.

    Starts from the two leading principal components (McInnes, Healy and Melville 2018); with fewer
    than 50 rows, or all of them alike, those are the map.
    """
    start = principal_plane(vectors)
    if neighbours.n_rows < FEW_ROWS or not np.ptp(start, axis=0).all():
        return start
    from umap import UMAP

    rows, distances = neighbours.with_self()
    layout = UMAP(
        n_neighbors=rows.shape[1], min_dist=MIN_DISTANCE, init=start, random_state=seed, n_jobs=1,
        precomputed_knn=(rows, distances.astype(np.float32)),
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that new points could not be added later: none are
        placed = layout.fit_transform(vectors)
    return (placed - placed.mean(axis=0)).astype(np.float32)


def principal_plane(vectors: np.ndarray) -> np.ndarray:
    """The two leading principal components, largest coordinate 10, float32, shape (n_rows, 2)."""
    centred = vectors - vectors.mean(axis=0) if len(vectors) else vectors
    axes = np.linalg.eigh(centred.T.astype(np.float64) @ centred)[1][:, ::-1][:, :2]
    plane = centred @ axes
    plane = np.pad(plane, ((0, 0), (0, 2 - plane.shape[1])))
    return (SPREAD * plane / max(np.abs(plane).max(initial=0), 1e-12)).astype(np.float32)

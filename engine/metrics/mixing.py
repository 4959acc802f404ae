"""How well datasets mix within clusters, on the genes that every dataset has."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from engine.tl.neighbours import nearest

N_NEIGHBOURS = 90
PERPLEXITY = 30.0
TOLERANCE = 1e-5  # of the entropy, in the bisection
MAX_STEPS = 50


def asw(vectors: np.ndarray, datasets: np.ndarray, clusters: np.ndarray) -> float | None:
    """Average silhouette width of the dataset within each cluster, turned so that 1 is mixed.

    In a cluster: mean of 1 − |s| with s the silhouette of the dataset label (Euclidean); then the
    mean of the clusters, as scib's `silhouette_batch`. Clusters with one dataset, or as many
    datasets as rows, are left out; None when none is left.
    """
    found = [_asw_of_cluster(vectors[clusters == c], datasets[clusters == c]) for c in np.unique(clusters)]
    found = [value for value in found if value is not None]
    return float(np.mean(found)) if found else None


def _asw_of_cluster(vectors: np.ndarray, datasets: np.ndarray) -> float | None:
    from sklearn.metrics import silhouette_samples

    if not 1 < len(np.unique(datasets)) < len(datasets):
        return None
    return float(np.mean(1 - np.abs(silhouette_samples(vectors, datasets))))


def graph_connectivity(graph: sparse.spmatrix, clusters: np.ndarray) -> float | None:
    """Mean over clusters of the share of rows in the cluster's largest connected part (scib).

    Parameters
    ----------
    graph
        Symmetric neighbour graph of these rows, non-zero where tied, shape (n_rows, n_rows).
    clusters
        Cluster of each row, shape (n_rows,).
    """
    from scipy.sparse.csgraph import connected_components

    if len(clusters) == 0:
        return None
    ties = sparse.coo_matrix(graph)
    within = (clusters[ties.row] == clusters[ties.col]) & (ties.data != 0)
    inner = sparse.coo_matrix((np.ones(within.sum()), (ties.row[within], ties.col[within])), shape=ties.shape)
    part = connected_components(inner, directed=False)[1]
    _, codes, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    of_part = np.bincount(part)
    largest = np.zeros(len(sizes))
    np.maximum.at(largest, codes, of_part[part])
    return float(np.mean(largest / sizes))


def ilisi(vectors: np.ndarray, datasets: np.ndarray) -> float | None:
    """Effective number of datasets around a row, scaled so that 0 is one and 1 is all of them.

    (median of 1/Σ p² − 1)/(datasets − 1), with p the share of each dataset among the 89 nearest
    other rows (Euclidean, exact) weighted at perplexity 30: scib-metrics' `ilisi_knn` of 90
    neighbours, the row itself counted as the first; equation of Korsunsky et al. 2019. With fewer
    than 90 rows all of them are taken, at a third of their number as perplexity. scib 1.x gives
    another number under this name, since it takes similarities for distances: see
    `engine.metrics.path_mixing`.

    Returns
    -------
    float or None
        None with one dataset, or fewer than 6 rows (no perplexity above 1).
    """
    names, labels = np.unique(datasets, return_inverse=True)
    k = min(N_NEIGHBOURS, len(vectors))
    perplexity = min(PERPLEXITY, k // 3)
    if len(names) < 2 or perplexity < 2:
        return None
    near = nearest(np.asarray(vectors, dtype=np.float64), n_neighbours=k)
    inverse_simpson = 1 / simpson(near.distances, labels[near.rows], perplexity, len(names))
    return float((np.median(inverse_simpson) - 1) / (len(names) - 1))


def simpson(distances: np.ndarray, labels: np.ndarray, perplexity: float, n_labels: int) -> np.ndarray:
    """Σ p² of the label shares around each row, shape (n_rows,)."""
    weights = _weights(distances - distances.min(axis=1, keepdims=True), perplexity)
    share = np.stack([(weights * (labels == label)).sum(axis=1) for label in range(n_labels)])
    return (share**2).sum(axis=0)


def _weights(distances: np.ndarray, perplexity: float) -> np.ndarray:
    """exp(−β d), summing to 1 in a row, β by bisection to the wanted entropy; the least d of a row is 0."""
    n = len(distances)
    beta, low, high = np.ones(n), np.full(n, -np.inf), np.full(n, np.inf)
    for _ in range(MAX_STEPS):
        weights, excess = _entropy_excess(distances, beta, perplexity)
        moving = np.abs(excess) >= TOLERANCE
        if not moving.any():
            break
        low = np.where(moving & (excess > 0), beta, low)
        high = np.where(moving & (excess <= 0), beta, high)
        beta = np.where(moving, _next_beta(beta, low, high), beta)
    return weights


def _next_beta(beta: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        middle = (low + high) / 2
    return np.where(np.isinf(high), 2 * beta, np.where(np.isinf(low), beta / 2, middle))


def _entropy_excess(distances: np.ndarray, beta: np.ndarray, perplexity: float) -> tuple[np.ndarray, np.ndarray]:
    weights = np.exp(-distances * beta[:, None])
    total = weights.sum(axis=1)
    entropy = np.log(total) + beta * (distances * weights).sum(axis=1) / total
    return weights / total[:, None], entropy - np.log(perplexity)

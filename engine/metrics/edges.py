"""How well pairwise scores tell edges from non-edges: ranks, exact, ties counted half."""

from __future__ import annotations

import numpy as np


def edge_auc(scores_pos: np.ndarray, scores_neg: np.ndarray) -> float:
    """Chance that an edge scores above a non-edge (Mann–Whitney), ties half; NaN when a side is empty."""
    return _auc_above(np.asarray(scores_pos).ravel(), np.sort(np.asarray(scores_neg), axis=None))


def edge_aucs(scores: np.ndarray, sets: list[np.ndarray], network: np.ndarray) -> list[float]:
    """`edge_auc` of several sets of edges, each against all non-edges.

    Parameters
    ----------
    scores
        Symmetric score of every pair of genes, shape (n_genes, n_genes).
    sets
        Edges to be found, each of shape (2, n); the diagonal may be among them.
    network
        All edges of the graph, shape (2, n_edges): every other pair i < j is a non-edge.
    """
    negatives = np.sort(scores[non_edges(network, len(scores))])
    return [_auc_above(scores[edges[0], edges[1]], negatives) for edges in sets]


def cosine_edge_auc(vectors: np.ndarray, edges: np.ndarray, network: np.ndarray) -> float:
    """AUC of the cosine of two genes' vectors: `edges` against all pairs that are not in `network`."""
    return edge_aucs(cosine(vectors), [edges], network)[0]


def published_edge_auc(scores: np.ndarray, edges: np.ndarray, network: np.ndarray) -> float:
    """The edge AUC of the MuSe-GNN paper: all ordered pairs, each gene an edge to itself."""
    n = len(scores)
    pairs, loops = edge_aucs(scores, [edges, np.tile(np.arange(n), (2, 1))], network)
    return with_diagonal(pairs, loops, edges.shape[1], n)


def with_diagonal(pairs: float, loops: float, n_edges: int, n_genes: int) -> float:
    """AUC over all ordered pairs from the AUC of the edges i < j and that of the diagonal.

    Every edge counts twice, each place of the diagonal once, and the non-edges are the same.
    """
    if n_edges == 0:
        return loops
    return (2 * n_edges * pairs + n_genes * loops) / (2 * n_edges + n_genes)


def signed_auc(positive: float, negative: float) -> float:
    """AUC of edges of either sign as one: positive ones by the score, negative ones by the score turned round.

    Parameters
    ----------
    positive, negative
        AUC of the edges of each sign by the same score; NaN where there are none, and the other then stands alone.
    """
    known = [auc for auc in (positive, 1 - negative) if not np.isnan(auc)]
    return float(np.mean(known)) if known else float("nan")


def non_edges(network: np.ndarray, n_genes: int) -> np.ndarray:
    """Mask of the pairs i < j that are not in `network`, bool, shape (n_genes, n_genes)."""
    free = np.triu(np.ones((n_genes, n_genes), dtype=bool), k=1)
    free[network[0], network[1]] = False
    free[network[1], network[0]] = False
    return free


def cosine(vectors: np.ndarray) -> np.ndarray:
    """Cosine of every pair of rows, float32, diagonal 1, shape (n_rows, n_rows)."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    found = unit @ unit.T
    np.fill_diagonal(found, 1)
    return found


def correlation(features: np.ndarray) -> np.ndarray:
    """Pearson correlation of every pair of feature rows, float32; 0 where a row is constant."""
    return cosine(features - features.mean(axis=1, keepdims=True))


def degree_product(edges: np.ndarray, n_genes: int) -> np.ndarray:
    """Product of the degrees of every pair of genes, each gene counted as its own neighbour, float64."""
    degree = 1.0 + np.bincount(edges.ravel(), minlength=n_genes)
    return np.outer(degree, degree)


def _auc_above(positives: np.ndarray, negatives: np.ndarray) -> float:
    """AUC against negatives that are sorted already."""
    if len(positives) == 0 or len(negatives) == 0:
        return float("nan")
    below = np.searchsorted(negatives, positives, side="left").astype(np.float64)
    not_above = np.searchsorted(negatives, positives, side="right")
    return float((below + not_above).mean() / 2 / len(negatives))

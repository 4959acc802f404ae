"""iLISI as scib 1.x and the MuSe-GNN paper have it: neighbours by the shortest path through a graph of likeness."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from scipy import sparse

from engine.metrics.mixing import N_NEIGHBOURS, PERPLEXITY, simpson
from engine.tl.neighbours import connectivities, nearest

MOST_SOURCES = 3000  # rows around which mixing is measured; of more a sample is drawn


def ilisi_scib1(vectors: np.ndarray, datasets: np.ndarray, *, seed: int = 0) -> float | None:
    """Effective number of datasets around a row, scaled so that 0 is one and 1 is all of them, as scib 1.x has it.

    As `ilisi`, but around each row are the 90 other rows nearest by the shortest path in UMAP's graph of 15
    neighbours, where the connectivity of two rows is taken for their distance: likeness counts as length, as
    in scib 1.x's `ilisi_graph(type_="embed")`. A row that reaches fewer than 90 others counts as unmixed.
    With fewer than 91 rows all others are taken, at a third of the rows' number as perplexity. Where several
    rows are equally far, the one of the lower number comes first; scib leaves that open, so maps with equal
    rows may differ from it in the second digit.

    Parameters
    ----------
    seed
        Of the sample of rows that stands for all when there are more than `MOST_SOURCES`.

    Returns
    -------
    float or None
        None with one dataset, or fewer than 6 rows.
    """
    names, labels = np.unique(datasets, return_inverse=True)
    k = min(N_NEIGHBOURS, len(vectors) - 1)
    perplexity = min(PERPLEXITY, (k + 1) // 3)
    if len(names) < 2 or perplexity < 2:
        return None
    rows, distances = nearest_by_path(connectivities(nearest(vectors)), _sources(len(vectors), seed), k=k)
    reached = np.isfinite(distances).all(axis=1)
    concentration = np.ones(len(rows))
    concentration[reached] = simpson(distances[reached], labels[rows[reached]], perplexity, len(names))
    return float((np.median(1 / concentration) - 1) / (len(names) - 1))


def nearest_by_path(graph: sparse.csr_matrix, sources: np.ndarray, *, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k other rows nearest to each source by the shortest path; Dijkstra, ended at the k-th.

    Parameters
    ----------
    graph
        Length of every edge, not negative, symmetric, shape (n_rows, n_rows).
    sources
        Rows to start from, shape (n_sources,).

    Returns
    -------
    rows, distances
        Nearest first, shape (n_sources, k); −1 and infinity where fewer can be reached.
    """
    ties = [list(zip(graph.indices[at:to].tolist(), graph.data[at:to].astype(float).tolist(), strict=True))
            for at, to in zip(graph.indptr, graph.indptr[1:], strict=False)]  # fmt: skip
    rows, distances = np.full((len(sources), k), -1), np.full((len(sources), k), np.inf)
    for place, source in enumerate(sources.tolist()):
        found = _walk(ties, source, k)
        rows[place, : len(found)], distances[place, : len(found)] = list(found), list(found.values())
    return rows, distances


def _walk(ties: list[list[tuple[int, float]]], source: int, k: int) -> dict[int, float]:
    """Distance of up to k other rows, nearest first."""
    settled: dict[int, float] = {}
    waiting = [(0.0, source)]
    while waiting and len(settled) <= k:
        distance, row = heappop(waiting)
        if row in settled:
            continue
        settled[row] = distance
        for other, length in ties[row]:
            if other not in settled:
                heappush(waiting, (distance + length, other))
    del settled[source]
    return settled


def _sources(n_rows: int, seed: int) -> np.ndarray:
    if n_rows <= MOST_SOURCES:
        return np.arange(n_rows)
    return np.sort(np.random.default_rng(seed).choice(n_rows, MOST_SOURCES, replace=False))

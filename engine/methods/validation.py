"""The edges that training may stop by, and how well vectors tell them, within a dataset and across datasets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.graph.split import EdgeSplit
from engine.metrics.edges import edge_auc
from engine.types import GeneGraph

NON_EDGES = 20_000  # pairs without an edge drawn from each dataset


@dataclass(frozen=True)
class Validation:
    """Positive validation edges and absent pairs of each dataset, as rows of all datasets, (2, n) each.

    `within` holds the pairs of each dataset as they are; `across` those whose second gene is in another
    dataset too, with its row there, so that they tell whether datasets have come to lie in one space.
    """

    within: list[tuple[np.ndarray, np.ndarray]]
    across: list[tuple[np.ndarray, np.ndarray]]

    @classmethod
    def of(cls, graphs: list[GeneGraph], splits: list[EdgeSplit], *, seed: int) -> Validation:
        """From the networks of a study and the edges kept out."""
        place = np.unique(np.concatenate([graph.genes for graph in graphs]), return_inverse=True)[1]
        start, within, across = 0, [], []
        for i, (graph, split) in enumerate(zip(graphs, splits, strict=True)):
            rng = np.random.default_rng([seed, i])
            edges = graph.edges[:, split.validation[graph.statistic[split.validation] > 0]] + start
            absent = _absent(graph, rng) + start
            own = np.arange(start, start + graph.n_genes)
            within.append((edges, absent))
            across.append((_elsewhere(edges, own, place, rng), _elsewhere(absent, own, place, rng)))
            start += graph.n_genes
        return cls(within, across)

    def auc(self, vectors: list[np.ndarray]) -> float | None:
        """AUC of validation edges against absent pairs by cosine: mean over datasets, and over both kinds."""
        rows = np.concatenate(vectors)
        unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        found = [_mean_auc(unit, kind) for kind in (self.within, self.across)]
        known = [value for value in found if value is not None]
        return float(np.mean(known)) if known else None


def _mean_auc(unit: np.ndarray, parts: list[tuple[np.ndarray, np.ndarray]]) -> float | None:
    found = [edge_auc(_cosine(unit, edges), _cosine(unit, absent)) for edges, absent in parts
             if edges.shape[1] and absent.shape[1]]  # fmt: skip
    return float(np.mean(found)) if found else None


def _cosine(unit: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    return (unit[pairs[0]] * unit[pairs[1]]).sum(axis=1)


def _absent(graph: GeneGraph, rng: np.random.Generator) -> np.ndarray:
    pairs = np.sort(rng.integers(graph.n_genes, size=(2, NON_EDGES)), axis=0)
    keys, known = pairs[0] * graph.n_genes + pairs[1], graph.edges[0] * graph.n_genes + graph.edges[1]
    return pairs[:, (pairs[0] != pairs[1]) & ~np.isin(keys, known)]


def _elsewhere(pairs: np.ndarray, own: np.ndarray, place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pairs with the row of the second gene in another dataset, drawn at random among those that have it."""
    others = np.delete(np.arange(len(place)), own)
    others = others[rng.permutation(len(others))]
    mate = np.full(place.max() + 1, -1)
    mate[place[others]] = others
    second = mate[place[pairs[1]]]
    return np.stack([pairs[0], second])[:, second >= 0]

"""Every measure of a gene map, beside what maps without biology score by the same computation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from engine.metrics import edges as by_edges
from engine.metrics.clusters import common_gene_ratio, neighbour_overlap, neighbour_sets
from engine.metrics.measures import MEASURES, Measure
from engine.metrics.mixing import asw, graph_connectivity, ilisi
from engine.metrics.nulls import groups_of_like_degree, random_by_name, random_vectors
from engine.metrics.overlap import adjacency
from engine.metrics.path_mixing import ilisi_scib1
from engine.tl.neighbours import unit_rows
from engine.tl.place import cluster
from engine.types import GeneGraph

Values = dict[str, float | None]
SCORERS = ("product of degrees", "|Pearson| of the input", "Pearson of the input", "groups of like degree")
GROUPINGS = (5, 10, 20, 40)  # numbers of groups of like degree, of which the best counts


@dataclass(frozen=True)
class DatasetEdges:
    """The network of one dataset, parted into edges that were trained on and edges kept out.

    `genes` shape (n_genes,); `edges` (2, n_kept) and `held_out` (2, n_held_out) with i < j; `sign`
    and `held_out_sign` 1 or −1; `features` (n_genes, n_cells) or None.
    """

    name: str
    genes: np.ndarray
    edges: np.ndarray
    sign: np.ndarray
    held_out: np.ndarray
    held_out_sign: np.ndarray
    features: np.ndarray | None = None

    @classmethod
    def of(cls, graph: GeneGraph, kept: np.ndarray, held_out: np.ndarray) -> DatasetEdges:
        """From a network and the columns of its `edges` on each side."""
        sign, edges = np.sign(graph.statistic), graph.edges
        return cls(
            graph.name, graph.genes, edges[:, kept], sign[kept], edges[:, held_out], sign[held_out], graph.features
        )

    @property
    def n_genes(self) -> int:
        return len(self.genes)

    @property
    def network(self) -> np.ndarray:
        """All edges, shape (2, n_edges)."""
        return np.concatenate([self.edges, self.held_out], axis=1)


@dataclass(frozen=True)
class _Rows:
    """What all maps of the same rows have in common."""

    data: list[DatasetEdges]

    @cached_property
    def genes(self) -> np.ndarray:
        """Gene of each row of the map, shape (n_rows,)."""
        return np.concatenate([d.genes for d in self.data])

    @cached_property
    def datasets(self) -> np.ndarray:
        """Number of the dataset of each row, shape (n_rows,)."""
        return np.repeat(np.arange(len(self.data)), [d.n_genes for d in self.data])

    @cached_property
    def common(self) -> np.ndarray:
        """Rows of genes that are in every dataset."""
        _, place, count = np.unique(self.genes, return_inverse=True, return_counts=True)
        return np.flatnonzero(count[place] == len(self.data))

    @cached_property
    def neighbours(self) -> sparse.csr_matrix:
        """Neighbour sets of all rows over gene names, with the gene itself."""
        graphs = [adjacency(d.network, d.n_genes) for d in self.data]
        return neighbour_sets(graphs, [d.genes for d in self.data])

    def parts(self, vectors: np.ndarray) -> list[np.ndarray]:
        """The rows of each dataset."""
        return np.split(vectors, np.cumsum([d.n_genes for d in self.data])[:-1])


def report(
    vectors: np.ndarray, data: list[DatasetEdges], *, clusters: np.ndarray, connectivities: sparse.spmatrix,
    untrained: np.ndarray | None = None, seed: int = 0, signed: bool = True,
) -> list[dict[str, Any]]:
    """Measures of a map with their nulls, ready for JSON.

    Edges are scored by cosine, those of either sign together by its size, or by the cosine itself where
    vectors are not `signed`. Mixing is measured on
    vectors of length 1, since the map is drawn by cosine too. Nulls that are vectors get
    Leiden clusters of their own, made as those of the map are.

    Parameters
    ----------
    vectors
        Rows of all datasets in the order of `data`, shape (n_rows, n_latent).
    clusters, connectivities
        Of the map, as `engine.tl.place` gives them.
    untrained
        Vectors of the same network before training, or None.
    seed
        Of the random vectors and of Leiden on the nulls.

    Returns
    -------
    list of dict
        name, label, value, best, chance, explanation, nulls (name → value, None where undefined)
        and beats_nulls (None where there is no null). A measure without a value, such as mixing
        where the datasets share no gene, is left out.
    """
    rows = _Rows(data)
    values = _of_map(vectors, np.asarray(clusters), connectivities, rows, signed=signed)
    nulls = _nulls(rows, vectors.shape[1], untrained, len(np.unique(clusters)), seed)
    return [_entry(m, values[m.name], nulls) for m in MEASURES if values[m.name] is not None]


def measures_of(
    vectors: np.ndarray, data: list[DatasetEdges], *, clusters: np.ndarray, connectivities: sparse.spmatrix,
    signed: bool = True,
) -> Values:
    """Every measure of a map without its nulls, by the name of the measure; None where it has no value.

    `signed` says that edges of either sign are read by the size of the cosine, else by the cosine itself.
    The other parameters are those of `report`.
    """
    return _of_map(vectors, np.asarray(clusters), connectivities, _Rows(data), signed=signed)


def values_of_scorer(scorer: str, data: list[DatasetEdges]) -> Values:
    """The measures that a score of gene pairs, or a grouping without vectors, has.

    Parameters
    ----------
    scorer
        One of `SCORERS`; groups of like degree are made at several numbers of groups, and the highest value
        counts, so that no method has an easier rival by the number of its clusters.
    """
    if scorer == SCORERS[-1]:
        found = [_by_degree(_Rows(data), n)["neighbour_overlap"] for n in GROUPINGS]
        return {"neighbour_overlap": max((value for value in found if value is not None), default=None)}
    return _scorers(data).get(scorer, {})


def _entry(measure: Measure, value: float, nulls: dict[str, Values]) -> dict[str, Any]:
    of_measure = {name: values[measure.name] for name, values in nulls.items() if measure.name in values}
    chance = of_measure["random vectors"] if measure.chance is None else measure.chance
    return {
        "name": measure.name, "label": measure.label, "value": value, "best": measure.best, "chance": chance,
        "explanation": measure.explanation, "nulls": of_measure,
        "beats_nulls": beats(value, list(of_measure.values()), best=measure.best),
    }  # fmt: skip


def beats(value: float, nulls: list[float | None], *, best: int) -> bool | None:
    """Whether a value is nearer its best end than every null that has a value; None without any."""
    known = [null for null in nulls if null is not None]
    if not known:
        return None
    return value > max(known) if best else value < min(known)


def _of_map(vectors: np.ndarray, clusters: np.ndarray, connectivities: sparse.spmatrix, rows: _Rows, *,
            signed: bool = True) -> Values:
    cosines = [by_edges.cosine(part) for part in rows.parts(vectors)]
    return _edge_values(cosines, rows.data, signed=signed) | _cluster_values(vectors, clusters, connectivities, rows)


def _nulls(rows: _Rows, n_latent: int, untrained: np.ndarray | None, n_clusters: int, seed: int) -> dict[str, Values]:
    known_nothing = {
        "random vectors": random_vectors(len(rows.genes), n_latent, seed=seed),
        "one random vector a name": random_by_name(rows.genes, n_latent, seed=seed),
    }
    if untrained is not None:
        known_nothing["untrained network"] = untrained
    found = {name: _of_map(z, *cluster(z, seed=seed), rows) for name, z in known_nothing.items()}
    return found | _scorers(rows.data) | {"groups of like degree": _by_degree(rows, n_clusters)}


def _scorers(data: list[DatasetEdges]) -> dict[str, Values]:
    """Edge measures of scores that are no map."""
    found = {"product of degrees": _edge_values([by_edges.degree_product(d.edges, d.n_genes) for d in data], data)}
    if all(d.features is not None for d in data):
        pearson = [by_edges.correlation(d.features) for d in data]
        found["|Pearson| of the input"] = _edge_values([np.abs(r) for r in pearson], data)
        found["Pearson of the input"] = _edge_values(pearson, data)
    return found


def _by_degree(rows: _Rows, n_clusters: int) -> Values:
    groups = groups_of_like_degree(np.diff(rows.neighbours.indptr), n_clusters)
    return {"neighbour_overlap": _number(neighbour_overlap(rows.neighbours, rows.datasets, groups))}


def _edge_values(scores: list[np.ndarray], data: list[DatasetEdges], *, signed: bool = True) -> Values:
    """Edge measures, each the mean over the datasets that have such edges."""
    each = [_edge_values_of(s, d, signed=signed) for s, d in zip(scores, data, strict=True)]
    return {name: _mean([values[name] for values in each]) for name in each[0]}


def _edge_values_of(scores: np.ndarray, d: DatasetEdges, *, signed: bool) -> dict[str, float]:
    loops = np.tile(np.arange(d.n_genes), (2, 1))
    sets = [d.held_out[:, d.held_out_sign > 0], d.held_out[:, d.held_out_sign < 0], d.edges, loops]
    positive, negative, kept, diagonal = by_edges.edge_aucs(scores, sets, d.network)
    return {
        "held_out_auc": by_edges.edge_aucs(np.abs(scores) if signed else scores, [d.held_out], d.network)[0],
        "held_out_auc_positive": positive, "held_out_auc_negative": negative,
        "held_out_signed": by_edges.signed_auc(positive, negative),
        "edge_auc": by_edges.with_diagonal(kept, diagonal, d.edges.shape[1], d.n_genes),
    }  # fmt: skip


def _cluster_values(vectors: np.ndarray, clusters: np.ndarray, connectivities: sparse.spmatrix, rows: _Rows) -> Values:
    at = rows.common
    directions, datasets = unit_rows(vectors[at]), rows.datasets[at]
    inner = sparse.csr_matrix(connectivities)[at][:, at]
    found = {
        "neighbour_overlap": neighbour_overlap(rows.neighbours, rows.datasets, clusters),
        "asw": asw(directions, datasets, clusters[at]),
        "graph_connectivity": graph_connectivity(inner, clusters[at]),
        "ilisi": ilisi(directions, datasets),
        "ilisi_scib1": ilisi_scib1(directions, datasets),
        "common_gene_ratio": common_gene_ratio(rows.genes, clusters),
    }
    return {name: _number(value) for name, value in found.items()}


def _mean(values: list[float]) -> float | None:
    known = [value for value in values if math.isfinite(value)]
    return float(np.mean(known)) if known else None


def _number(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None

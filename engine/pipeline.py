"""The use cases, each a few lines: prepare networks, embed genes, evaluate a map."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from engine.assemble import facts, finished, measure, measure_again, place_genes
from engine.errors import InvalidStudy, StorageDamaged, UnknownName
from engine.graph.network import build_network
from engine.io.dataset import load_dataset
from engine.io.files import known_hash
from engine.io.vectors import located, outside_content
from engine.methods import split_all, train
from engine.params import EmbedParams, NetworkParams
from engine.progress import Progress, Span
from engine.store import Store, artifact_id, read_h5ad
from engine.types import META, DatasetSource, GeneEmbedding, GeneGraph, Roles, Study

GRAPH_VERSION = 2
EMBEDDING_VERSION = 2
GRAPHS_IN_MEMORY = 8


def graph_id(source: DatasetSource, params: NetworkParams, *, roles: Roles, store: Store) -> str:
    """Id of the network of a dataset: the hash of the file's content and everything that decides the result."""
    content = known_hash(source.path, store=store)
    asked = {**asdict(source), "path": "", "cell_type": roles.cell_type, "params": asdict(params)}
    return artifact_id("graph", GRAPH_VERSION, asked, [content])


def prepare(source: DatasetSource, params: NetworkParams, *, roles: Roles, store: Store, device: str = "cpu") -> str:
    """Id of the stored `GeneGraph` of one dataset, computed when it is not there yet."""
    name = graph_id(source, params, roles=roles, store=store)
    if not store.has(name):
        store.write(name, build_network(load_dataset(source, roles=roles), params, device=device).adata)
    return name


def networks(study: Study, params: NetworkParams, *, store: Store, device: str = "auto",
             progress: Progress | None = None) -> list[str]:
    """Ids of the stored networks of a study's datasets, in its order, computed when they are not there yet."""
    progress, names = progress or Progress(), []
    for i, source in enumerate(study.datasets):
        progress.stage(f"Finding co-expression in {source.name}", i / len(study.datasets))
        names.append(prepare(source, params, roles=study.roles, store=store, device=device))
        found = load_graph(names[-1], store=store)
        progress.log(f"{source.name}: {found.n_genes:,} genes, {found.edges.shape[1]:,} edges")
        progress.check()
    return names


def embedding_id(study: Study, params: EmbedParams, *, store: Store) -> str:
    """Id that `embed` will store its result under; needs the files, not the computation."""
    graphs = [graph_id(source, params.network, roles=study.roles, store=store) for source in study.datasets]
    return artifact_id("embedding", EMBEDDING_VERSION, {"study": study.name, **params.to_dict()},
                       graphs + outside_content(params, store.settings))  # fmt: skip


def embed(study: Study, params: EmbedParams, *, store: Store, device: str = "auto",
          progress: Progress | None = None) -> str:
    """Id of the stored `GeneEmbedding` of a study, computed when it is not there yet.

    Goes on from the last checkpoint of an interrupted run of the same request.

    Raises
    ------
    InvalidStudy
        When the study has one dataset, or a table of effects.
    """
    need_datasets(study)
    progress = progress or Progress()
    name = embedding_id(study, params, store=store)
    if store.has(name):
        progress.log("This map was made before: taken from the store.")
        return name
    started, checkpoint, seed = time.monotonic(), store.checkpoint(name), params.training.seed
    names = networks(study, params.network, store=store, device=device, progress=Span(progress, 0.0, 0.1))
    graphs = StoredGraphs(names, store=store)
    progress.stage("Learning which genes keep company", 0.1)
    splits = split_all(graphs, params)
    trained = train(graphs, splits, located(params, store.settings), device=device, checkpoint=checkpoint,
                    progress=Span(progress, 0.1, 0.8))
    progress.stage("Drawing the map", 0.8)
    adata = place_genes(graphs, trained, seed=seed)
    progress.check()
    progress.stage("Measuring the map", 0.9)
    metrics = measure(adata, graphs, splits, trained, params)
    found = facts(study, params, dict(zip(names, graphs, strict=True)), trained, metrics,
                  seconds=time.monotonic() - started, n_clusters=adata.obs["cluster"].nunique())  # fmt: skip
    store.write(name, finished(adata, found).adata)
    checkpoint.unlink(missing_ok=True)
    return name


def need_datasets(study: Study) -> None:
    """Raise `InvalidStudy` unless a study has what a gene map lays over each other: two datasets of cells or more."""
    tables = [source.name for source in study.datasets if source.modality == "effects"]
    if tables:
        raise InvalidStudy(f"A gene map is made of cells, and {', '.join(tables)} of study '{study.name}' is a table "
                           "of effects. Make a study without it, or use this one on the Knockout page.")  # fmt: skip
    if len(study.datasets) < 2:
        raise InvalidStudy(f"A gene map lays at least two datasets over each other, and study '{study.name}' has "
                           f"{len(study.datasets)}. Split its file by a column, or use it on the Knockout page.")


def load_embedding(name: str, *, store: Store) -> GeneEmbedding:
    """A stored gene map."""
    return GeneEmbedding(store.read(name))


def load_graph(name: str, *, store: Store) -> GeneGraph:
    """A stored co-expression network."""
    return GeneGraph(store.read(name))


class StoredGraphs(Sequence):
    """The networks of a study in its order, read when asked for; the last few stay in memory."""

    def __init__(self, names: list[str], *, store: Store) -> None:
        self._names = names
        self._load = lru_cache(maxsize=GRAPHS_IN_MEMORY)(lambda name: load_graph(name, store=store))

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, i: int) -> GeneGraph:
        return self._load(self._names[i])


def read_embedding(path: Path) -> GeneEmbedding:
    """A gene map from an h5ad file that `embed` wrote.

    Raises
    ------
    UnknownName
        When there is no such file.
    StorageDamaged
        When it is not a gene map.
    """
    if not path.is_file():
        raise UnknownName(f"A gene map was expected at '{path}', and no file is there. Make one with `embed`.")
    embedding = GeneEmbedding(read_h5ad(path))
    if META not in embedding.adata.uns:
        raise StorageDamaged(f"'{path}' is an h5ad file but no gene map of Geneweave. Make one with `embed`.")
    return embedding


def evaluate(embedding: GeneEmbedding, *, store: Store) -> dict:
    """The measures of a map, computed again where its networks are in the store.

    Without them the measures taken when the map was made are given, and `recomputed` says so.
    """
    recorded, known = embedding.facts["metrics"], embedding.facts["graphs"].values()
    again = all(store.has(name) for name in known)
    metrics = measure_again(embedding, [load_graph(name, store=store) for name in known]) if again else recorded
    return {"study": embedding.facts["study"], "recomputed": again, "metrics": metrics}

"""From trained vectors to a finished gene map: rows, clusters, UMAP, measures, and how it was made."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np

from engine import __version__
from engine.command import command
from engine.graph.split import EdgeSplit
from engine.methods import Trained, reads_signs, split_all
from engine.metrics.report import DatasetEdges, beats, report
from engine.params import EmbedParams
from engine.types import META, GeneEmbedding, GeneGraph, Study

PACKAGES = ("torch", "torch-geometric", "lightning", "scanpy", "anndata", "umap-learn", "igraph", "numpy")


def place_genes(graphs: list[GeneGraph], trained: Trained, *, seed: int):
    """An AnnData with a row per (dataset, gene): vectors, facts of each gene, cluster and place on the map."""
    from anndata import AnnData

    from engine.tl.place import place

    obs = _rows(graphs)
    vectors = np.concatenate(trained.vectors).astype(np.float32)
    coordinates, obs["cluster"], connectivities = place(vectors, seed=seed)
    adata = AnnData(vectors, obs=obs.astype({"cluster": "category"}))
    adata.obsm["X_umap"] = coordinates
    adata.obsp["connectivities"] = connectivities
    return adata


def _rows(graphs: list[GeneGraph]):
    import pandas as pd

    parts = []
    for graph in graphs:
        table = graph.adata.obs[["mean", "detected"]].rename_axis("gene").reset_index()
        table.insert(0, "dataset", graph.name)
        for key in ("modality", "tissue", "species", "condition"):
            table[key] = graph.facts[key]
        table["degree"] = np.bincount(graph.edges.ravel(), minlength=graph.n_genes)
        parts.append(table)
    rows = pd.concat(parts, ignore_index=True)
    rows["common"] = rows.groupby("gene")["dataset"].transform("nunique") == len(graphs)
    rows.index = rows["dataset"] + "|" + rows["gene"]
    labels = ["gene", "dataset", "modality", "tissue", "species", "condition"]
    return rows.astype(dict.fromkeys(labels, "category"))


def measure(adata, graphs: list[GeneGraph], splits: list[EdgeSplit], trained: Trained,
            params: EmbedParams) -> list[dict]:
    """Every measure of the map with its nulls, for `facts['metrics']`."""
    parted = zip(graphs, splits, strict=True)
    edges = [DatasetEdges.of(graph, split.seen, split.held_out) for graph, split in parted]
    return report(
        adata.X, edges, clusters=adata.obs["cluster"].to_numpy(), connectivities=adata.obsp["connectivities"],
        untrained=None if trained.untrained is None else np.concatenate(trained.untrained),
        seed=params.training.seed, signed=reads_signs(params),
    )  # fmt: skip


def measure_again(embedding: GeneEmbedding, graphs: list[GeneGraph]) -> list[dict]:
    """The measures computed anew; the untrained network's value is the one recorded when the map was made."""
    from engine.tl.place import cluster

    params = EmbedParams.from_dict(embedding.facts["params"])
    training, parted = params.training, zip(graphs, split_all(graphs, params), strict=True)
    edges = [DatasetEdges.of(graph, split.seen, split.held_out) for graph, split in parted]
    clusters, connectivities = embedding.obs["cluster"].to_numpy(), cluster(embedding.vectors, seed=training.seed)[1]
    found = report(embedding.vectors, edges, clusters=clusters, connectivities=connectivities, seed=training.seed,
                   signed=reads_signs(params))  # fmt: skip
    recorded = {measure["name"]: measure["nulls"] for measure in embedding.facts["metrics"]}
    for measure in found:
        measure["nulls"]["untrained network"] = recorded[measure["name"]].get("untrained network")
        measure["beats_nulls"] = beats(measure["value"], list(measure["nulls"].values()), best=measure["best"])
    return found


def facts(study: Study, params: EmbedParams, graphs: dict[str, GeneGraph], trained: Trained, metrics: list[dict],
          *, seconds: float, n_clusters: int) -> dict:
    """Everything a reader needs to trust, cite and repeat the map."""
    return {
        "study": study.name, "title": study.title, "citation": study.citation, "params": params.to_dict(),
        "graphs": {graph.name: name for name, graph in graphs.items()},
        "sources": {graph.name: graph.facts for graph in graphs.values()},
        "history": trained.history, "metrics": metrics, "n_clusters": n_clusters,
        "made": {
            "created": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": seconds,
            "epoch_seconds": trained.epoch_seconds, "peak_mb": peak_mb(), "device": trained.device,
            "version": __version__, "python": platform.python_version(),
            "packages": {name: version(name) for name in PACKAGES}, "command": command(study.name, params),
        },
    }  # fmt: skip


def finished(adata, all_facts: dict) -> GeneEmbedding:
    """The map with its facts; what only the making needed is left out."""
    del adata.obsp["connectivities"]
    adata.uns[META] = json.dumps(all_facts)
    return GeneEmbedding(adata)


def peak_mb() -> float:
    """Largest memory of this process since it started, in MB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if platform.system() == "Darwin" else 1e3)

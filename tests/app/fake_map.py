"""A gene map that looks real, of any size, made without training: for tests and benchmarks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from engine.params import EmbedParams
from engine.types import META, GeneEmbedding, GeneGraph

if TYPE_CHECKING:
    from engine.store import Store

DATASETS = ("Myeloid", "T and NK", "B")
CELL_TYPES = {"Myeloid": ("CD14+ Monocyte", "Dendritic"), "T and NK": ("CD4+ T", "CD8+ T", "NK"), "B": ("B",)}
KNOWN = ("CD74", "CD3D", "CD3E", "CD79A", "MS4A1", "LYZ", "NKG7", "GNLY", "S100A8", "S100A9", "HLA-DRA", "ACE", "ACE2")


def gene_names(n: int) -> np.ndarray:
    """`n` names: a few real ones, then GENE0014 and so on."""
    return np.array([KNOWN[i] if i < len(KNOWN) else f"GENE{i:04d}" for i in range(n)])


def fake_embedding(n_rows: int = 300, *, n_clusters: int = 9, seed: int = 0) -> GeneEmbedding:
    """A map of `n_rows` genes in three datasets; clusters are clouds, the largest called 1."""
    rng = np.random.default_rng(seed)
    n_genes = -(-n_rows // len(DATASETS))
    names = gene_names(n_genes)
    genes = np.tile(names, len(DATASETS))[:n_rows]
    dataset = np.repeat(DATASETS, n_genes)[:n_rows]
    group = rng.choice(n_clusters, n_genes, p=_shares(n_clusters))
    cluster = np.tile(group, len(DATASETS))[:n_rows]
    centres = rng.normal(size=(n_clusters, 16)) * 3
    vectors = (centres[cluster] + rng.normal(size=(n_rows, 16))).astype(np.float32)
    mean = rng.gamma(1.2, 0.5, n_rows).astype(np.float32)
    obs = pd.DataFrame({
        "gene": genes, "dataset": dataset, "modality": "rna", "tissue": "blood", "species": "human",
        "condition": "none", "cluster": _by_size(cluster), "mean": mean, "detected": 1 - np.exp(-mean),
        "degree": rng.poisson(12, n_rows), "common": True,
    }, index=[f"{d}|{g}" for d, g in zip(dataset, genes, strict=True)])  # fmt: skip
    for column in ("dataset", "modality", "tissue", "species", "condition", "cluster"):
        obs[column] = obs[column].astype("category")
    flat = vectors[:, :2] + 0.25 * vectors[:, 2:4]
    return GeneEmbedding(AnnData(vectors, obs=obs, obsm={"X_umap": flat}, uns={META: json.dumps(_facts(n_rows))}))


def fake_graph(dataset: str, n_genes: int = 100, *, seed: int = 0) -> GeneGraph:
    """A co-expression network of the same genes, with expression by cell type."""
    rng = np.random.default_rng(seed)
    weight = sparse.random(n_genes, n_genes, 0.08, random_state=seed, data_rvs=lambda k: rng.uniform(-0.6, 0.8, k))
    weight = sparse.triu(weight, 1)
    weight = (weight + weight.T).tocsr()
    types = list(CELL_TYPES[dataset])
    mean = rng.gamma(1, 0.6, (n_genes, len(types)))
    obs = pd.DataFrame({"mean": mean.mean(axis=1), "detected": 0.5}, index=gene_names(n_genes))
    facts = {"dataset": dataset, "modality": "rna", "tissue": "blood", "n_cells": 233, "cell_types": types}
    adata = AnnData(rng.normal(size=(n_genes, 5)).astype(np.float32), obs=obs, uns={META: json.dumps(facts)})
    adata.obsp["coexpression"], adata.obsp["statistic"] = weight, weight * 9
    adata.obsm["mean_by_cell_type"], adata.obsm["detected_by_cell_type"] = mean, 1 - np.exp(-mean)
    return GeneGraph(adata)


def write_fake_map(store: Store, n_rows: int = 300, *, name: str = "embedding-0123456789abcdef0123") -> str:
    """Put a map and its networks into a store; the id of the map."""
    embedding = fake_embedding(n_rows)
    store.write(name, embedding.adata)
    for dataset, graph in embedding.facts["graphs"].items():
        store.write(graph, fake_graph(dataset, -(-n_rows // len(DATASETS))).adata if n_rows <= 3000
                    else fake_graph(dataset, 1000).adata)  # fmt: skip
    return name


def _shares(n: int) -> np.ndarray:
    weight = 1.0 / np.arange(2, n + 2)
    return weight / weight.sum()


def _by_size(cluster: np.ndarray) -> np.ndarray:
    values, counts = np.unique(cluster, return_counts=True)
    rank = {value: str(place + 1) for place, value in enumerate(values[np.argsort(-counts)])}
    return np.array([rank[value] for value in cluster])


def _facts(n_rows: int) -> dict:
    source = {"path": "bundled", "modality": "rna", "tissue": "blood", "species": "human", "condition": "none",
              "n_cells": 233, "n_genes": n_rows // 3, "n_edges": 4000, "density": 0.02}  # fmt: skip
    return {
        "study": "pbmc68k-lineages", "title": "PBMC 68k by lineage", "params": EmbedParams().to_dict(),
        "graphs": {d: f"graph-{place:020x}" for place, d in enumerate(DATASETS)},
        "sources": dict.fromkeys(DATASETS, source), "history": {}, "metrics": [], "n_clusters": 9,
        "made": {"created": "2026-01-02T03:04:05+00:00", "seconds": 41.2, "epoch_seconds": 0.12, "peak_mb": 900.0,
                 "device": "CPU, 2 threads", "version": "0.1.0", "packages": {"torch": "2.13.0"},
                 "command": "python -m engine embed pbmc68k-lineages"},
    }  # fmt: skip

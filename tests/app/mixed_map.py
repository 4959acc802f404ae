"""A made-up gene map of four modalities in three tissues and two conditions, whose genes lie partly apart."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
from anndata import AnnData

from engine.store import Store
from engine.types import META, GeneEmbedding
from tests.app.fake_map import fake_embedding, gene_names

NAME = "embedding-fedcba98765432100000"
STUDY = "pbmc68k-lineages"
MODALITIES, TISSUES = ("rna", "atac", "spatial", "protein"), ("blood", "lung", "lymph node")


def mixed_embedding(n_genes: int = 90, *, n_clusters: int = 15, seed: int = 0) -> GeneEmbedding:
    """Twelve datasets; 20 genes are in all, others in most; a gene is mostly in one cluster, in spatial often in 1."""
    rng = np.random.default_rng(seed)
    home = rng.choice(n_clusters, n_genes, p=1 / np.arange(2, n_clusters + 2) / sum(1 / np.arange(2, n_clusters + 2)))
    rows = []
    for modality, tissue in product(MODALITIES, TISSUES):
        condition = "COVID" if tissue != "blood" or modality == "atac" else "healthy"
        for gene, name in enumerate(gene_names(n_genes)):
            if gene < 20 or rng.random() < (0.35 if modality == "protein" else 0.8):
                away = rng.random() < (0.45 if modality == "spatial" else 0.2)
                cluster = (0 if modality == "spatial" else rng.integers(n_clusters)) if away else home[gene]
                rows.append((name, f"{modality} {tissue}", modality, tissue, "human", condition, int(cluster)))
    return GeneEmbedding(_adata(rows, rng))


def _adata(rows: list[tuple], rng: np.random.Generator) -> AnnData:
    names = ["gene", "dataset", "modality", "tissue", "species", "condition", "cluster"]
    obs = pd.DataFrame(rows, columns=names)
    order = {old: str(new + 1) for new, old in enumerate(obs["cluster"].value_counts().index)}
    n = len(obs)
    centres = rng.normal(size=(len(order), 8)) * 3
    vectors = (centres[obs["cluster"]] + rng.normal(size=(n, 8))).astype(np.float32)
    datasets = list(dict.fromkeys(obs["dataset"]))
    common = obs.groupby("gene")["dataset"].transform("nunique") == len(datasets)
    mean = rng.gamma(1.2, 0.5, n).astype(np.float32)
    obs = obs.assign(cluster=obs["cluster"].map(order), mean=mean, detected=1 - np.exp(-mean),
                     degree=rng.poisson(12, n), common=common)  # fmt: skip
    obs.index = [f"{d}|{g}" for d, g in zip(obs["dataset"], obs["gene"], strict=True)]
    for column in names[1:]:
        obs[column] = obs[column].astype("category")
    facts = json.loads(fake_embedding(30).adata.uns[META])
    facts |= {"title": "Four modalities", "study": STUDY, "n_clusters": len(order),
              "graphs": {d: f"graph-{place:020x}" for place, d in enumerate(datasets)},
              "sources": dict.fromkeys(datasets, next(iter(facts["sources"].values())))}  # fmt: skip
    return AnnData(vectors, obs=obs, obsm={"X_umap": vectors[:, :2].copy()}, uns={META: json.dumps(facts)})


def write_mixed_map(store: Store, *, name: str = NAME) -> str:
    """Put the map into a store; its id."""
    store.write(name, mixed_embedding().adata)
    return name

"""A small made-up gene map with all the facts a real one has, to build pages on."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from anndata import AnnData

from engine.params import EmbedParams
from engine.store import Store, artifact_id
from engine.types import META

DATASETS = ("Myeloid", "T and NK", "B")
NULLS = ("random vectors", "one random vector a name", "product of degrees", "|Pearson| of the input", "untrained network")


def write_map(store: Store, *, study: str = "pbmc68k-lineages", n_genes: int = 60, seed: int = 0,
              created: datetime | None = None) -> str:
    """Id of a made-up map written to `store`."""
    rng = np.random.default_rng(seed)
    genes = [*("CD74", "CD79A", "LYZ", "NKG7", "ACTB"), *(f"GENE{i}" for i in range(n_genes - 5))]
    rows = [(dataset, gene) for dataset in DATASETS for gene in genes]
    obs = pd.DataFrame(rows, columns=["dataset", "gene"], index=[f"{d}|{g}" for d, g in rows])
    obs["modality"], obs["tissue"], obs["species"], obs["condition"] = "rna", "blood", "human", "none"
    cluster = rng.integers(0, 5, len(rows))
    obs["cluster"] = (cluster + 1).astype(str)
    obs["mean"], obs["detected"] = rng.gamma(2, 0.4, len(rows)), rng.beta(2, 3, len(rows))
    obs["degree"], obs["common"] = rng.integers(1, 40, len(rows)), True
    centres = rng.normal(0, 6, (5, 2))
    adata = AnnData(rng.normal(size=(len(rows), 8)).astype(np.float32), obs=obs)
    adata.obsm["X_umap"] = (centres[cluster] + rng.normal(size=(len(rows), 2))).astype(np.float32)
    adata.uns[META] = json.dumps(facts(study, rng, len(genes), created or datetime.now(UTC)))
    name = artifact_id("embedding", 1, {"seed": seed, "study": study}, [])
    store.write(name, adata)
    return name


def facts(study: str, rng: np.random.Generator, n_genes: int, created: datetime) -> dict:
    """Facts in the shape of `GeneEmbedding.facts`."""
    epochs = np.arange(1, 101)
    fall = np.exp(-epochs / 30) + 0.02 * rng.random(100)
    parts = {"reconstruction": 0.7 * fall, "similarity": 0.2 * fall, "contrast": 0.1 * fall}
    history = {name: values.tolist() for name, values in parts.items()}
    history |= {"epoch": epochs.tolist(), "total": sum(parts.values()).tolist(),
                "validation_auc": (0.9 - 0.4 * fall).tolist()}
    source = {"path": "pbmc.h5ad", "modality": "rna", "tissue": "blood", "species": "human", "condition": "none",
              "n_cells": 240, "n_genes": n_genes, "n_edges": 512, "density": 0.12}
    return {
        "study": study, "title": "PBMC 68k by lineage", "params": EmbedParams().to_dict(),
        "graphs": {name: f"graph-{i:020d}" for i, name in enumerate(DATASETS)},
        "sources": {name: source for name in DATASETS}, "history": history, "metrics": measures(), "n_clusters": 5,
        "made": {"created": created.isoformat(), "seconds": 41.25, "epoch_seconds": 0.082, "peak_mb": 612.0,
                 "device": "CPU, 2 threads", "version": "0.1.0", "packages": {"torch": "2.13.0", "scanpy": "1.11.5"},
                 "command": "python -m engine embed pbmc68k-lineages --out map.h5ad --epochs 300 --seed 0"},
    }


def measures() -> list[dict]:
    """Four measures: one that beats its nulls, one that does not, one best at 0, one without some nulls."""
    return [
        measure("edge_auc", "Held-out edges found", 0.842, 1, 0.5, (0.501, 0.503, 0.851, 0.991, 0.62),
                "How often a hidden edge lies closer than a pair that is no edge."),
        measure("overlap", "Neighbour overlap", 0.402, 1, None, (0.311, 0.32, None, None, 0.33),
                "Share of neighbours that a gene keeps from one dataset to the next."),
        measure("asw", "Datasets mixed (ASW)", 0.893, 1, None, (0.962, 0.785, None, None, 0.8),
                "How little the dataset of a gene can be told from where it lies."),
        measure("separation", "Datasets apart", 0.12, 0, 0.5, (0.5, 0.48, None, None, 0.31),
                "How well a classifier tells the datasets apart."),
    ]


def measure(name: str, label: str, value: float, best: int, chance: float | None, nulls: tuple,
            explanation: str) -> dict:
    return {"name": name, "label": label, "value": value, "best": best, "chance": chance,
            "explanation": explanation, "nulls": dict(zip(NULLS, nulls, strict=True))}

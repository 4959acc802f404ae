"""Made-up models of knockouts of both bases, to build pages on: a screen whose truth is known, cells with a network."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from engine.knockout.network_candidates import candidates_of
from engine.params import KnockoutParams
from engine.perturb.propagation.regression import regress
from engine.store import Store, artifact_id
from engine.types import META, KnockoutEffect, KnockoutModel
from tests.made_up_screen import made_up_screen

STUDY = "pbmc68k-lineages"
TYPES = ("Myeloid", "T cell")
N_TF = 8
RARE, IDLE = "RARE", "IDLE"  # genes that cannot be asked for: one hardly seen, one in no network


def write_screen_model(store: Store, *, n_singles: int = 40, n_pairs: int = 12, n_genes: int = 80, seed: int = 0,
                       study: str = STUDY, known: bool = True) -> str:
    """Id of a model of a made-up screen, learned as a real one is, written to `store`."""
    from engine.knockout.from_screen import fit_screen_model

    screen, knowledge, _ = made_up_screen(n_singles, n_pairs, n_genes, seed=seed, known=known)
    adata = fit_screen_model(screen, knowledge, KnockoutParams())
    return write(store, adata, study, "A made-up screen", tag=["screen", n_singles, n_pairs, n_genes, seed, known])


def write_network_model(store: Store, *, n_genes: int = 60, n_cells: int = 240, seed: int = 0,
                        study: str = STUDY) -> str:
    """Id of a model of made-up cells whose network was fitted, written to `store`."""
    return write(store, network_model(n_genes=n_genes, n_cells=n_cells, seed=seed).adata, study, "Made-up cells",
                 tag=["network", n_genes, n_cells, seed])  # fmt: skip


def write(store: Store, adata: AnnData, study: str, title: str, *, tag: list) -> str:
    """The content of a model under the name of a study."""
    name = artifact_id("knockout", 1, {"study": study, "tag": tag}, [])
    facts = json.loads(adata.uns[META]) | {"id": name, "study": study, "title": title}
    adata.uns[META] = json.dumps(facts)
    store.write(name, adata)
    return name


def network_model(*, n_genes: int = 60, n_cells: int = 240, seed: int = 0) -> KnockoutModel:
    """Cells of two types, in which `TF0` raises and `TF1` lowers its targets, and `UP` signals to `TF0`."""
    rng = np.random.default_rng(seed)
    names = [*(f"TF{i}" for i in range(N_TF)), "UP", RARE, IDLE, *(f"GENE{i}" for i in range(n_genes - N_TF - 3))]
    labels = np.repeat(TYPES, n_cells // 2)
    edges = wiring(rng, names)
    x = sparse.csr_matrix(levels(rng, names, edges, labels).astype(np.float32))
    parts, without = [], []
    for cell_type in TYPES:
        rows = edges.rename(columns={"weight": "coef"}).assign(cell_type=cell_type)
        places = [pd.Index(names).get_indexer(rows[column]) for column in ("regulator", "target")]
        found = regress(x[labels == cell_type], *places, penalty=10.0, seed=seed)
        parts.append(rows.assign(coef=found.coef, r=found.r, prior="collectri"))
        without.append(found.left_out)
    fitted = pd.concat(parts, ignore_index=True)[["cell_type", "regulator", "target", "coef", "prior", "r"]]
    upstream = pd.DataFrame({"source": ["UP"], "target": ["TF0"], "sign": [1], "database": ["omnipath"]})
    n = {cell_type: int((labels == cell_type).sum()) for cell_type in TYPES}
    adata = AnnData(x, obs=observed(labels, n_cells), var=ranges(x, names))
    spread = rng.normal(size=(n_cells, 2)) + np.where(labels == TYPES[0], -3.0, 3.0)[:, None]
    adata.obsm["X_umap"], adata.obsm["X_pca"] = spread.astype(np.float32), (x @ rng.normal(size=(n_genes, 5)) / 5
                                                                           ).astype(np.float32)  # fmt: skip
    adata.varm["PCs"] = rng.normal(size=(n_genes, 5)).astype(np.float32)
    adata.uns["edges"], adata.uns["left_out"], adata.uns["upstream"] = fitted, np.concatenate(without), upstream
    adata.uns["candidates"] = candidates_of(seen(x, names, labels), n, fitted, upstream, set(edges["regulator"]))
    adata.uns[META] = json.dumps(network_facts(n_cells))
    return KnockoutModel(adata)


def wiring(rng: np.random.Generator, names: list[str]) -> pd.DataFrame:
    """TF0 → TF2 → genes, TF1 ⊣ genes, the other TFs to a few each."""
    genes = [name for name in names if name.startswith("GENE")]
    rows = [("TF0", "TF2", 0.6)]
    rows += [("TF0", gene, 0.5) for gene in genes[:8]] + [("TF1", gene, -0.5) for gene in genes[6:14]]
    rows += [("TF2", gene, 0.4) for gene in genes[14:22]]
    rows += [(f"TF{i}", str(gene), float(rng.normal(scale=0.3)))
             for i in range(3, N_TF) for gene in rng.choice(genes, 4, replace=False)]  # fmt: skip
    return pd.DataFrame(rows, columns=["regulator", "target", "weight"])


def levels(rng: np.random.Generator, names: list[str], edges: pd.DataFrame, labels: np.ndarray) -> np.ndarray:
    """Log levels that follow the wiring, (n_cells, n_genes)."""
    at = {name: i for i, name in enumerate(names)}
    x = rng.gamma(2.0, 0.6, (len(labels), len(names)))
    for regulator, target, weight in edges.itertuples(index=False):
        x[:, at[target]] += weight * x[:, at[regulator]]
    x[labels == TYPES[1], at["TF1"]] *= 1.6
    x[rng.random(x.shape) < 0.15] = 0
    x[:, at[RARE]] = 0
    x[:4, at[RARE]] = 1.0
    return np.maximum(x, 0)


def observed(labels: np.ndarray, n_cells: int) -> pd.DataFrame:
    """Columns of the cells."""
    return pd.DataFrame({"cell_type": pd.Categorical(labels), "annotated": pd.Categorical(labels),
                         "dataset": pd.Categorical(["made up"] * n_cells)},
                        index=[f"cell {i + 1}" for i in range(n_cells)])  # fmt: skip


def ranges(x: sparse.csr_matrix, names: list[str]) -> pd.DataFrame:
    """Lowest and highest level of each gene."""
    dense = x.toarray()
    return pd.DataFrame({"low": dense.min(axis=0), "high": dense.max(axis=0), "variable": True}, index=names)


def seen(x: sparse.csr_matrix, names: list[str], labels: np.ndarray) -> pd.DataFrame:
    """cell_type, gene, mean, detected."""
    dense = x.toarray()
    parts = [pd.DataFrame({"cell_type": kind, "gene": names, "mean": dense[labels == kind].mean(axis=0),
                           "detected": (dense[labels == kind] > 0).mean(axis=0)}) for kind in TYPES]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def network_facts(n_cells: int) -> dict:
    """What `KnockoutModel.facts` tells."""
    made = {"created": datetime.now(UTC).isoformat(timespec="seconds"), "version": "0", "seconds": 1.0,
            "packages": {"numpy": np.__version__}, "command": ""}  # fmt: skip
    return {"study": STUDY, "title": "Made-up cells", "basis": "network", "kind": "simulation",
            "scale": "log1p of counts per 10,000", "species": "human", "cell_types": list(TYPES), "n_cells": n_cells,
            "notes": ["This is a simulation: no cell was perturbed."], "params": asdict(KnockoutParams()),
            "sources": ["collectri"], "made": made}  # fmt: skip


def effect(*, n: int = 60, measured: bool = True, basis: str = "screen", seed: int = 0) -> KnockoutEffect:
    """A made-up answer for `GENE0`: changes with intervals, measured ones beside them."""
    rng = np.random.default_rng(seed)
    change, half = rng.normal(scale=0.4, size=n), rng.uniform(0.1, 0.5, n)
    table = pd.DataFrame({
        "control": rng.uniform(0, 3, n), "change": change, "low": change - half, "high": change + half,
        "measured": change + rng.normal(scale=0.2, size=n) if measured else np.nan,
        "measured_se": 0.05 if measured else np.nan, "target": np.arange(n) == 0, "outside": np.arange(n) == 3,
    }, index=pd.Index([f"GENE{i}" for i in range(n)], name="gene"))  # fmt: skip
    evidence = {"basis": basis, "kind": "interference", "scale": "log1p of counts per 10,000", "cell_type": "",
                "dose": 0.0, "class": "unseen single", "level": 0.9, "n_calibration": 39, "coverage": 0.91,
                "nearest": "GENE7", "likeness": 0.4, "known_by": ["network"], "weights": {"network": 0.7, "text": 0.3},
                "abstained": "", "warnings": ["The nearest perturbation is not very like it."],
                "path": []}  # fmt: skip
    return KnockoutEffect("GENE0", "core", table, evidence)

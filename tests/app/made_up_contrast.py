"""A made-up contrast of two conditions, to build pages and reports on: two modules, one of which comes apart."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from anndata import AnnData

from engine.params import ContrastParams
from engine.store import Store, artifact_id
from engine.types import ARMS, META, Contrast

UNITS = {"H1": "control", "H2": "control", "H3": "control", "H4": "control",
         "C1": "case", "C2": "case", "C3": "case", "C4": "case"}  # fmt: skip
MODULE = 12  # genes of each of the two modules; those of the first lose one another in the case


def write_contrast(store: Store, *, study: str = "pbmc68k-lineages", n_genes: int = 60, seed: int = 0) -> str:
    """Id of a made-up contrast written to `store`."""
    found = made_up(study=study, n_genes=n_genes, seed=seed)
    name = artifact_id("contrast", 1, {"study": study, "n": n_genes, "seed": seed}, [])
    store.write(name, found.adata)
    return name


def made_up(*, study: str = "pbmc68k-lineages", n_genes: int = 60, seed: int = 0, placed: bool = True,
            cells_only: bool = False) -> Contrast:
    """A contrast that fits together: correlations, changes, places, modules, composition, warnings."""
    rng = np.random.default_rng(seed)
    genes = [f"GENE{i}" for i in range(n_genes)]
    control, case = correlations(rng, n_genes, first=0.7), correlations(rng, n_genes, first=0.1)
    adata = AnnData(obs=gene_table(rng, genes, control, case), var=expression(rng, genes))
    for name, values in {"control": control, "case": case}.items():
        adata.obsp[name] = values
        adata.obsp[f"{name}_se"] = np.full_like(values, 0.05)
    adata.obsp["change_se"] = np.hypot(adata.obsp["control_se"], adata.obsp["case_se"])
    if placed:
        first = rng.normal(size=(n_genes, 8)).astype(np.float32)
        change = np.where(np.arange(n_genes) < MODULE, 2.0, 0.1)[:, None]
        adata.obsm["control"], adata.obsm["case"] = first, (first + change).astype(np.float32)
        for name in ("control", "case"):
            adata.obsm[f"umap_{name}"] = adata.obsm[name][:, :2].copy()
    adata.uns[META] = json.dumps(facts(rng, study, adata, cells_only=cells_only))
    return Contrast(adata)


def correlations(rng, n_genes: int, *, first: float) -> np.ndarray:
    """Noise around 0 but in two modules, of which the first has correlation `first`."""
    values = rng.normal(scale=0.05, size=(n_genes, n_genes))
    values = (values + values.T) / 2
    for start, level in ((0, first), (MODULE, 0.6)):
        values[start : start + MODULE, start : start + MODULE] += level
    np.fill_diagonal(values, 1.0)
    return np.clip(values, -1, 1).astype(np.float32)


def gene_table(rng, genes: list[str], control: np.ndarray, case: np.ndarray) -> pd.DataFrame:
    """Statistics of every arm; the first module changed."""
    n, changed = len(genes), np.arange(len(genes)) < MODULE
    table = pd.DataFrame({"mean_control": rng.uniform(0.1, 3, n), "mean_case": rng.uniform(0.1, 3, n)}, index=genes)
    for arm in ARMS:
        table[arm] = np.where(changed, 3.0, 1.0) + rng.normal(scale=0.1, size=n)
        table[f"{arm}_p"] = np.where(changed, 1e-4, rng.uniform(0.05, 1, n))
        table[f"{arm}_fdr"] = np.where(changed, 1e-3, rng.uniform(0.4, 1, n))
    table["gained"], table["lost"] = 0, np.where(changed, MODULE - 1, 0)
    table["net"] = (np.abs(case) - np.abs(control)).mean(axis=1)
    table["module"] = pd.Categorical(np.where(changed, "1", np.where(np.arange(n) < 2 * MODULE, "2", "3")))
    table["rank"] = (-table["partners"]).rank(method="first").astype(int)
    return table


def expression(rng, genes: list[str]) -> pd.DataFrame:
    """Differential expression of the compared genes and as many more."""
    names = [*genes, *(f"MORE{i}" for i in range(len(genes)))]
    p = rng.uniform(0, 1, len(names))
    return pd.DataFrame({"base_mean": rng.uniform(1, 100, len(names)), "log2fc": rng.normal(size=len(names)), "p": p,
                         "fdr": np.minimum(1, p * 2)}, index=names)  # fmt: skip


def facts(rng, study: str, adata: AnnData, *, cells_only: bool) -> dict:
    """What `engine.types.Contrast.facts` tells."""
    unit = "cells" if cells_only else "donors"
    loud = ["Only 2 donors a side: cells were permuted in their place, which takes differences between people for "
            "differences between conditions."] if cells_only else []  # fmt: skip
    modules = [{"name": name, "n": int((adata.obs["module"] == name).sum()),
                "genes": adata.obs_names[adata.obs["module"] == name][:20].tolist(), "control": now, "case": then,
                "units": {unit: float((now if level == "control" else then) + rng.normal(scale=0.05))
                          for unit, level in UNITS.items()}}
               for name, now, then in (("1", 0.7, 0.1), ("2", 0.6, 0.6), ("3", 0.0, 0.0))]  # fmt: skip
    composition = [{"cell_type": kind, "control": 0.3, "case": share, "p": p, "fdr": min(1.0, 2 * p),
                    "units": {unit: 0.3 if level == "control" else share for unit, level in UNITS.items()}}
                   for kind, share, p in (("B cell", 0.3, 0.8), ("Plasmablast", 0.5, 0.001))]  # fmt: skip
    arms = {arm: {f"n_{100 * level:.0f}": int((adata.obs[f"{arm}_fdr"] < level).sum()) for level in (0.05, 0.1)}
            for arm in ARMS}  # fmt: skip
    return {
        "study": study, "title": "COVID and control", "by": "condition", "case": "COVID-19", "control": "control",
        "cell_type": "", "without": [], "warnings": loud, "arms": arms, "modules": modules,
        "design": {"unit": unit, "n_control": 4, "n_case": 4, "cells_control": 400, "cells_case": 400,
                   "labellings": 35, "permutations": 35, "exact": True, "smallest_fdr": 1 / 35,
                   "confounded": False},
        "units": [{"name": name, "level": level, "cells": 100} for name, level in UNITS.items()],
        "composition": composition, "verdict": [f"{MODULE} of {adata.n_obs} genes changed their partners at 5 % FDR."],
        "params": asdict(ContrastParams()), "sources": {"made-up": {"content": "0" * 64, "n_cells": 800}},
        "made": {"created": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": 1.0, "version": "0",
                 "python": "3.11", "packages": {"numpy": np.__version__},
                 "command": f"python -m engine compare {study} --by condition --control control --out t.tsv"},
    }  # fmt: skip

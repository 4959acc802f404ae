"""Models of knockouts small enough to be read: what may be asked of them is known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from engine.types import META, KnockoutModel

GENES = [f"GENE{i}" for i in range(30)]


def screen_model(kind: str = "interference") -> KnockoutModel:
    """A model of a screen that can tell GENE0 to GENE9; GENE10 is in no graph."""
    table = pd.DataFrame({"seen": True, "known_by": "network", "nearest": "GENE1", "likeness": 0.5, "reason": ""},
                         index=pd.Index([f"GENE{i}" for i in range(11)], name="gene"))  # fmt: skip
    table.loc["GENE10", ["known_by", "reason"]] = "", "it is in none of the graphs of genes"
    adata = AnnData(np.zeros((3, 30), np.float32), var=pd.DataFrame(index=GENES))
    adata.obs_names = ["GENE0", "GENE1", "GENE2"]
    return _model(adata, table, "screen", kind, [])


def network_model() -> KnockoutModel:
    """A model of two cell types; GENE3 can be told in B alone, GENE4 in neither."""
    table = pd.DataFrame([(kind, f"GENE{i}", "TF", "") for kind in "AB" for i in range(5)],
                         columns=["cell_type", "gene", "role", "reason"])  # fmt: skip
    table.loc[(table["gene"] == "GENE3") & (table["cell_type"] == "A"), "reason"] = "seen in few cells"
    table.loc[table["gene"] == "GENE4", "reason"] = "neither a regulator nor in the signalling network"
    table["n_targets"], table["n_regulators"], table["mean"], table["detected"] = 3, 0, 1.0, 0.5
    table = table.astype({name: "category" for name in ("cell_type", "gene", "role", "reason")})
    rng = np.random.default_rng(0)
    adata = AnnData(sparse.csr_matrix(rng.poisson(1.0, (40, 30)).astype(np.float32)), var=pd.DataFrame(index=GENES))
    adata.obs["cell_type"] = ["A"] * 20 + ["B"] * 20
    return _model(adata, table, "network", "simulation", ["A", "B"])


def _model(adata: AnnData, candidates: pd.DataFrame, basis: str, kind: str, cell_types: list[str]) -> KnockoutModel:
    facts = {"id": f"knockout-{basis}", "study": "made-up", "title": "Made up", "basis": basis, "kind": kind,
             "scale": "log1p of counts per 10,000", "species": "human", "cell_types": cell_types, "n_cells": 40,
             "notes": [], "params": {}, "sources": [], "made": {"created": "2026-01-01T00:00:00+00:00"}}  # fmt: skip
    adata.uns["candidates"], adata.uns[META] = candidates, json.dumps(facts)
    return KnockoutModel(adata)

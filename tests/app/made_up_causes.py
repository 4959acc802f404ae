"""A made-up explanation of a contrast, to build the Causes page on: roots, regulators, targets and functions."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from anndata import AnnData

from engine.params import CausesParams
from engine.store import Store, artifact_id

REGULATORS = ("STAT1", "IRF7", "NFKB1", "MYC", "TP53", "RELA", "IRF9", "STAT3", "JUN", "FOS", "SPI1", "CEBPB", "GATA1",
              "KLF4", "E2F1", "HIF1A", "STAT2", "IRF1", "NFKB2", "REL", "ETS1", "RUNX1", "BCL6", "EGR1", "ATF3",
              "SMAD3", "TCF7", "FOXO3", "CREB1", "YY1")  # fmt: skip
ROOTS = ("IFNA1", "IFNG", "TNF", "IL6", "TLR3", "IL1B", "EGF", "TGFB1", "IL4", "CSF2", "JAK1", "JAK2")
FUNCTIONS = ("Response to virus", "Interferon signalling", "Inflammation of the lung", "Cell death",
             "Proliferation of T cells", "Influenza A", "Lupus erythematosus", "Fibrosis", "Psoriasis", "Leukaemia")
FIRST = ("IFI6", "MX1", "ISG15", "OAS1", "IFIT1", "IFI44L", "XAF1", "LY6E", "BST2", "CXCL10", "IRF8", "GBP1")
SCORES = ("n_targets", "n_changed", "n_signed", "p", "fdr", "z", "bias", "corrected", "call")
COLUMNS = {
    "regulator": (*SCORES, "log2fc", "de_fdr", "activity", "activity_fdr"),
    "root": ("depth", "n_regulators", *SCORES, "p_bias", "fdr_bias", "log2fc", "de_fdr"),
    "function": ("database", *SCORES, "genes"),
}
DATABASES = ("trrust-human", "dorothea-human", "omnipath")


def write_causes(store: Store, *, contrast: str = "", n_targets: int = 120, seed: int = 0, found: bool = True) -> str:
    """Id of a made-up explanation written to `store`; with `found` false nothing passes."""
    name = artifact_id("causes", 1, {"n": n_targets, "seed": seed, "contrast": contrast, "found": found}, [])
    store.write(name, made_up(contrast=contrast, n_targets=n_targets, seed=seed, found=found))
    return name


def made_up(*, contrast: str = "", n_targets: int = 120, seed: int = 0, found: bool = True) -> AnnData:
    """An explanation that fits together; STAT1 is activated, MYC inhibited, their targets moved as they should."""
    rng = np.random.default_rng(seed)
    targets = [*FIRST, *(f"GENE{i}" for i in range(n_targets - len(FIRST)))][:n_targets]
    nodes = node_table(rng, targets, found=found)
    edges = edge_table(rng, targets, nodes)
    nodes["n_targets"] = edges.groupby("source")["target"].nunique().reindex(nodes.index).fillna(0).astype(int)
    nodes["n_changed"] = (nodes["n_targets"] * 0.7).astype(int)
    adata = AnnData(obs=nodes)
    adata.uns["edges"] = edges
    for kind in ("regulator", "root", "function"):
        adata.uns[f"{kind}s"] = results(nodes, kind)
    adata.uns["geneweave"] = json.dumps(facts(contrast, n_targets))
    return adata


def node_table(rng, targets: list[str], *, found: bool) -> pd.DataFrame:
    """A row a node: what is predicted of it and what was measured."""
    names = [*ROOTS, *REGULATORS, *targets, *FUNCTIONS]
    kind = np.repeat(["root", "regulator", "target", "function"],
                     [len(ROOTS), len(REGULATORS), len(targets), len(FUNCTIONS)])  # fmt: skip
    table = pd.DataFrame({"kind": kind, "layer": np.array([{"root": 0, "regulator": 1, "target": 2, "function": 3}[k]
                                                           for k in kind])}, index=names)  # fmt: skip
    predicted = kind != "target"
    z = rng.normal(scale=1.6 if found else 0.4, size=len(names))
    if found:
        z[[names.index("STAT1"), names.index("MYC"), names.index("IFNA1")]] = 4.2, -3.4, 3.9
    table["z"] = np.where(predicted, z, np.nan)
    table["p"] = np.where(predicted, np.exp(-2.2 * np.abs(z)), np.nan)
    table["fdr"], table["p_bias"] = np.minimum(1, 3 * table["p"]), np.where(kind == "root", rng.uniform(0, 0.2), np.nan)
    called = (np.abs(z) >= 2) & (table["p"] < 0.01)
    table["call"] = np.where(called, np.where(z > 0, "activated", "inhibited"), "")
    measured = (kind != "function") & (rng.random(len(names)) < 0.85) | (kind == "target")
    strong = rng.choice([-1, 1], len(names), p=[0.35, 0.65]) * rng.uniform(0.6, 3, len(names))
    change = np.where(kind == "target", strong, rng.normal(scale=0.6, size=len(names)))
    table["log2fc"] = np.where(measured, change, np.nan)
    table["de_fdr"] = np.where(measured, np.where(np.abs(change) > 0.8, 0.001, 0.4), np.nan)
    return table


def edge_table(rng, targets: list[str], nodes: pd.DataFrame) -> pd.DataFrame:
    """Roots act on regulators, regulators on targets, targets on functions; some edges in two databases."""
    rows = []
    for i, root in enumerate(ROOTS):
        rows += [(root, REGULATORS[(2 * i + step) % len(REGULATORS)]) for step in range(3)]
    for regulator in REGULATORS:
        share = 0.4 if regulator in ("STAT1", "MYC") else 0.06
        rows += [(regulator, target) for target in targets if rng.random() < share]
    rows += [(target, FUNCTIONS[int(rng.integers(len(FUNCTIONS)))]) for target in targets]
    rows.append(("STAT1", "IFI6"))
    table = pd.DataFrame(rows, columns=["source", "target"]).drop_duplicates(ignore_index=True)
    way = np.sign(nodes["z"].reindex(table["source"]).fillna(1).to_numpy() *
                  nodes["log2fc"].fillna(nodes["z"]).reindex(table["target"]).to_numpy())  # fmt: skip
    flip = rng.choice([1, -1, 0], len(table), p=[0.8, 0.1, 0.1])
    table["sign"] = (way * flip).astype(int)
    table["weight"] = rng.uniform(0.3, 1, len(table))
    table["database"] = rng.choice(DATABASES, len(table))
    table["confidence"] = np.where(table["database"] == "dorothea-human", rng.choice(list("ABC"), len(table)), "")
    table["papers"] = np.where(table["database"] == "trrust-human", "17363560;12393650", "")
    return pd.concat([table, table[::7].assign(database="collectri", confidence="", papers="")], ignore_index=True)


def results(nodes: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The full table of one kind, best first."""
    table = nodes[nodes["kind"] == kind].sort_values("p")
    table = table.assign(n_signed=table["n_changed"], bias=0.1, corrected=False, depth=2, n_regulators=3,
                         fdr_bias=table["p_bias"], activity=2 * table["z"], activity_fdr=table["fdr"],
                         database="hallmark", genes="IFI6;MX1")  # fmt: skip
    return table[list(COLUMNS[kind])].rename_axis(kind).reset_index()


def facts(contrast: str, n_targets: int) -> dict:
    """What the explanation says of itself."""
    return {
        "n_universe": 10 * n_targets, "n_changed": n_targets,
        "asked": {**asdict(CausesParams(networks=",".join(DATABASES), functions="hallmark", depth=3)),
                  "source": contrast or "table.tsv", "own_networks": [], "list": None},
        "matched": {"genes": 5 * n_targets, "targets": n_targets, "edges": 9000, "changed_targets": n_targets - 2,
                    "changed_without_regulator": ["LONELY1", "LONELY2"]},
        "notes": ["The network 'dorothea-human' lists 12 % of its edges without a sign: they count for p, not for z."],
        "made": {"created": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": 2.0, "version": "0",
                 "python": "3.11", "packages": {"numpy": np.__version__},
                 "command": "python -m engine regulators --table DE.tsv --network trrust-human --out t.tsv"},
    }  # fmt: skip

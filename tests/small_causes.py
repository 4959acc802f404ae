"""Small networks and tables of changes, written as words."""

from __future__ import annotations

import numpy as np
import pandas as pd


def edges(words: str) -> pd.DataFrame:
    """A network of `SOURCE TARGET SIGN`, with commas between."""
    rows = [word.split() for word in words.split(",")]
    table = pd.DataFrame(rows, columns=["source", "target", "sign"]).astype({"sign": int})
    return table.assign(weight=1.0, confidence="", papers="")


def changes_table(words: str) -> pd.DataFrame:
    """A table of `GENE LOG2FC`, with commas between; what is not 0 changed."""
    rows = [word.split() for word in words.split(",")]
    table = pd.DataFrame(rows, columns=["gene", "log2fc"]).astype({"log2fc": float})
    p = np.where(table["log2fc"] != 0, 1e-4, 0.9)
    return table.assign(p=p, fdr=p)


def random_case(seed: int, *, n_genes: int = 300, n_edges: int = 1500) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A random table of changes and a random signed network of 30 regulators over the same genes."""
    rng = np.random.default_rng(seed)
    genes = np.array([f"G{i}" for i in range(n_genes)])
    change = rng.normal(size=n_genes) + 0.3
    fdr = np.where(rng.random(n_genes) < 0.25, 0.01, 0.8)
    pairs = pd.DataFrame({"source": rng.choice(genes[:30], n_edges), "target": rng.choice(genes, n_edges)})
    pairs = pairs[pairs["source"] != pairs["target"]].drop_duplicates()
    pairs = pairs.assign(sign=rng.choice([1, 1, -1, 0], len(pairs)), weight=rng.integers(1, 5, len(pairs)) * 1.0,
                         confidence="", papers="")  # fmt: skip
    return pd.DataFrame({"gene": genes, "log2fc": change, "p": fdr, "fdr": fdr}), pairs


def planted(seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """ROOT activates five regulators, of which R0 and R1 by a step between; their twenty targets each follow."""
    table, network = random_case(seed)
    rng, more = np.random.default_rng(seed), []
    table = table.assign(fdr=0.8).assign(fdr=lambda t: np.where(rng.random(len(t)) < 0.1, 0.01, t["fdr"]))
    for i in range(5):
        targets = rng.choice(np.arange(40 + 50 * i, 90 + 50 * i), 20, replace=False)
        table.loc[targets, "fdr"] = 0.001
        sign = rng.choice([1, -1], 20)
        table.loc[targets, "log2fc"] = sign * 1.5
        more += [f"R{i} G{t} {s}" for t, s in zip(targets, sign, strict=True)]
    more += ["ROOT M 1", "M R0 1", "M R1 1", "ROOT R2 1", "ROOT R3 1", "ROOT R4 1"]
    return table, pd.concat([network, edges(", ".join(more))])

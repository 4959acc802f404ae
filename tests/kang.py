"""Kang's cells, stimulated with interferon against control, as a table of changes, and the same without a cause."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from tests.shared_data import shared


def kang_table() -> pd.DataFrame:
    """A copy of the table, which is made once."""
    return _made().copy()


@cache
def _made() -> pd.DataFrame:
    """Interferon-stimulated against control cells: gene, log2fc, p, fdr of genes in 20 cells or more."""
    import anndata
    from scipy.stats import false_discovery_control, ttest_ind

    cells = anndata.read_h5ad(shared("data/multimodal/rna/kang_pbmc_ctrl_stim.h5ad"))
    counts = cells.X.toarray().astype(float)
    x = np.log1p(1e4 * counts / counts.sum(axis=1, keepdims=True))[:, (counts > 0).sum(axis=0) >= 20]
    stimulated = (cells.obs["batch"] == "stim").to_numpy()
    p = ttest_ind(x[stimulated], x[~stimulated], equal_var=False).pvalue
    change = (x[stimulated].mean(axis=0) - x[~stimulated].mean(axis=0)) / np.log(2)
    genes = cells.var_names[(counts > 0).sum(axis=0) >= 20]
    return pd.DataFrame({"gene": genes, "log2fc": change, "p": p, "fdr": false_discovery_control(p)})


def signs_shuffled(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The changed genes keep their names and get each other's directions."""
    change, changed = table["log2fc"].to_numpy().copy(), (table["fdr"] <= 0.05).to_numpy()
    change[changed] = np.abs(change[changed]) * rng.permutation(np.sign(change[changed]))
    return table.assign(log2fc=change)


def labels_shuffled(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Every gene gets another's row."""
    return table.assign(gene=rng.permutation(table["gene"].to_numpy()))

"""The genes that a gene is co-expressed with in one dataset."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.errors import unknown
from engine.types import GeneGraph


def partners(graph: GeneGraph, gene: str) -> pd.DataFrame:
    """CS-CORE edges of a gene, strongest evidence first.

    Returns
    -------
    Columns gene, estimate (co-expression, −1 to 1), statistic (its z) and p = 2 · Φ(−|z|), two-sided;
    no rows when the gene has no edge.

    Raises
    ------
    UnknownName
        When the gene is not in this dataset's network.
    """
    from scipy.stats import norm

    place = np.flatnonzero(graph.genes == gene)
    if not place.size:
        raise unknown("gene", gene, graph.genes, where=f"in the network of {graph.name}")
    statistic = graph.adata.obsp["statistic"].tocsr()[place[0]].tocoo()
    order = np.argsort(-np.abs(statistic.data), kind="stable")
    others, z = statistic.col[order], statistic.data[order]
    estimate = graph.adata.obsp["coexpression"].tocsr()[place[:1]].toarray().ravel()[others]
    p = 2 * norm.sf(np.abs(z))
    return pd.DataFrame({"gene": graph.genes[others], "estimate": estimate, "statistic": z, "p": p})

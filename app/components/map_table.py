"""The rows of a gene map as a table, and as text to take away."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.errors import InvalidParameter
from engine.types import GeneEmbedding

SHOWN = ("gene", "dataset", "modality", "tissue", "condition", "cluster", "mean", "detected", "degree")
ENDINGS = {"csv": ",", "tsv": "\t"}


def rows_table(embedding: GeneEmbedding, keep: np.ndarray | None = None) -> pd.DataFrame:
    """The chosen rows, or all, with the map's coordinates.

    `mean` is log(1 + counts per 10,000), `detected` the share of cells, `degree` the number of
    co-expression partners.
    """
    table = embedding.obs[list(SHOWN)].reset_index(drop=True)
    umap = embedding.adata.obsm["X_umap"]
    table = table.assign(umap_1=umap[:, 0], umap_2=umap[:, 1])
    return table if keep is None else table[keep]


def table_text(table: pd.DataFrame, ending: str) -> str:
    """The table as CSV or TSV.

    Raises
    ------
    InvalidParameter
        When `ending` is neither.
    """
    if ending not in ENDINGS:
        raise InvalidParameter(f"A table can be had as csv or tsv, found '{ending}'. Choose one of them.")
    return table.to_csv(index=False, sep=ENDINGS[ending], float_format="%.6g", lineterminator="\n")

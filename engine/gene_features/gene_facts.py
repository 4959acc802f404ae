"""Facts of genes as numbers, from the gene table: length, kind and place; and which code for a protein."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.gene_features.names import Names
from engine.types.perturbations import GeneFeatures

if TYPE_CHECKING:
    import pandas as pd

    from engine.knowledge import Knowledge

CODING = "protein_coding"
MOST_KINDS = 8  # biotypes with a column of their own, the most frequent


def coding_of(names: Names, knowledge: Knowledge) -> dict[str, bool]:
    """Whether each gene codes for a protein, where the gene table says what kind it is."""
    table = _known(names, knowledge)
    if table is None:
        return {}
    genes, rows = names.rows(table.index.tolist())
    kinds = table["biotype"].to_numpy()[rows]
    return {gene: bool(kind == CODING) for gene, kind in zip(genes.tolist(), kinds, strict=True) if kind}


def facts_of(names: Names, knowledge: Knowledge) -> GeneFeatures | None:
    """Log length, kind, chromosome and place on it, each at mean 0 and variance 1; None without a gene table."""
    import pandas as pd

    table = _known(names, knowledge)
    if table is None:
        return None
    start, end = (table[side].astype("Float64").to_numpy(np.float64, na_value=np.nan) for side in ("start", "end"))
    reach = pd.Series(end).groupby(table["chromosome"].to_numpy()).transform("max").to_numpy()
    frequent = table["biotype"].value_counts().index[:MOST_KINDS]
    kinds = pd.get_dummies(table["biotype"].where(table["biotype"].isin(frequent), "other")).to_numpy(np.float64)
    places = pd.get_dummies(table["chromosome"]).to_numpy(np.float64)
    numbers = np.column_stack([np.log(end - start + 1), start / reach, kinds, places])
    centred = numbers - np.nanmean(numbers, axis=0) if len(numbers) else numbers
    spread = np.nanstd(numbers, axis=0)
    vectors = np.nan_to_num(centred / np.where(spread > 0, spread, 1))[:, spread > 0]
    genes, rows = names.rows(table.index.tolist())
    return GeneFeatures("sequence", "Length, kind and place of each gene, for want of sequences", genes,
                        vectors[rows].astype(np.float32))  # fmt: skip


def _known(names: Names, knowledge: Knowledge) -> pd.DataFrame | None:
    """The gene table by symbol, of each the row that codes for a protein, else the first."""
    found = knowledge.gene_table(names.species)
    if found is None:
        return None
    table = found.table[found.table["symbol"] != ""]
    table = table.assign(other=table["biotype"] != CODING).sort_values("other", kind="stable")
    return table.drop_duplicates("symbol").set_index("symbol").sort_index()

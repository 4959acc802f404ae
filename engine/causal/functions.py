"""Diseases and functions behind the changed genes: predicted up or down by signed edges, else by enrichment alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.causal.changes import Changes
from engine.causal.edges import lay_over
from engine.causal.regulators import in_order
from engine.causal.score import scores
from engine.tl.adjust import adjusted

if TYPE_CHECKING:
    import pandas as pd

LEAST_GENES = 3  # measured genes of a function that is tested


def function_edges(sets: Mapping[str, Mapping[str, tuple[str, ...]]],
                   networks: Mapping[str, pd.DataFrame] | None = None) -> pd.DataFrame:
    """Edges gene → function of collections of gene sets, without signs, and of networks, as they are.

    Parameters
    ----------
    sets
        Collection → function → its genes.
    networks
        Collection → table with source (a gene), target (a function), sign and the other columns of a network.

    Returns
    -------
    source, target, sign, weight, database, confidence, papers.
    """
    import pandas as pd

    from engine.causal.edges import COLUMNS

    parts = [table.assign(database=name)[list(COLUMNS)] for name, table in (networks or {}).items()]
    for name, functions in sets.items():
        pairs = [(gene, function) for function, genes in functions.items() for gene in genes]
        part = pd.DataFrame(pairs, columns=["source", "target"])
        parts.append(part.assign(sign=0, weight=1.0, database=name, confidence="", papers=""))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def functions(changes: Changes, edges: pd.DataFrame) -> pd.DataFrame:
    """Score every function with at least three measured genes, each collection a family of its own.

    Returns
    -------
    function, database, the columns of `engine.causal.score.scores` (n_targets are its measured genes), fdr, genes (the
    changed ones joined by ;). A function without signed edges has no z and no call.
    """
    import pandas as pd

    parts = [_of_one(changes, part, str(name)) for name, part in edges.groupby("database", sort=False)]
    parts = [part for part in parts if len(part)]
    return in_order(pd.concat(parts, ignore_index=True)) if parts else pd.DataFrame(columns=list(FUNCTION_COLUMNS))


FUNCTION_COLUMNS = ("function", "database", "n_targets", "n_changed", "n_signed", "p", "fdr", "z", "bias", "corrected",
                    "call", "genes")  # fmt: skip


def _of_one(changes: Changes, edges: pd.DataFrame, database: str) -> pd.DataFrame:
    turned = edges.rename(columns={"source": "target", "target": "source"}).drop_duplicates(["source", "target"])
    found = lay_over(turned, changes)
    table = scores(found.members, found.signs, found.weights, changes).assign(function=found.sources, database=database)
    table["genes"] = [";".join(changes.genes[row.indices[changes.changed[row.indices]]])
                      for row in (found.members[[i]] for i in range(len(table)))]  # fmt: skip
    table = table[table["n_targets"] >= LEAST_GENES]
    return table.assign(fdr=adjusted(table["p"].to_numpy(float)))[list(FUNCTION_COLUMNS)]

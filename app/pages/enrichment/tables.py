"""The table of terms: best ones first, like ones folded under them until they are asked for."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import dash_ag_grid as dag
import pandas as pd

from app.pages.enrichment import ids
from engine.enrich import Result, read_enrichment

if TYPE_CHECKING:
    from engine.store import Store

MOST = 300  # rows in the page; all are in the files
P = "params.value == 0 ? '< 1e-300' : params.value < 0.001 ? d3.format('.1e')(params.value) : "
P += "d3.format('.2~g')(params.value)"
NUMBER = {"type": "rightAligned", "flex": 0, "width": 84, "minWidth": 64}
HEADS = {
    "said": ("Genes", "Genes of the list in the term, of all its genes that were measured"),
    "expected": ("Chance", "Expected: genes that a random draw of as many genes would have"),
    "odds_ratio": ("Odds", "Odds ratio: odds of a gene of the list to be in the term over those of the other genes"),
    "es": ("ES", "Enrichment score: how far the running sum over the ranking leaves 0"),
    "nes": ("NES", "Enrichment score relative to permutations of the same sign; above 0 the top of the ranking"),
    "p": ("p", "Before adjustment"),
    "fdr": ("FDR", "False discovery rate over all sets that were tested"),
}  # fmt: skip
FORMATS = {"p": P, "fdr": P, "expected": "params.value == null ? '–' : d3.format('.1f')(params.value)",
           "odds_ratio": "params.value == null ? '∞' : d3.format('.3~g')(params.value)",
           "es": "d3.format('+.2f')(params.value)", "nes": "d3.format('+.2f')(params.value)"}  # fmt: skip


@lru_cache(maxsize=8)
def stored(store: Store, name: str) -> Result:
    """A stored answer; the last few stay in memory."""
    return read_enrichment(name, store=store)


def genes_column(table: pd.DataFrame) -> str:
    """The column with the genes behind a term."""
    return "leading_genes" if "leading_genes" in table else "genes"


def shown(table: pd.DataFrame, *, fold: bool, opened: list[str]) -> list[dict[str, Any]]:
    """Rows of the grid: each best term, after it the like ones when they are unfolded.

    Terms without a gene are left to the files, and so is what comes after the first `MOST`.
    """
    genes = genes_column(table)
    hit = table[table[genes] != ""]
    first = hit["like"].unique()[:MOST]
    place = {term: n for n, term in enumerate(first)}
    kept = hit[hit["like"].isin(place)]
    if not fold:
        return [_row(row, genes, "") for row in kept.head(MOST).to_dict("records")]
    counts = kept["like"].value_counts()
    kept = kept[(kept["term"] == kept["like"]) | kept["like"].isin(opened)]
    order = kept.assign(_place=kept["like"].map(place)).sort_values("_place", kind="stable")
    return [_row(row, genes, _sign(row, counts, opened)) for row in order.to_dict("records")][: 2 * MOST]


def _sign(row: dict[str, Any], counts: pd.Series, opened: list[str]) -> str:
    """What the first column says: how many like terms are under it, or that it is one of them."""
    if row["term"] != row["like"]:
        return "└"
    others = int(counts[row["term"]]) - 1
    return "" if not others else "−" if row["term"] in opened else f"+{others}"


def _row(row: dict[str, Any], genes: str, sign: str) -> dict[str, Any]:
    names = row[genes].split(";")
    said = f"{len(names)} of {int(row['size'])}"
    plain = {key: None if isinstance(value, float) and not abs(value) < float("inf") else value
             for key, value in row.items() if key not in ("genes", "leading_genes", "_place")}  # fmt: skip
    return plain | {"sign": sign, "said": said, "n": len(names), "names": ", ".join(names),
                    "words": row["term"].replace("_", " ")}  # fmt: skip


def term_grid(result: Result) -> dag.AgGrid:
    """The grid, folded at first."""
    table = result.table
    columns = [
        {"field": "sign", "headerName": "", "width": 52, "flex": 0, "sortable": False, "resizable": False,
         "cellClass": "enrich-sign", "headerTooltip": "Like terms: click to show or hide them"},
        {"field": "words", "headerName": "Term", "flex": 4, "minWidth": 250, "tooltipField": "words"},
        *(_column(name) for name in HEADS if name == "said" or name in table),
        {"field": "names", "headerName": "Leading genes" if "nes" in table else "Which", "flex": 2, "minWidth": 110,
         "tooltipField": "names"},
        {"field": "collection", "headerName": "Collection", "flex": 1, "minWidth": 110, "tooltipField": "collection"},
    ]  # fmt: skip
    return dag.AgGrid(
        id=ids.GRID, rowData=shown(table, fold=True, opened=[]), columnDefs=columns, className="net-genes enrich-grid",
        getRowId="params.data.term", defaultColDef={"sortable": True, "resizable": True},
        rowClassRules={"enrich-under": "params.data.sign == '└'", "enrich-found": "params.data.fdr < 0.05"},
        dashGridOptions={"rowHeight": 30, "headerHeight": 32, "theme": "themeQuartz", "animateRows": False,
                         "ensureDomOrder": True, "suppressColumnVirtualisation": True, "tooltipShowDelay": 300},
        style={"height": "420px"},
    )  # fmt: skip


def _column(name: str) -> dict[str, Any]:
    title, about = HEADS[name]
    how = {"valueFormatter": {"function": FORMATS[name]}} if name in FORMATS else {}
    order = {"comparator": {"function": "(a, b, x, y) => x.data.n - y.data.n"}} if name == "said" else {}
    return {"field": name, "headerName": title, "headerTooltip": about, **NUMBER, **how, **order}

"""All rows behind the picture: regulators, causal networks, diseases and functions, edges."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
import pandas as pd

from app.causes import Explanation
from app.pages.causes import ids

KINDS = {"regulators": "Regulators", "roots": "Causal networks", "functions": "Diseases and functions",
         "edges": "Edges", "bars": "Bars"}  # fmt: skip
NAMES = {"regulators": "regulator", "roots": "root", "functions": "function"}
NUMBER = "params.value == null ? '–' : d3.format('.2f')(params.value).replace('-', '\u2212')"
SMALL = ("params.value == null ? '–' : params.value == 0 ? '< 1e-300' : params.value < 0.001 ? "
         "d3.format('.1e')(params.value) : d3.format('.3f')(params.value)")  # fmt: skip
HEADS = {
    "regulator": ("Regulator", ""), "root": ("Root", "A gene from which signed paths lead to the changed genes"),
    "function": ("Disease or function", ""), "source": ("From", ""), "target": ("To", ""),
    "call": ("Predicted", "Activated or inhibited where |z| ≥ 2 and p < 0.01; not measured"),
    "z": ("z", "How consistently the signs of the edges agree with the changes; above 0 more active. Predicted"),
    "p": ("p", "Chance of so many changed genes among the targets (Fisher's exact test)"),
    "fdr": ("FDR", "Benjamini–Hochberg over p"),
    "p_bias": ("p, network", "How often random changed genes of the same number and degree give a z as far out"),
    "fdr_bias": ("FDR, network", "Benjamini–Hochberg over that p"),
    "bias": ("Bias", "μ: whether targets lean one way as the changed genes do; above 0.25 either way z is corrected"),
    "corrected": ("Corrected", "Whether z was corrected for that bias"),
    "n_targets": ("Targets", "Measured targets"), "n_changed": ("Changed", "Of those, changed"),
    "n_signed": ("Signed", "Of the changed, those whose edge has a sign: they make z"),
    "n_regulators": ("Regulators", "Reached, with a changed target"), "depth": ("Depth", "Steps at most"),
    "log2fc": ("Own log2 FC", "Its own measured change; a dash where it was not measured"),
    "de_fdr": ("Own FDR", "False discovery rate of its own measured change"),
    "activity": ("Activity", "Slope t of a linear model of all changes on its targets (univariate). Predicted"),
    "activity_fdr": ("Activity FDR", "Benjamini–Hochberg over that slope's p"),
    "database": ("From where", ""), "genes": ("Changed genes", ""), "sign": ("Sign", "1 activates, −1 inhibits"),
    "weight": ("Weight", ""), "confidence": ("Confidence", "As the database grades it"),
    "papers": ("Papers", "PubMed ids"),
}  # fmt: skip
LEADING = ("regulator", "root", "function", "source", "target", "call", "z", "p", "fdr", "p_bias", "n_targets",
           "n_changed")  # columns that are seen without scrolling
PROBABILITIES = {"p", "fdr", "p_bias", "fdr_bias", "de_fdr", "activity_fdr"}


def table_of(found: Explanation, kind: str) -> pd.DataFrame:
    """One of the tables of `KINDS` at full precision; bars are of the regulators."""
    if kind == "edges":
        return found.edges
    return {"roots": found.roots, "functions": found.functions}.get(kind, found.regulators)


def grid(found: Explanation, kind: str) -> dag.AgGrid:
    """A table of all rows; a row that is a node of the picture carries its name as `node`."""
    table = table_of(found, kind)
    names = [name for name in (*LEADING, *table.columns) if name in table]
    return dag.AgGrid(
        id=ids.GRID, rowData=rows(found, kind), className="flow-grid causes-grid",
        columnDefs=[_column(name, table[name]) for name in dict.fromkeys(names)], style={"height": "100%"},
        defaultColDef={"sortable": True, "resizable": True, "flex": 1, "minWidth": 96, "wrapHeaderText": True,
                       "autoHeaderHeight": True},
        dashGridOptions={"rowHeight": 27, "headerHeight": 32, "theme": "themeQuartz", "animateRows": False,
                         "ensureDomOrder": True, "tooltipShowDelay": 300},
        getRowId="params.data.row",
    )  # fmt: skip


def rows(found: Explanation, kind: str) -> list[dict[str, Any]]:
    """Rows for the grid; missing numbers are None."""
    table = table_of(found, kind)
    plain = table.astype(object).where(table.notna(), None).to_dict("records")
    return [row | {"row": f"{i}:{_node(row, kind)}"} for i, row in enumerate(plain)]


def _node(row: dict[str, Any], kind: str) -> str:
    """What a row stands for in the picture: a node, or an edge as source>target."""
    return f"{row['source']}>{row['target']}" if kind == "edges" else str(row[NAMES[kind]])


def _column(name: str, values: pd.Series) -> dict[str, Any]:
    head, tip = HEADS.get(name, (name.replace("_", " ").capitalize(), ""))
    shared = {"field": name, "headerName": head, **({"headerTooltip": tip} if tip else {})}
    if name in (*NAMES.values(), "source", "target"):
        return shared | {"filter": "agTextColumnFilter", "pinned": "left", "width": 140, "flex": 0,
                         "tooltipField": name}
    if pd.api.types.is_bool_dtype(values):
        return shared | {"cellDataType": False, "valueFormatter": {"function": "params.value ? 'yes' : 'no'"}}
    if not pd.api.types.is_numeric_dtype(values):
        return shared | {"filter": "agTextColumnFilter", "tooltipField": name, "minWidth": 116}
    whole = pd.api.types.is_integer_dtype(values)
    form = {} if whole else {"valueFormatter": {"function": SMALL if name in PROBABILITIES else NUMBER}}
    return shared | {"type": "rightAligned", "filter": "agNumberColumnFilter", **form}

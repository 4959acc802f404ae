"""The evidence behind a node or an edge: what it acts on and whether that moved as predicted, databases, papers."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
import numpy as np
import pandas as pd
from dash import html

from app.causes import Explanation
from app.figures.causal_marks import VERB
from app.pages.causes import ids
from app.words import exponent, number, plural

PUBMED = "https://pubmed.ncbi.nlm.nih.gov/"
SHOWN = 12  # rows of evidence beside the network; all are in the table of edges
MOST_PAPERS = 24  # links of one edge
ARROWS = {1: "↑", -1: "↓", 0: "–"}
AGREES = {True: "✓ agrees", False: "✗ disagrees", None: ""}


def p_words(p: float) -> str:
    """A p-value; one too small to tell from 0 says so."""
    return exponent(p) if p == 0 else number(p)


def changed(rows: Any, found: Explanation) -> Any:
    """Whether the measured change of a row, or of each row, passes both thresholds."""
    level = found.thresholds
    return (rows["de_fdr"] <= level["max_fdr"]) & (np.abs(rows["log2fc"]) >= level["min_log2fc"])


def agreement(found: Explanation, name: str) -> pd.DataFrame:
    """For each target of a node: sign, expected direction by the node's z, measured direction, and whether they agree.

    Returns
    -------
    target, sign, expected and measured (1, −1, or 0 where there is none), log2fc, agrees (True, False or None).
    """
    z = found.nodes.loc[name, "z"]
    own = found.links[found.links["source"] == name]
    there = found.nodes.reindex(own["target"])
    moved = np.where(changed(there, found), np.sign(there["log2fc"].fillna(0)), 0).astype(int)
    expected = (np.sign(z) if z == z else 0) * own["sign"].to_numpy()
    agrees = [None if not (e and m) else bool(e == m) for e, m in zip(expected, moved, strict=True)]
    return pd.DataFrame({"target": own["target"].to_numpy(), "sign": own["sign"].to_numpy(),
                         "expected": expected.astype(int), "measured": moved, "log2fc": there["log2fc"].to_numpy(),
                         "agrees": pd.Series(agrees, dtype=object)})  # fmt: skip


def targets(found: Explanation, name: str, row: pd.Series) -> list[Any]:
    """What a node acts on, and how many of them moved as it would have them."""
    table = agreement(found, name)
    if table.empty:
        return []
    told = table["agrees"].map({True: 0, False: 1}).fillna(2)
    table = table.assign(_told=told, _size=-table["log2fc"].abs().fillna(0)).sort_values(["_told", "_size"])
    with_it, against = (int((told == side).sum()) for side in (0, 1))
    words = (f"Of {plural(len(table), 'target')} in this network, {with_it} changed as predicted and {against} the "
             "other way; of the others the sign is not known or no change is sure. z comes from such changes: that "
             "they agree is its reason, not a test of it.")  # fmt: skip
    return [html.H3("What it acts on"), html.P(words if row["z"] == row["z"] else "Without a z nothing is expected.",
                                               className="gw-muted gw-small"), _target_grid(name, table)]  # fmt: skip


def _target_grid(name: str, table: pd.DataFrame) -> html.Div:
    """All targets; a grid, since a regulator may have a thousand of them."""
    rows = [{"row": f"{i}:{name}>{r.target}", "target": r.target, "expected": ARROWS[r.expected],
             "measured": _measured_words(r.measured, r.log2fc), "agrees": AGREES[r.agrees]}
            for i, r in enumerate(table.itertuples())]  # fmt: skip
    columns = [{"field": "target", "headerName": "Target", "flex": 1, "minWidth": 74, "tooltipField": "target"},
               {"field": "expected", "headerName": "Expected", "width": 66},
               {"field": "measured", "headerName": "Measured", "width": 72, "tooltipField": "measured"},
               {"field": "agrees", "headerName": "Agrees", "width": 90,
                "cellClassRules": {"causes-agree": f"params.value == '{AGREES[True]}'",
                                   "causes-against": f"params.value == '{AGREES[False]}'"}}]  # fmt: skip
    grid = dag.AgGrid(
        id=ids.TARGETS, rowData=rows, columnDefs=columns, className="flow-grid flow-list causes-grid",
        getRowId="params.data.row", style={"height": "100%"}, defaultColDef={"sortable": True, "resizable": True},
        dashGridOptions={"rowHeight": 26, "headerHeight": 30, "theme": "themeQuartz", "animateRows": False,
                         "ensureDomOrder": True, "suppressColumnVirtualisation": True, "tooltipShowDelay": 300},
    )  # fmt: skip
    return html.Div(grid, className="causes-targets")


def _measured_words(way: int, fc: float) -> str:
    if fc != fc:
        return "–"
    return f"{ARROWS[way]} {number(abs(fc))}" if way else f"{number(fc)}, not sure"


def agrees_mark(agrees: bool) -> html.Span:
    return html.Span(AGREES[agrees], className="causes-agree" if agrees else "causes-against")


def evidence(found: Explanation, name: str) -> list[Any]:
    """What acts on a node, edge by edge."""
    own = found.edges[found.edges["target"] == name]
    if own.empty:
        return []
    return [html.H3("What acts on it"), *evidence_table(own, first="source")]


def evidence_table(own: pd.DataFrame, *, first: str) -> list[Any]:
    """A row an edge: from where, sign, confidence, papers; what is beyond the first few is in the table of edges."""
    head = html.Thead(html.Tr([html.Th("From" if first == "source" else "Database"), html.Th("Sign"),
                               html.Th("Database" if first == "source" else "Grade"), html.Th("Papers")]))
    body = [_evidence_row(row, first) for row in own.head(SHOWN).to_dict("records")]
    more = html.P(f"{plural(len(own) - SHOWN, 'more row')} in the table of edges below.", className="gw-muted gw-small")
    return [html.Table([head, html.Tbody(body)], className="atlas-table causes-evidence"),
            *([more] if len(own) > SHOWN else [])]  # fmt: skip


def _evidence_row(row: dict[str, Any], first: str) -> html.Tr:
    grade = f" ({row['confidence']})" if row["confidence"] and first == "source" else ""
    lead = pick_button(f"{row['source']}>{row['target']}", row["source"]) if first == "source" else row["database"]
    third = f"{row['database']}{grade}" if first == "source" else row["confidence"] or "–"
    papers = _papers(row["papers"], 2 if first == "source" else MOST_PAPERS)
    return html.Tr([html.Td(lead), html.Td(VERB[row["sign"]]), html.Td(third), html.Td(papers)])


def _papers(text: str, most: int) -> Any:
    """Links to the papers by their PubMed ids, and one to all of them; other words as they are."""
    found = [part.strip() for part in text.split(";") if part.strip()]
    if not found:
        return "none named"
    links = [html.A(part, href=PUBMED + part, target="_blank", rel="noopener noreferrer", title=f"{part} in PubMed")
             if part.isdecimal() else html.Span(part) for part in found[:most]]  # fmt: skip
    ids_of_all = ",".join(part for part in found if part.isdecimal())
    if len(found) > most:
        links.append(html.A(f"all {len(found)}", href=f"{PUBMED}?term={ids_of_all}", target="_blank",
                            rel="noopener noreferrer", title="All of them in PubMed"))
    return html.Div(links, className="causes-papers")


def pick_button(text: str, word: str = "") -> html.Button:
    return html.Button(word or text, type="button", className="atlas-gene", title=f"Show {text.replace('>', ' → ')}",
                       **{"data-causes-pick": text})

"""Beside the network: what is predicted and measured of a node, and the evidence behind it or an edge."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pandas as pd
from dash import dcc, html

from app.causes import Explanation
from app.components.knock_out_link import knock_out_link
from app.components.page_header import icon
from app.figures.causal_marks import VERB
from app.pages.causes.evidence import (
    agreement,
    agrees_mark,
    changed,
    evidence,
    evidence_table,
    p_words,
    pick_button,
    targets,
)
from app.pages.causes.folding import ranked
from app.pages.causes.view import CausesView
from app.words import number, plural, whole

PREDICTED = "Activity is predicted from the changes of others, not measured."
MOST_GENES = 400  # of a set that an address can carry
KIND = {"root": "Causal root", "regulator": "Regulator", "target": "Target", "function": "Disease or function"}
P_OF = {"regulator": ("p", "Chance of so many changed genes among the targets (Fisher's exact test)"),
        "root": ("p, network", "How often random changed genes of the same number and degree give a z as far out")}
CALLED = {"regulator": 6, "root": 4, "function": 3}  # how many of each are told before anything is chosen


def panel(found: Explanation, view: CausesView, pick: str) -> list[Any]:
    """The inspector for a chosen node or edge, or for the whole."""
    if not pick:
        return _overview(found)
    return _edge(found, pick) if ">" in pick else _node(found, view, pick)


def _overview(found: Explanation) -> list[Any]:
    facts = found.facts
    rows = {"Genes measured": whole(facts["n_universe"]), "Changed genes": whole(facts["n_changed"]),
            **{f"{KIND[kind]}s called": _called(table, found, kind)
               for kind, table in (("regulator", found.regulators), ("root", found.roots))}}  # fmt: skip
    hint = ("Click a node or an edge: the evidence behind it is shown here. Click a dashed box to unfold what is in "
            "it. The tables below hold every row; a click on one leads to it.")  # fmt: skip
    return [html.H2("Nothing chosen"), html.P(hint, className="gw-muted"), _facts(rows), *_strongest(found),
            html.P(PREDICTED, className="causes-predicted")]  # fmt: skip


def _called(table: pd.DataFrame, found: Explanation, kind: str) -> str:
    """How many are called in all, and how many of them the network has as nodes of that kind."""
    n = int((table["call"] != "").sum()) if len(table) else 0
    here = int(((found.nodes["call"] != "") & (found.nodes["kind"] == kind)).sum())
    return whole(n) if here >= n else f"{whole(n)}, {whole(here)} in this network"


def _strongest(found: Explanation) -> list[Any]:
    """The called regulators, roots and functions, the surest of each first."""
    called = found.nodes[found.nodes["call"] != ""]
    called = called.assign(place=ranked(called, "p")).sort_values("place")
    parts = {kind: called[called["kind"] == kind].head(n) for kind, n in CALLED.items()}
    return [html.Table([_heads(kind), html.Tbody([_called_row(name, row) for name, row in part.iterrows()])],
                       className="atlas-table") for kind, part in parts.items() if len(part)]  # fmt: skip


def _heads(kind: str) -> html.Thead:
    p, about = P_OF.get(kind, P_OF["regulator"])
    return html.Thead(html.Tr([html.Th(f"{KIND[kind]}s"), html.Th("Predicted"), html.Th("z", className="gw-num"),
                               html.Th(p, className="gw-num", title=about)]))


def _called_row(name: str, row: pd.Series) -> html.Tr:
    p = row["p_bias"] if row["kind"] == "root" else row["p"]
    return html.Tr([html.Td(pick_button(name)), html.Td(row["call"]), html.Td(number(row["z"]), className="gw-num"),
                    html.Td(p_words(p), className="gw-num")])


def nothing_words(found: Explanation) -> str:
    """Says plainly that nothing passes, and which came nearest."""
    table = found.regulators
    said = "No regulator passes |z| ≥ 2 with p < 0.01."
    if table.empty or table["z"].isna().all():
        return f"{said} None of them has targets with signs enough for a z."
    best = table.loc[table["z"].abs().idxmax()]
    return f"{said} The largest |z| is that of {best['regulator']}: {number(best['z'])} (p {p_words(best['p'])})."


def _node(found: Explanation, view: CausesView, name: str) -> list[Any]:
    row = found.nodes.loc[name]
    head = html.Div([html.H2(name), _clear()], className="flow-panel-head")
    return [head, html.P(f"{KIND[row['kind']]}, layer {row['layer']}", className="gw-muted gw-small"),
            *_predicted(row), *_measured(row, found), _node_acts(view, name, row, found),
            *targets(found, name, row), *evidence(found, name)]  # fmt: skip


def _predicted(row: pd.Series) -> list[Any]:
    if row["z"] != row["z"] and row["p"] != row["p"]:
        return []
    said = row["call"] or "no call"
    rows = {"z": number(row["z"]), "p": p_words(row["p"]), "FDR": p_words(row["fdr"])}
    rows |= {"Targets": f"{whole(row['n_targets'])} measured, {whole(row['n_changed'])} changed"}
    rows |= {"p, network": p_words(row["p_bias"])} if row["p_bias"] == row["p_bias"] else {}
    return [html.Div([html.H3(["Predicted: ", html.Span(said, className=f"causes-call causes-{said.split()[0]}")]),
                      _facts(rows)], className="causes-box causes-box-predicted", title=PREDICTED)]  # fmt: skip


def _measured(row: pd.Series, found: Explanation) -> list[Any]:
    if row["kind"] == "function":
        return []
    if row["log2fc"] != row["log2fc"]:
        return [html.Div(html.H3("Not measured here"), className="causes-box causes-box-none")]
    passes = changed(row, found)
    said = ("up" if row["log2fc"] > 0 else "down") if passes else "no sure change"
    rows = {"log2 fold change": number(row["log2fc"]), "FDR": p_words(row["de_fdr"])}
    return [html.Div([html.H3(f"Measured: {said}"), _facts(rows)], className="causes-box causes-box-measured")]


def _edge(found: Explanation, pick: str) -> list[Any]:
    source, _, target = pick.partition(">")
    link = found.links[(found.links["source"] == source) & (found.links["target"] == target)].iloc[0]
    own = found.edges[(found.edges["source"] == source) & (found.edges["target"] == target)]
    verb = VERB[link["sign"]]
    split = " Its sources do not agree on the sign." if link["sign"] == 0 and (own["sign"] != 0).any() else ""
    focus = _act("Focus on it", "edge", source, "target", target=target)
    acts = html.Div([focus, pick_button(source), pick_button(target)], className="gw-row")
    return [html.Div([html.H2(f"{source} {verb} {target}"), _clear()], className="flow-panel-head"),
            html.P(f"{plural(len(own), 'piece')} of evidence.{split}", className="gw-muted gw-small"),
            *_compared(found, source, target), *evidence_table(own, first="database"), acts]  # fmt: skip


def _compared(found: Explanation, source: str, target: str) -> list[Any]:
    """Whether the measured change of the target is as the activity of the source would have it."""
    row = agreement(found, source).set_index("target").loc[target]
    if row["agrees"] is None:
        return []
    said = {1: "rise", -1: "fall"}
    words = (f"{source} is predicted {'more' if found.nodes.loc[source, 'z'] > 0 else 'less'} active, so {target} "
             f"should {said[row['expected']]}; it was measured to {said[row['measured']]}. ")  # fmt: skip
    return [html.P([words, agrees_mark(row["agrees"])], className="flow-placed")]


def _node_acts(view: CausesView, name: str, row: pd.Series, found: Explanation) -> html.Div:
    """What can be done about a node, and where it leads."""
    focussed, opened = view.focus == name, name in view.opened
    acts = [_act("Show all again" if focussed else "Focus", "focus", "" if focussed else name, "target"),
            _act("Hide", "hide", name, "cross")]  # fmt: skip
    if row["kind"] in ("root", "regulator"):
        acts.insert(1, _act("Fold" if opened else "Expand", "fold" if opened else "expand", name, "plus"))
    to_atlas = dcc.Link(["Open in the Atlas", icon("arrow")], href=f"/atlas?gene={quote(name)}")
    of_gene = [] if row["kind"] == "function" else [knock_out_link(name, class_name=""), to_atlas]
    links = [*of_gene, *_to_enrichment(found, name, row["kind"])]
    return html.Div([html.Div(acts, className="gw-row"), html.Div(links, className="atlas-links")],
                    className="gw-stack causes-acts")


def _to_enrichment(found: Explanation, name: str, kind: str) -> list[Any]:
    """A link that looks the genes of a node up: its targets, or the genes that lead to a function."""
    own, other = ("target", "source") if kind == "function" else ("source", "target")
    genes = found.links.loc[found.links[own] == name, other]
    genes = [gene for gene in genes if found.nodes.loc[gene, "kind"] != "function"]
    if not genes:
        return []
    first = f", the first {MOST_GENES}" if len(genes) > MOST_GENES else ""
    among = f"&background=measured:{found.contrast}" if found.contrast else ""
    address = f"/enrichment?genes={quote(','.join(genes[:MOST_GENES]), safe=',')}{among}"
    return [dcc.Link([f"Enrichment of {plural(len(genes), 'gene')}", icon("arrow")], href=address,
                     title=f"Which pathways its genes belong to{first}")]  # fmt: skip


def _act(word: str, do: str, node: str, drawing: str, *, target: str = "") -> html.Button:
    return html.Button([icon(drawing), word], type="button", className="gw-button-small",
                       **{"data-causes-do": do, "data-causes-node": node, "data-causes-target": target})


def _clear() -> html.Button:
    return html.Button([icon("cross"), "Clear"], type="button", className="gw-button-small", title="Clear (Esc)",
                       **{"data-causes-pick": ""})


def _facts(rows: dict[str, str]) -> html.Dl:
    return html.Dl([part for term, words in rows.items() for part in (html.Dt(term), html.Dd(words))],
                   className="gw-facts gw-small")


def told(pick: str, found: Explanation) -> str:
    """What is chosen, for those who hear the page."""
    if not pick:
        return "Nothing chosen."
    if ">" in pick:
        source, _, target = pick.partition(">")
        return f"Edge from {source} to {target}."
    row = found.nodes.loc[pick]
    return f"{pick}, {KIND[row['kind']].lower()}, {row['call'] or 'not called'}."

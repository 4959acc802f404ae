"""How a map was made, behind a button: method, data, command line, hashes, citation, parameters."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from app.components.buttons import popover
from app.components.page_header import icon
from app.components.provenance import CITATION, method_words, parameter_list
from app.words import duration, listing, plural, when
from engine.params import EmbedParams
from engine.types import GeneEmbedding

CITATIONS = (
    CITATION,
    "Su et al., Cell-type-specific co-expression inference from single cell RNA-sequencing data (CS-CORE), "
    "Nature Communications 2023",
)


def how_made(name: str, embedding: GeneEmbedding) -> dmc.Popover:
    """A button that opens the account of a map."""
    opener = html.Button([icon("help"), html.Span("How was this made")], type="button", className="atlas-link-button")
    body = html.Div(account(name, embedding.facts), className="gw-stack atlas-how")
    return popover(opener, [body], label="How was this made", width=460)


def account(name: str, facts: dict[str, Any]) -> list:
    """Its parts, from the facts that the map carries."""
    made, params = facts["made"], EmbedParams.from_dict(facts["params"])
    rows = {
        "Made": f"{when(made['created'])}, in {duration(made['seconds'])} on {made['device']}",
        "Version": f"Geneweave {made['version']}; " + ", ".join(f"{k} {v}" for k, v in made["packages"].items()),
        "Map": name, **{f"Network, {dataset}": graph for dataset, graph in facts["graphs"].items()},
    }  # fmt: skip
    return [
        html.H3("How was this made"), html.P(method_words(params)), html.P(_data(facts)),
        html.H3("The same again"), _command(made["command"]), html.H3("Provenance"), _facts(rows),
        html.H3("Please cite"), *[html.P(text, className="gw-small") for text in CITATIONS],
        html.H3("Parameters"), html.Div(parameter_list(params), className="gw-small"),
    ]  # fmt: skip


def _data(facts: dict[str, Any]) -> str:
    parts = [f"{name} ({plural(source['n_cells'], 'cell')}, {plural(source['n_genes'], 'gene')})"
             for name, source in facts["sources"].items()]  # fmt: skip
    return f"Data: {listing(parts)}. Clusters found: {facts['n_clusters']}."


def _command(text: str) -> html.Div:
    copy = html.Button("Copy", type="button", className="atlas-link", **{"data-copy": text})
    return html.Div([html.Code(text), copy], className="atlas-command")


def _facts(rows: dict[str, str]) -> html.Dl:
    shown = [part for name, text in rows.items() for part in (html.Dt(name), html.Dd(html.Code(text)))]
    return html.Dl(shown, className="gw-facts gw-small")

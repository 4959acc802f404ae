"""How a map was made: method in two sentences, data, parameters, command line, hashes, citation."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from app.components.page_header import icon
from app.words import duration, listing, plural, when, whole
from engine.types import GeneEmbedding

CITATIONS = (
    "Liu T, Wang Y, Ying R, Zhao H. MuSe-GNN: Learning Unified Gene Representation From Multimodal Biological Graph "
    "Data. NeurIPS 2023.",
    "Su C et al. Cell-type-specific co-expression inference from single cell RNA-sequencing data (CS-CORE). "
    "Nature Communications 2023.",
)


def how_made(name: str, embedding: GeneEmbedding) -> dmc.Popover:
    """A button that opens the account of a map."""
    opener = html.Button([icon("help"), html.Span("How was this made")], type="button", className="atlas-link-button")
    body = html.Div(account(name, embedding.facts), className="gw-stack atlas-pop atlas-how")
    return dmc.Popover([dmc.PopoverTarget(opener), dmc.PopoverDropdown(body)], width=460, position="bottom-end",
                       shadow="md", zIndex=300, withRoles=True, trapFocus=True, returnFocus=True)


def account(name: str, facts: dict[str, Any]) -> list:
    """Its parts, from the facts that the map carries."""
    made = facts["made"]
    rows = {
        "Made": f"{when(made['created'])}, in {duration(made['seconds'])} on {made['device']}",
        "Version": f"Geneweave {made['version']}; " + ", ".join(f"{k} {v}" for k, v in made["packages"].items()),
        "Map": name, **{f"Network, {dataset}": graph for dataset, graph in facts["graphs"].items()},
    }  # fmt: skip
    return [
        html.H3("How was this made"), html.P(method(facts)), html.H3("Parameters"), _facts(parameters(facts["params"])),
        html.H3("The same again"), _command(made["command"]), html.H3("Provenance"), _facts(rows, code=True),
        html.H3("Please cite"), *[html.P(text, className="gw-small") for text in CITATIONS],
    ]


def method(facts: dict[str, Any]) -> str:
    """Two sentences."""
    sources = facts["sources"]
    cells = sum(source["n_cells"] for source in sources.values())
    parts = listing([f"{name} ({plural(source['n_cells'], 'cell')})" for name, source in sources.items()])
    return (
        f"A co-expression network was estimated with CS-CORE in each of {plural(len(sources), 'dataset')}, {parts}, "
        f"{whole(cells)} cells in all. MuSe-GNN then learned one vector for each gene in each dataset, so that "
        "co-expressed genes and genes that keep the same company across datasets lie close; UMAP lays the vectors out "
        f"in two dimensions and Leiden groups them into {plural(facts['n_clusters'], 'cluster')}."
    )


def parameters(params: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Every parameter under its label."""
    from engine.params import EmbedParams

    known = EmbedParams.from_dict(params)
    labels = {f"{group}.{key}": type(getattr(known, group)).__dataclass_fields__[key].metadata["label"]
              for group, values in params.items() for key in values}  # fmt: skip
    return {labels[f"{group}.{key}"]: f"{value:g}" if isinstance(value, float) else str(value)
            for group, values in params.items() for key, value in values.items()}


def _command(text: str) -> html.Div:
    copy = html.Button("Copy", type="button", className="atlas-link", **{"data-copy": text})
    return html.Div([html.Code(text), copy], className="atlas-command")


def _facts(rows: dict[str, str], *, code: bool = False) -> html.Dl:
    shown = [part for name, text in rows.items() for part in (html.Dt(name), html.Dd(html.Code(text) if code else text))]
    return html.Dl(shown, className="gw-facts gw-small")

"""How an explanation was made, behind a button: method, networks, command line, versions, citations, parameters."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from app.causes import Explanation, of_contrast
from app.components.buttons import popover
from app.components.page_header import icon
from app.words import duration, listing, number, plural, thin, when
from engine.errors import GeneweaveError
from engine.params import CausesParams

if TYPE_CHECKING:
    from app.services import Services

METHOD = (
    "A regulator is tested for more changed genes among its targets than chance gives (Fisher's exact test, against "
    "all measured genes). Its z asks whether the targets moved as its signs would have it: sum of sign of edge × sign "
    "of change, weighted, over its standard deviation; where the targets lean one way as the changed genes do "
    "(|μ| > 0.25), z is corrected for it. It is called with |z| ≥ 2 and p < 0.01.",
    "A root reaches regulators over signed steps, whose product is the sign of the path; their targets are pooled and "
    "scored alike. Its network p holds z against random changed genes of the same number and degree. The shortest "
    "paths are drawn. Activity is a prediction: nothing here was measured but the changes of genes.",
)
CITATIONS = (
    "Krämer et al., Causal analysis approaches in Ingenuity Pathway Analysis, Bioinformatics 30, 523 (2014)",
    "Badia-i-Mompel et al., decoupleR, Bioinformatics Advances 2, vbac016 (2022)",
)


def how_made(services: Services, found: Explanation) -> dmc.Popover:
    """A button that opens the account of an explanation."""
    opener = html.Button([icon("help"), html.Span("How was this made")], type="button", className="atlas-link-button")
    body = html.Div(account(services, found), className="gw-stack atlas-how")
    return popover(opener, [body], label="How was this made", width=460)


def account(services: Services, found: Explanation) -> list[Any]:
    """Its parts, from the facts that the explanation carries."""
    facts, made, asked = found.facts, found.facts["made"], found.facts["asked"]
    rows = {"Made": f"{when(made['created'])}, in {duration(made['seconds'])}",
            "Version": f"Geneweave {made['version']}; " + ", ".join(f"{k} {v}" for k, v in made["packages"].items()),
            "Explanation": found.id, "Changes": asked.get("source") or "–"}  # fmt: skip
    lines = "\n".join([*_first(services, found), made["command"]])
    copy = html.Button("Copy", type="button", className="atlas-link", **{"data-copy": lines})
    return [
        html.H3("How was this made"), *map(html.P, METHOD), html.P(_matched(facts)), html.H3("The same again"),
        html.Div([html.Code(lines), copy], className="atlas-command"), html.H3("Provenance"), _list(rows),
        html.H3("Please cite"),
        *[html.P(text, className="gw-small") for text in (*CITATIONS, *_sources(services, asked))],
        html.H3("Parameters"), _list(_parameters(asked)),
    ]  # fmt: skip


def _first(services: Services, found: Explanation) -> list[str]:
    """The line that writes the table which the command reads, where a comparison was explained."""
    contrast = of_contrast(services, found)
    return [f"{contrast['made']['command']} --expression {found.contrast}.tsv"] if contrast else []


def _matched(facts: dict[str, Any]) -> str:
    """How the genes of the table meet those of the networks."""
    known = facts["matched"]
    lost = known.get("changed_without_regulator", [])
    said = (f"Of {plural(facts['n_universe'], 'measured gene')}, {number(known['genes'])} are in the networks "
            f"({plural(known['edges'], 'edge')}) and {number(known['targets'])} are targets. ")  # fmt: skip
    if not lost:
        return said + "Every changed gene has a regulator there."
    return thin(f"{said}{len(lost):,} of {facts['n_changed']:,} changed genes have no regulator there: "
                + (f"{', '.join(lost[:6])} …" if len(lost) > 6 else f"{listing(lost)}."))


def _sources(services: Services, asked: dict[str, Any]) -> list[str]:
    """What to cite for the networks and gene sets."""
    found = []
    for name in filter(None, f"{asked['networks']},{asked['functions']}".split(",")):
        try:
            entry = services.knowledge.entry(name)
        except GeneweaveError:
            continue
        found += [] if entry.own else [f"{entry.title}: {entry.citation}"]
    return found


def _parameters(asked: dict[str, Any]) -> dict[str, str]:
    rows = {f.metadata["label"]: str(asked[f.name]).replace(",", ", ") or "none" for f in fields(CausesParams)}
    listed = asked.get("list")
    return rows | ({"Changed genes given": f"{len(listed)}"} if listed else {})


def _list(rows: dict[str, str]) -> html.Dl:
    return html.Dl([part for name, text in rows.items() for part in (html.Dt(name), html.Dd(html.Code(text)))],
                   className="gw-facts gw-small")  # fmt: skip

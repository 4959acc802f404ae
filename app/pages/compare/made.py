"""How a comparison was made: method, parameters, command line, versions and hashes of the data."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from dash import dcc, html

from app.components.provenance import CITATION
from app.pages.compare.words import unit_said
from app.words import duration, plural, when, whole
from engine.params import ContrastParams
from engine.types import Contrast

METHOD = (
    "Correlations of genes were estimated within donors (CS-CORE), which takes the noise of counting and the depth of "
    "each cell into account, with jackknife standard errors over donors. Labels of donors were permuted, all ways "
    "where they are few, and each gene's statistics were compared with those under permuted labels; false discovery "
    "rates are by Benjamini–Hochberg over the compared genes."
)
CITATIONS = (
    "Su et al., Cell-type-specific co-expression inference from single cell RNA-sequencing data (CS-CORE), Nature "
    "Communications 2023",
    CITATION,
    "Benjamini and Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical Society B 1995",
)


def made(name: str, contrast: Contrast) -> html.Details:
    """A closed drawer at the foot of the page."""
    facts = contrast.facts
    info, design = facts["made"], facts["design"]
    packages = ", ".join(f"{package} {version}" for package, version in info["packages"].items())
    data = [html.Div([f"{source}: {plural(about['n_cells'], 'cell')}, ", html.Code(about["content"])])
            for source, about in facts["sources"].items()]  # fmt: skip
    permuted = (f"{whole(design['permutations'])} of {whole(design['labellings'])} distinct labellings of "
                f"{unit_said(facts)}{', all of them' if design['exact'] else ', drawn at random'}")  # fmt: skip
    terms = [
        ("Method", METHOD), ("Permuted", permuted), ("Citations", [html.Div(text) for text in CITATIONS]),
        ("Command", _command(info["command"])), ("Data", data), ("Comparison", html.Code(name)),
        ("Made", f"{when(info['created'])}, in {duration(info['seconds'])}"),
        ("Versions", f"Geneweave {info['version']}, Python {info['python']}, {packages}"),
    ]  # fmt: skip
    parts = [part for term, words in terms for part in (html.Dt(term), html.Dd(words))]
    return html.Details([html.Summary("How was this made"), html.Dl(parts, className="gw-facts gw-how"),
                         html.Div(_params(facts["params"]), className="gw-params")],
                        className="gw-details gw-card gw-card-low cmp-last", id="cmp-made")  # fmt: skip


def _params(given: dict[str, Any]) -> html.Div:
    rows = [part for f in fields(ContrastParams) for part in _pair(f, given.get(f.name, f.default))]
    return html.Div([html.H4("Parameters"), html.Dl(rows, className="gw-facts")])


def _pair(f: Any, value: Any) -> tuple[html.Dt, html.Dd]:
    said = html.Strong(f"{value} (default {f.default or 'empty'})") if value != f.default else str(value) or "–"
    return html.Dt(f.metadata["label"], title=f.metadata["doc"]), html.Dd(said)


def _command(text: str) -> html.Span:
    return html.Span([html.Code(text), dcc.Clipboard(content=text, title="Copy the command", className="gw-copy")],
                     className="gw-command")

"""How was this made: method in two sentences, parameters, command line, versions, inputs."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from dash import dcc, html

from engine.methods import METHODS
from engine.params import EmbedParams

MUSE = (
    "a graph neural network (MuSe-GNN) learned one vector for every gene of every dataset, so that genes that keep "
    "company lie close together."
)
CITATION = (
    "Liu et al., MuSe-GNN: Learning Unified Gene Representation From Multimodal Biological Graph Data, NeurIPS 2023"
)


def method_words(params: EmbedParams) -> str:
    """How the map of these parameters came about, in two sentences."""
    method = METHODS[params.method.method]
    other = f"{method.label} gave every gene of every dataset a vector. {method.about}"
    return (f"Each dataset became a co-expression network (CS-CORE), and {MUSE if method.kind == 'model' else other} "
            "UMAP drew the vectors in two dimensions and Leiden grouped them.")  # fmt: skip


def how_made(params: EmbedParams, command: str, more: list[tuple[str, Any]] | None = None, *,
             opened: bool = False, method: str = "") -> html.Details:
    """A closed drawer; `more` holds further terms and words, such as versions and hashes."""
    terms = [("Method", method or method_words(params)), ("Citation", CITATION), ("Command", copied(command)),
             *(more or [])]  # fmt: skip
    parts = [part for term, words in terms for part in (html.Dt(term), html.Dd(words))]
    return html.Details([html.Summary("How was this made"), html.Dl(parts, className="gw-facts gw-how"),
                         html.Div(parameter_list(params), className="gw-params")], className="gw-details", open=opened)


def parameter_list(params: EmbedParams) -> list[html.Div]:
    """Every parameter with its label, those that differ from the default in bold."""
    found = []
    for group in fields(params):
        values = getattr(params, group.name)
        rows = [part for f in fields(values) for part in _pair(f, getattr(values, f.name))]
        found.append(html.Div([html.H4(group.name.capitalize()), html.Dl(rows, className="gw-facts")]))
    return found


def _pair(f: Any, value: Any) -> tuple[html.Dt, html.Dd]:
    changed = value != f.default
    words = html.Strong(f"{value} (default {f.default})") if changed else str(value)
    return html.Dt(f.metadata["label"], title=f.metadata["doc"]), html.Dd(words)


def copied(command: str) -> html.Span:
    """A command line with a button that copies it."""
    return html.Span([html.Code(command), dcc.Clipboard(content=command, title="Copy the command",
                                                       className="gw-copy")], className="gw-command")

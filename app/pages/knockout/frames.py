"""A figure of the Knockout page with its files and how it was made; and what stands where there is none."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from app.components.alert import alert
from app.components.graph import graph
from app.components.page_header import icon
from app.pages.knockout import ids
from app.pages.knockout.how import how
from app.pages.knockout.view import KnockoutView


def framed(graph_id: str, figure: Any, view: KnockoutView, which: str, *, words: str, zoom: bool = False,
           below: list[Any] | None = None) -> html.Div:
    """A figure with its files and how it was made."""
    name = f"knockout-{'-'.join(view.genes)}-{which}"
    files = [html.Span("Table", className="gw-muted gw-small"), file_button(which, "tsv")]
    copy = html.Button([icon("copy"), "Copy link"], type="button", className="gw-button-small",
                       title="The address of this very view", **{"data-ko-link": "1"})
    made = graph(graph_id, figure, name=name, zoom=zoom, more=[how(which), copy, *files])
    frame = html.Div(made, className="cmp-figure", role="group", **{"aria-label": words})
    return html.Div([frame, *(below or [])], className="cmp-picture")


def file_button(which: str, ending: str, *, words: str = "") -> html.Button:
    """Saves a table."""
    return html.Button(words or ending.upper(), id={"type": ids.FILE, "which": which, "ending": ending}, type="button",
                       className="gw-button-small", title=f"Save the table behind it as {ending.upper()}")


def nothing(title: str, text: str, action: str = "", href: str = "") -> html.Div:
    """Why there is no picture, and what to do."""
    link = [dcc.Link(action, href=href, className="gw-button-quiet")] if action else []
    return html.Div([html.Div(className="gw-drawing gw-drawing-knockout"), html.H2(title), html.P(text), *link],
                    className="gw-empty ko-empty")


def refused(fault: str) -> html.Div:
    """The sentence that stands where the picture would be."""
    return html.Div([alert(fault), nothing("No prediction", "Choose another gene, method or level above.")],
                    className="gw-stack")

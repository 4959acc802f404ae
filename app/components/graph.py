"""A Plotly figure on a page: a skeleton until it is drawn, no toolbar, buttons to save it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from dash import MATCH, ClientsideFunction, Dash, Input, Output, dcc, html

from app.components.page_header import icon

if TYPE_CHECKING:
    from app.services import Services

CONFIG = {"displayModeBar": False, "responsive": True, "displaylogo": False}


def graph(graph_id: Any, figure: go.Figure, *, name: str, save: bool = True, zoom: bool = False,
          more: Sequence[Any] = ()) -> html.Div:
    """The figure and, below it, buttons that save it as SVG and PNG under `name`, with `more` before them.

    With `zoom` the wheel zooms into it.
    """
    height = {"height": f"{figure.layout.height}px"}
    config = CONFIG | {"scrollZoom": zoom}
    picture = dcc.Graph(id=graph_id, figure=figure, config=config, style=height, className="gw-figure")
    frame = html.Div(picture, className="gw-figure-frame", style=height, **{"data-busy": "true"})
    return html.Div([frame, *([_save(graph_id, name, more)] if save else [])])


def _save(graph_id: Any, name: str, more: Sequence[Any]) -> html.Div:
    buttons = [
        html.Button([icon("save"), kind.upper()], className="gw-button-small", type="button",
                    id={"type": "save-figure", "graph": graph_id, "name": name, "kind": kind},
                    title=f"Save the figure as {kind.upper()}")
        for kind in ("svg", "png")
    ]
    return html.Div([*more, html.Span("Save", className="gw-muted gw-small"), *buttons], className="gw-row gw-save")


def register(app: Dash, services: Services) -> None:
    """Figures are saved by the browser."""
    which = {"type": "save-figure", "graph": MATCH, "name": MATCH, "kind": MATCH}
    app.clientside_callback(ClientsideFunction("geneweave", "save_figure"), Output(which, "name"),
                            Input(which, "n_clicks"), prevent_initial_call=True)

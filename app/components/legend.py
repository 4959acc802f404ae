"""The places that the browser fills beside the map: legend, tooltip, numbers of points."""

from __future__ import annotations

from dash import html

from app.components.buttons import tool


def map_overlays() -> list:
    """Legend, count, words under the pointer, zoom buttons, and what a screen reader is told."""
    zoom = [
        tool("plus", "Zoom in", act="zoom-in"), tool("minus", "Zoom out", act="zoom-out"),
        tool("fit", "Show the whole map", act="zoom-fit"),
    ]  # fmt: skip
    return [
        html.Div(id="atlas-legend", className="atlas-legend", role="group", **{"aria-label": "Legend"}),
        html.Div(id="atlas-count", className="atlas-count"),
        html.Div(zoom, className="atlas-zoom", role="group", **{"aria-label": "Zoom"}),
        html.Div(id="atlas-tip", className="atlas-tip", hidden=True, **{"aria-hidden": "true"}),
        html.Div(id="atlas-live", className="gw-hidden", role="status", **{"aria-live": "polite"}),
    ]

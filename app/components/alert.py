"""A sentence about something that failed, in its place on a page."""

from __future__ import annotations

from dash import html

from app.components.page_header import icon


def alert(text: str, *, title: str = "") -> html.Div:
    """The sentence with a warning sign; read out at once by screen readers."""
    words = [html.Strong(title), html.Br()] if title else []
    return html.Div([icon("warning"), html.Div([*words, text])], className="gw-note gw-note-bad", role="alert")

"""A sentence about something that failed, in its place on a page."""

from __future__ import annotations

from dash import html

from app.components.page_header import icon


def alert(text: str | list[html.Div], *, title: str = "") -> html.Div:
    """The sentence, or several in lines, with a warning sign; read out at once by screen readers."""
    words = [html.Strong(title), html.Br()] if title else []
    lines = [text] if isinstance(text, str) else text
    return html.Div([icon("warning"), html.Div([*words, *lines])], className="gw-note gw-note-bad", role="alert")

"""The top of a page: one-line title, one sentence, and what can be done."""

from __future__ import annotations

from typing import Any

from dash import html


def page_header(title: str, text: str = "", actions: list[Any] | None = None) -> html.Div:
    """A page's h1 with a sentence under it and actions on the right."""
    words = [html.H1(title), *([html.P(text)] if text else [])]
    return html.Div([html.Div(words), html.Div(actions or [], className="gw-row")], className="gw-page-header")


def icon(name: str) -> html.Span:
    """A small drawing in the colour of the text; screen readers pass over it."""
    return html.Span(className=f"gw-icon gw-icon-{name}", **{"aria-hidden": "true"})

"""A page or panel without data: what it will show, a small drawing, one button to get there."""

from __future__ import annotations

from dash import dcc, html

DRAWINGS = ("map", "chart", "list")


def empty_state(title: str, text: str, action: str = "", href: str = "", *, drawing: str = "map",
                level: int = 2) -> html.Div:
    """Title, sentence, drawing and one link that looks like a button."""
    heading = html.H1(title) if level == 1 else html.H2(title)
    button = [dcc.Link(action, href=href, className="gw-button")] if action else []
    return html.Div([html.Div(className=f"gw-drawing gw-drawing-{drawing}"), heading, html.P(text), *button],
                    className="gw-empty")

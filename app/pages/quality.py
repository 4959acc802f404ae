"""The quality page."""

from __future__ import annotations

from dash import html

PATH = "/quality"
TITLE = "Quality"


def layout(services, *, study: str = ""):
    return html.Div(html.H1(TITLE), className="gw-page")


def register(app, services) -> None:
    pass

"""One study as a form: its datasets, roles and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash, html

from app.components.page_header import page_header

if TYPE_CHECKING:
    from app.services import Services

PATH = "/studies/<name>"
TITLE = "Study"


def layout(services: Services, name: str, files: str = "") -> html.Div:
    """The page."""
    return html.Div([page_header(TITLE, "")], className="gw-page")


def register(app: Dash, services: Services) -> None:
    """Nothing to follow yet."""

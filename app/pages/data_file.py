"""One file: what the check found, what to mend, which cells to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash, html

from app.components.page_header import page_header

if TYPE_CHECKING:
    from app.services import Services

PATH = "/data/files/<file>"
TITLE = "File"


def layout(services: Services, file: str) -> html.Div:
    """The page."""
    return html.Div([page_header(TITLE, "")], className="gw-page")


def register(app: Dash, services: Services) -> None:
    """Nothing to follow yet."""

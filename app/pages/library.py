"""Library: examples and knowledge, fetched on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash, html

from app.components.data_tabs import data_tabs
from app.components.page_header import page_header

if TYPE_CHECKING:
    from app.services import Services

PATH = "/data/library"
TITLE = "Library"


def layout(services: Services) -> html.Div:
    """The page."""
    return html.Div([page_header(TITLE, ""), data_tabs(PATH)], className="gw-page")


def register(app: Dash, services: Services) -> None:
    """Nothing to follow yet."""

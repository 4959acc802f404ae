"""Networks: the co-expression network of each dataset in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash, html

from app.components.data_tabs import data_tabs
from app.components.page_header import page_header

if TYPE_CHECKING:
    from app.services import Services

PATH = "/data/networks"
TITLE = "Networks"


def layout(services: Services, study: str = "") -> html.Div:
    """The page."""
    return html.Div([page_header(TITLE, ""), data_tabs(PATH)], className="gw-page")


def register(app: Dash, services: Services) -> None:
    """Nothing to follow yet."""

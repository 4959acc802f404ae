"""Modalities: how tissues, modalities and conditions flow into gene clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash, html

from app.components.page_header import page_header

if TYPE_CHECKING:
    from app.services import Services

PATH = "/modalities"
TITLE = "Modalities"


def layout(services: Services, study: str = "") -> html.Div:
    """The page."""
    return html.Div([page_header(TITLE, "")], className="gw-page")


def register(app: Dash, services: Services) -> None:
    """Nothing to follow yet."""

"""The way from a study to its two conditions, where it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from dash import dcc

from app.components.page_header import icon
from app.conditions import two_conditions
from engine.errors import GeneweaveError

if TYPE_CHECKING:
    from app.services import Services
    from engine.types import Study


def compare_link(study: Study | None, *, class_name: str = "gw-button-quiet") -> list[dcc.Link]:
    """A link to the form of the Compare page; none where there is one condition."""
    if study is None or not two_conditions(study):
        return []
    return [dcc.Link([icon("compare"), "Compare conditions"], href=f"/compare?{urlencode({'study': study.name})}",
                     className=class_name, title="Which genes changed their partners between two conditions")]


def known_study(services: Services, name: str) -> Study | None:
    """The study of a map; None when it is not there any more."""
    try:
        return services.library.study(name)
    except GeneweaveError:
        return None

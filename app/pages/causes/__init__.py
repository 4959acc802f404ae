"""Causes: which regulators and roots explain the genes that changed, as a network with the evidence of each step."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from dash import Dash, html

from app.causes import find_explanation, title_of
from app.pages.causes import answers, ids
from app.pages.causes.choose import TITLE, choose_page
from app.pages.causes.folding import picture
from app.pages.causes.frame import causes_page
from app.pages.causes.view import found_pick, read_causes_view
from engine.errors import GeneweaveError

if TYPE_CHECKING:
    from app.services import Services

PATH = "/causes"
__all__ = ["PATH", "TITLE", "layout", "register"]


def layout(services: Services, explanation: str = "", contrast: str = "", genes: str = "", top: str = "", by: str = "",
           layout: str = "", focus: str = "", open: str = "", hide: str = "", pick: str = "") -> html.Div:
    """The explanation that the address names; without one, the choice of what to explain."""
    listed = [gene.strip() for gene in genes.split(",") if gene.strip()]
    if not explanation:
        return choose_page(services, contrast, listed)
    try:
        found = find_explanation(services, explanation)
    except GeneweaveError as fault:
        return choose_page(services, contrast, listed, str(fault))
    asked = {"top": top, "by": by, "layout": layout, "focus": focus, "open": open, "hide": hide}
    view, faults = read_causes_view(asked, found)
    chosen, fault = found_pick(">".join(map(unquote, pick.split(">"))), found)
    page = causes_page(services, found, title_of(services, found), view, picture(found, view), pick=chosen,
                       faults=[*faults, *filter(None, [fault])])  # fmt: skip
    return html.Div(page, id=ids.ROOT, className="causes")


def register(app: Dash, services: Services) -> None:
    """Everything that the page answers."""
    answers.register(app, services)

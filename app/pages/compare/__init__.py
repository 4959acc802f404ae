"""Compare: which genes changed their partners between two conditions, the form before it and the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash, html

from app.components.alert import alert
from app.components.empty_state import empty_state
from app.components.page_header import page_header
from app.contrasts import contrast as read_contrast
from app.contrasts import find_contrast
from app.pages.compare import answers
from app.pages.compare.choosing import WILL_SHOW, all_there, form
from app.pages.compare.frame import result
from app.pages.compare.view import known_gene, read_view
from engine.errors import GeneweaveError
from engine.params import ContrastParams

if TYPE_CHECKING:
    from app.services import Services

PATH = "/compare"
TITLE = "Compare"

HEADING = "What changes between two conditions?"
NOTHING = empty_state("No study yet", f"{WILL_SHOW} A study says which cells.", "Open Studies", "/studies",
                      drawing="compare")


def layout(services: Services, study: str = "", contrast: str = "", gene: str = "", view: str = "", level: str = "",
           arm: str = "", colour: str = "", by: str = "", control: str = "", case: str = "", donor: str = "",
           batch: str = "", only: str = "", without: str = "", space: str = "") -> html.Div:
    """The comparison that the address names; without one the form, filled in as the address says, and what is there."""
    gone = []
    if contrast:
        try:
            stored = find_contrast(services, contrast)
            found = read_contrast(services.store, stored.id)
        except GeneweaveError as fault:
            gone, contrast = [str(fault)], ""
    if contrast:
        shown, faults = read_view({"level": level, "arm": arm, "view": view, "colour": colour})
        named, more = known_gene(found, gene)
        return result(services, stored, found, shown, gene=named, faults=[*faults, *more])
    name = study or next((s.name for s in services.library.studies()), "")
    if not name:
        return html.Div([page_header(HEADING), *map(alert, gone), NOTHING, *all_there(services)], className="gw-page")
    asked, faults = read_asked(by=by, control=control, case=case, donor=donor, batch=batch, only=only, without=without,
                               space=space)  # fmt: skip
    try:
        card = form(services, services.library.study(name), asked)
    except GeneweaveError as fault:
        card = alert(str(fault))
    parts = [*map(alert, [*gone, *faults]), card, *all_there(services)]
    return html.Div([page_header(HEADING, WILL_SHOW), html.Div(parts, className="gw-stack")], className="gw-page")


def read_asked(*, by: str, control: str, case: str, donor: str, batch: str, only: str, without: str,
               space: str) -> tuple[ContrastParams, list[str]]:
    """What the address fills into the form, and a sentence when it cannot be had."""
    try:
        return ContrastParams(by=by, control=control, case=case, donor=donor, batch=batch, only=only, without=without,
                              space=space or ContrastParams().space), []  # fmt: skip
    except GeneweaveError as fault:
        return ContrastParams(by=by, control=control, case=case), [str(fault)]


def register(app: Dash, services: Services) -> None:
    """Everything that the page answers."""
    answers.register(app, services)

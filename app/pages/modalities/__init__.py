"""Modalities: how the genes of modalities, tissues, conditions and datasets flow into the clusters of a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash, html

from app import maps
from app.components.compare_link import compare_link, known_study
from app.components.empty_state import empty_state
from app.components.page_header import page_header
from app.pages.modalities import answers, ids
from app.pages.modalities.frame import flow_page
from app.pages.modalities.view import flow_of, found_choice, read_flow_view

if TYPE_CHECKING:
    from app.services import Services

PATH = "/modalities"
TITLE = "Modalities"

NOTHING = empty_state(
    "No map to follow yet",
    "Once a map is made, this page shows how its genes flow from modality, tissue, condition and dataset into "
    "clusters: click a band to list its genes, and see which clusters a dataset prefers.",
    "Open Studies", "/studies", drawing="flow",
)  # fmt: skip


def layout(services: Services, study: str = "", map: str = "", levels: str = "", top: str = "", count: str = "",
           common: str = "", pick: str = "") -> html.Div:
    """The flows of the map that the address names, or of the newest of the study in view."""
    stored = maps.find_map(services, map, study)
    if stored is None:
        return html.Div([page_header(TITLE), NOTHING], className="gw-page")
    embedding = maps.embedding(services.store, stored.id)
    asked = {"levels": levels, "top": top, "count": count, "common": common}
    view, faults = read_flow_view(asked, embedding)
    flow = flow_of(services.store, stored.id, view.levels, view.top, view.common)
    choice, fault = found_choice(flow, pick)
    more = compare_link(known_study(services, stored.study), class_name="atlas-link-button")
    page = flow_page(stored, embedding, flow, view, choice=choice, others=maps.maps(services, stored.study),
                     faults=[*faults, *filter(None, [fault])], more=more)  # fmt: skip
    return html.Div(page, id=ids.ROOT, className="flow")


def register(app: Dash, services: Services) -> None:
    """Everything that the page answers."""
    answers.register(app, services)

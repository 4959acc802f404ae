"""Atlas: the map of genes, to colour, search, select from and take away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash, html

from app import api, maps
from app.components import atlas_ids as ids
from app.components.compare_link import compare_link, known_study
from app.pages.atlas import browser, inspector, making
from app.pages.atlas.frame import map_view
from app.view import read_view

if TYPE_CHECKING:
    from app.services import Services

PATH = "/atlas"
TITLE = "Atlas"


def layout(services: Services, **query: str) -> html.Div:
    """The map that the address names, or the newest of the study in view; the way to one when there is none."""
    study = query.get("study", "")
    stored = maps.find_map(services, query.get("map", ""), study) or (None if study else maps.find_map(services))
    content = making.no_map(services, study) if stored is None else map_page(services, stored, query)
    return html.Div(content, id=ids.ROOT, className="atlas")


def map_page(services: Services, stored: maps.StoredMap, query: dict[str, str]) -> html.Div:
    """The view of a map that the address describes."""
    embedding = maps.embedding(services.store, stored.id)
    view, faults = read_view(query, embedding, services.sets)
    return map_view(stored, embedding, view, names=maps.gene_names(services.store, stored.id),
                    sets=services.sets.list(stored.study), others=maps.maps(services, stored.study), faults=faults,
                    more=compare_link(known_study(services, stored.study), class_name="atlas-link-button"))


def register(app: Dash, services: Services) -> None:
    """Routes for data, functions of the browser, callbacks of the inspector, making of a map."""
    api.add_routes(app.server, services)
    browser.register(app)
    inspector.register(app, services)
    making.register(app, services, show=map_page)

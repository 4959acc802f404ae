"""From the address to the page in the main area."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from dash import ClientsideFunction, Dash, Input, Output, State, html, no_update

from app import ids, pages
from app.components.empty_state import empty_state
from engine.errors import closest

if TYPE_CHECKING:
    from app.services import Services


def register(app: Dash, services: Services) -> None:
    """The address and the study switcher decide the route; the route decides the page."""
    app.clientside_callback(
        ClientsideFunction("geneweave", "route"), Output(ids.ROUTE, "data"),
        Input(ids.URL, "pathname"), Input(ids.URL, "search"), Input(ids.STUDY, "value"), State(ids.ROUTE, "data"),
        State(ids.STUDY, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("geneweave", "arrive"), Output(ids.TITLE, "storage_type"), Input(ids.TITLE, "data"),
        prevent_initial_call=True,
    )

    @app.callback(Output(ids.MAIN, "children"), Output(ids.TITLE, "data"), Input(ids.ROUTE, "data"),
                  prevent_initial_call=True)
    def show(route):
        return show_page(services, route)


def show_page(services: Services, route: dict) -> tuple:
    """The page of a route and its title; nothing new when only the study changed and it does not matter."""
    found = pages.find(route["pathname"])
    if found is None:
        return unknown_page(route["pathname"]), "No such page"
    page, variables = found
    if route.get("switched") and not pages.follows_study(page):
        return no_update, no_update
    query = dict(parse_qsl(route["search"].lstrip("?")))
    given = {"study": route["study"] or "", **query, **variables}
    return pages.build(page, services, given), page.title


def unknown_page(pathname: str) -> html.Div:
    """Says that there is no such page and names the closest."""
    known = {page.path.strip("/"): page for page in pages.PAGES if page.icon}
    near = closest(pathname.strip("/").split("/")[0], known)
    best = known[near[0]] if near else pages.START
    hint = f"The closest is {best.title}." if near else "The pages are in the rail on the left."
    return html.Div(
        empty_state("There is no such page", f"Nothing is at '{pathname}'. {hint}", f"Open {best.title}", best.path,
                    level=1),
        className="gw-page",
    )

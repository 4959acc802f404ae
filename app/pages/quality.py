"""Quality: what a map is worth, each measure beside what knowing nothing would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from app.components.empty_state import empty_state
from app.components.graph import graph
from app.components.measures import measure_rows, measure_table, measures_csv, null_legend, verdict
from app.components.page_header import icon, page_header
from app.components.provenance import how_made
from app.figures.loss import history_losses, loss_figure
from app.maps import find_map, maps
from app.words import duration, megabytes, number, percent, when, whole
from engine.params import EmbedParams

if TYPE_CHECKING:
    from app.maps import StoredMap
    from app.services import Services

PATH = "/quality"
TITLE = "Quality"

NOTHING = empty_state(
    "No map to judge yet",
    "For each map, this page shows how well it did, beside what random vectors and other simple rivals reach.",
    "Open Studies", "/studies", drawing="chart",
)


def layout(services: Services, map: str = "", study: str = "") -> html.Div:
    """The measures of a map: the one asked for, else the newest of the study."""
    stored = find_map(services, map, study)
    if stored is None:
        return html.Div([page_header(TITLE), NOTHING], className="gw-page")
    metrics = stored.facts["metrics"]
    return html.Div([
        dcc.Store(id="quality-map", data=stored.id), dcc.Download(id="quality-csv"),
        page_header(f"How good is the map of {stored.title}?", verdict(metrics), [_choice(services, stored)]),
        html.Div([_measures(stored), _training(stored), _sizes(stored), _made(stored)], className="gw-stack"),
    ], className="gw-page")


def register(app: Dash, services: Services) -> None:
    """Another map is another address; the table can be taken away."""

    @app.callback(Output("url", "search", allow_duplicate=True), Input("quality-choice", "value"),
                  State("quality-map", "data"), prevent_initial_call=True)
    def choose(chosen, shown):
        return f"?map={chosen}" if chosen and chosen != shown else no_update

    @app.callback(Output("quality-csv", "data"), Input("quality-save", "n_clicks"), State("quality-map", "data"),
                  prevent_initial_call=True)
    def save(clicks, shown):
        if not clicks:
            return no_update
        stored = find_map(services, shown)
        return {"content": measures_csv(stored.facts["metrics"]), "filename": f"{stored.study}-quality.csv",
                "type": "text/csv"}


def _choice(services: Services, stored: StoredMap) -> Any:
    options = [{"value": m.id, "label": f"{m.title}, {when(m.created)}"} for m in maps(services)]
    choice = dmc.Select(id="quality-choice", data=options, value=stored.id, allowDeselect=False, size="sm", w=290,
                        **{"aria-label": "Map to judge"})
    return html.Div([choice, dcc.Link("Open the map", href=f"/atlas?map={stored.id}", className="gw-button")],
                    className="gw-row gw-nowrap")


def _measures(stored: StoredMap) -> html.Section:
    metrics = stored.facts["metrics"]
    save = html.Button([icon("save"), "Save as CSV"], id="quality-save", className="gw-button-quiet", type="button")
    table = html.Details([html.Summary("View as table"), html.Div(measure_table(metrics), className="gw-scroll")],
                         className="gw-details")
    return html.Section([html.Div([html.H2("Measures"), null_legend(metrics)], className="gw-spread"),
                         html.Div(measure_rows(metrics), className="gw-measures"),
                         html.Div([table, save], className="gw-spread gw-top")], className="gw-card")


def _training(stored: StoredMap) -> html.Section:
    curve = graph("quality-loss", loss_figure(history_losses(stored.facts["history"])), name="training")
    return html.Section([html.H2("Training"), curve], className="gw-card")


def _sizes(stored: StoredMap) -> html.Section:
    made = stored.facts["made"]
    head = ["Dataset", "Cells", "Genes", "Edges", "Density"]
    rows = [[name, whole(s["n_cells"]), whole(s["n_genes"]), whole(s["n_edges"]), percent(s["density"])]
            for name, s in stored.facts["sources"].items()]
    table = html.Table([
        html.Thead(html.Tr([html.Th(word, className="gw-num" if i else "") for i, word in enumerate(head)])),
        html.Tbody([html.Tr([html.Td(word, className="gw-num" if i else "gw-name") for i, word in enumerate(row)])
                    for row in rows]),
    ], className="gw-table")
    pairs = [("Time", duration(made["seconds"])), ("One epoch", f"{number(made['epoch_seconds'])} s"),
             ("Peak memory", megabytes(made["peak_mb"])), ("Device", made["device"]), ("Made", when(stored.created))]
    facts = html.Dl([part for term, words in pairs for part in (html.Dt(term), html.Dd(words))], className="gw-facts")
    return html.Section([html.H2("Sizes, time and memory"),
                         html.Div([html.Div(table, className="gw-scroll"), facts], className="gw-sizes")],
                        className="gw-card")


def _made(stored: StoredMap) -> html.Section:
    made = stored.facts["made"]
    packages = ", ".join(f"{name} {version}" for name, version in made["packages"].items())
    inputs = [html.Div([f"{name}: ", html.Code(graph_id)]) for name, graph_id in stored.facts["graphs"].items()]
    versions = f"Geneweave {made['version']}, {packages}"
    more = [("Versions", versions), ("Map", html.Code(stored.id)), ("Networks", inputs)]
    params = EmbedParams.from_dict(stored.facts["params"])
    return html.Section(how_made(params, made["command"], more), className="gw-card gw-card-low")

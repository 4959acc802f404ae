"""The quality of one map: its measures beside their nulls, how it learned, sizes, and how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from app.components.graph import graph
from app.components.measures import measure_rows, measure_table, null_legend
from app.components.page_header import icon
from app.components.provenance import how_made
from app.figures.loss import history_losses, loss_figure
from app.words import duration, megabytes, number, percent, when, whole
from engine.params import EmbedParams

if TYPE_CHECKING:
    from app.maps import StoredMap


def map_sections(stored: StoredMap) -> list[html.Section]:
    """Measures, training, sizes, origin."""
    return [_measures(stored), _training(stored), _sizes(stored), _made(stored)]


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

"""One network: its partners beside chance, the strength of its edges, its hubs, and how it was made."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import dcc, html

from app.components.graph import graph
from app.components.how_made import CITATIONS
from app.components.page_header import icon
from app.figures.network_stats import degree_figure, strength_figure
from app.maps import find_map, gene_names
from app.network_facts import detail
from app.words import listing, plural, whole
from engine.params import NetworkParams

if TYPE_CHECKING:
    import pandas as pd

    from app.network_facts import DatasetNetwork
    from app.services import Services
    from engine.types import QcLimits, Study

METHOD = (
    "CS-CORE estimates for each pair of genes how their underlying expression varies together from cell to cell, with "
    "the noise of counting and the depth of each cell taken into account. Pairs that the test tells from independent "
    "ones are edges; their sign says whether both rise together or one falls as the other rises."
)
LIMITS = {"min_counts": "at least {} counts", "max_counts": "at most {} counts", "min_genes": "at least {} genes",
          "max_mito": "at most {}\u202f% mitochondrial counts"}  # fmt: skip
THREE = "d3.format('.3~g')(params.value)"
TOLD = {"mean": "Mean of log(1 + counts per 10,000)", "detected": "Share of the cells that show the gene",
        "positive": "Partners that rise with the gene", "negative": "Partners that fall as the gene rises"}
SHARE = "d3.format('.0%')(params.value)"


def one_network(services: Services, study: Study, network: DatasetNetwork,
                networks: list[DatasetNetwork]) -> list[html.Section]:
    """The sections about the network in view."""
    found = detail(services.store, network.id)
    there = [n.source.name for n in networks if n.stats]
    choice = dmc.Select(id="net-choice", data=there, value=network.source.name, allowDeselect=False, size="sm", w=260,
                        comboboxProps={"shadow": "md", "zIndex": 300}, **{"aria-label": "Dataset in view"})
    pictures = html.Div([
        _picture("Partners of genes", "net-degree", degree_figure(found.degree, n_genes=network.stats.n_genes),
                 "Right of the dashed line: more partners than chance gives."),
        _picture("Strength of edges", "net-strength", strength_figure(found.statistic),
                 "Right of zero both genes rise together; left of it one falls as the other rises."),
    ], className="net-pictures")  # fmt: skip
    return [
        html.Section([dcc.Store(id="net-shown", data=network.source.name),
                      html.Div([html.H2(network.source.name), choice], className="gw-spread"),
                      html.P(cells_kept(network), className="gw-muted"), pictures], className="gw-card",
                     **{"aria-label": f"Network of {network.source.name}"}),
        _genes(services, study, network, found.genes), _made(study, network),
    ]  # fmt: skip


def cells_kept(network: DatasetNetwork) -> str:
    """How many cells the network was found in, and by which limits they were kept."""
    source, s = network.source, network.stats
    part = f", those with {source.column} {listing(list(source.values))}" if source.column else ""
    return f"{plural(s.n_cells, 'cell')}{part}; {limits_said(source.qc)}. {_shape(s)}"


def limits_said(limits: QcLimits) -> str:
    """Quality limits in words."""
    said = [LIMITS[name].format(whole(value) if value >= 100 else f"{value:g}")
            for name, value in vars(limits).items() if value is not None]  # fmt: skip
    return f"kept by the limits {listing(said)}" if said else "no quality limits"


def gene_rows(genes: pd.DataFrame, map_id: str, known: set[str]) -> list[dict[str, Any]]:
    """Rows of the table; a gene of the map leads to its card on the Atlas."""
    rows = genes.to_dict("records")
    for row in rows:
        gene = row["gene"]
        row["shown"] = f"[{gene}](/atlas?{urlencode({'map': map_id, 'gene': gene})})" if gene in known else gene
    return rows


def genes_csv(genes: pd.DataFrame) -> str:
    """The table of the genes, to take away."""
    return genes.to_csv(index=False, float_format="%.6g", lineterminator="\n")


def _shape(s: Any) -> str:
    if not s.n_edges:
        return "No pair of genes is joined: there may be too few cells."
    pieces = "it hangs together as one" if s.parts == 1 else f"it falls into {s.parts} parts"
    alone = f" beside {plural(s.isolated, 'gene')} without an edge" if s.isolated else ""
    return f"{plural(s.n_edges, 'edge')} join {plural(s.n_genes - s.isolated, 'gene')}; {pieces}{alone}."


def _picture(title: str, name: str, figure: Any, about: str) -> html.Div:
    return html.Div([html.H3(title), html.P(about, className="gw-muted gw-small"), graph(name, figure, name=name)])


def _genes(services: Services, study: Study, network: DatasetNetwork, genes: pd.DataFrame) -> html.Section:
    stored = find_map(services, study=study.name)
    known = set(gene_names(services.store, stored.id)) if stored else set()
    grid = dag.AgGrid(
        id="net-genes", rowData=gene_rows(genes, stored.id if stored else "", known), columnDefs=_columns(),
        className="net-genes", style={"height": "420px"},
        defaultColDef={"sortable": True, "filter": True, "resizable": True, "flex": 1, "minWidth": 116},
        dashGridOptions={"rowHeight": 30, "headerHeight": 34, "theme": "themeQuartz", "animateRows": False,
                         "ensureDomOrder": True, "suppressColumnVirtualisation": True},
    )  # fmt: skip
    words = "A gene's name leads to its card on the Atlas. " if stored else ""
    words += "Partners with a minus fall as the gene rises."
    save = html.Button([icon("save"), "Save as CSV"], id="net-save", value=network.id, className="gw-button-quiet",
                       type="button", title="Save all genes as CSV")
    return html.Section([html.Div([html.Div([html.H2("Hub genes"), html.P(words, className="gw-muted gw-small")]),
                                   save], className="gw-spread"), html.Div(grid, className="net-grid")],
                        className="gw-card", **{"aria-label": "Hub genes"})  # fmt: skip


def _columns() -> list[dict[str, Any]]:
    numbers = {"degree": ("Partners", None), "positive": ("Positive", None), "negative": ("Negative", None),
               "mean": ("Mean", THREE), "detected": ("Seen in", SHARE)}  # fmt: skip
    made = [{"field": field, "headerName": name, "filter": "agNumberColumnFilter", "type": "rightAligned",
             "headerTooltip": TOLD.get(field, name), **({"valueFormatter": {"function": how}} if how else {})}
            for field, (name, how) in numbers.items()]  # fmt: skip
    gene = {"field": "shown", "headerName": "Gene", "cellRenderer": "markdown", "pinned": "left", "width": 130,
            "flex": 0, "filter": "agTextColumnFilter", "filterValueGetter": {"function": "params.data.gene"},
            "comparator": {"function": "(a, b, x, y) => x.data.gene.localeCompare(y.data.gene)"}}  # fmt: skip
    return [gene, *made, {"field": "partners", "headerName": "Strongest partners", "flex": 2, "minWidth": 200}]


def _made(study: Study, network: DatasetNetwork) -> html.Section:
    params = NetworkParams()
    terms = [("Method", METHOD), ("Citation", CITATIONS[1]),
             ("Network", html.Code(network.id)), ("Study", study.name)]  # fmt: skip
    rows = [(f.metadata["label"], html.Span(str(getattr(params, f.name)), title=f.metadata["doc"]))
            for f in fields(params)]  # fmt: skip
    lists = [html.Dl([part for term, words in pairs for part in (html.Dt(term), html.Dd(words))], className=look)
             for pairs, look in ((terms, "gw-facts gw-how"), (rows, "gw-facts gw-small"))]  # fmt: skip
    return html.Section(html.Details([html.Summary("How was this made"), *lists], className="gw-details"),
                        className="gw-card gw-card-low")

"""Where everything on the Modalities page lies: title, levels, picture, toolbar, inspector, table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import dcc, html

from app.components.alert import alert
from app.components.buttons import popover
from app.components.map_table import ENDINGS
from app.components.page_header import icon
from app.components.provenance import method_words
from app.figures.sankey import Look, choice_text, sankey_figure
from app.maps import StoredMap
from app.pages.modalities import ids
from app.pages.modalities.inspector import CAVEAT, count_words, panel
from app.pages.modalities.tables import KINDS
from app.pages.modalities.view import MOST_CLUSTERS, FlowView, chosen_rows, level_colours
from app.words import when
from engine.params import EmbedParams
from engine.tl.flows import LEVELS, Flows
from engine.types import GeneEmbedding

CONFIG = {"displayModeBar": False, "displaylogo": False, "responsive": True}


def flow_page(stored: StoredMap, embedding: GeneEmbedding, flow: Flows, view: FlowView, *, choice: Mapping[str, str],
              others: list[StoredMap], faults: list[str], more: Sequence[Any] = ()) -> html.Div:
    """The page for one map; `others` are all maps of its study, `faults` sentences about the address, `more` links."""
    stage = html.Div([
        _title(stored, view, flow, others, more), *map(alert, faults),
        html.Div([html.Div(heads(view), id=ids.HEADS, className="flow-heads", role="group",
                           **{"aria-label": "Levels, from left to right"}),
                  picture(embedding, flow, view, choice)], className="flow-picture"),
        toolbar(view),
    ], className="flow-stage")  # fmt: skip
    beside = html.Aside(panel(flow, embedding, dict(choice), stored.id), id=ids.INSPECTOR, className="flow-inspector",
                        **{"aria-label": "Genes of what is chosen"})
    live = html.Div(id=ids.LIVE, className="gw-hidden", role="status", **{"aria-live": "polite"})
    return html.Div([*_stores(stored, view, choice), live, stage, beside, drawer()], className="flow-frame")


def _stores(stored: StoredMap, view: FlowView, choice: Mapping[str, str]) -> list:
    return [
        dcc.Store(id=ids.START, data={"map": stored.id, "study": stored.study, "levels": list(view.levels)}),
        dcc.Store(id=ids.VIEW, data=view.to_dict()), dcc.Store(id=ids.PICK, data=choice_text(choice)),
        dcc.Store(id=ids.SIZE), dcc.Store(id=ids.PRINT), dcc.Download(id=ids.DOWNLOAD),
        dcc.Store(id=ids.DRAWER, storage_type="local", data=False),
    ]  # fmt: skip


def _title(stored: StoredMap, view: FlowView, flow: Flows, others: list[StoredMap],
           more: Sequence[Any]) -> html.Div:
    links = [html.Li(dcc.Link(when(m.created), href=f"/modalities?map={m.id}")) for m in others]
    opener = html.Button([icon("clock"), html.Span(f"{len(others)} maps")], type="button", title="Maps of this study",
                         className="atlas-link-button")
    versions = [popover(opener, [html.H3("Maps of this study"), html.Ul(links, className="flow-maps")],
                        label="Maps of this study", width=230)]  # fmt: skip
    counted = html.P(count_words(flow, view.count), id=ids.SUBTITLE, className="gw-muted")
    words = html.Div([html.H1(stored.title), counted], className="flow-title-words")
    acts = [*more, *(versions if len(others) > 1 else []), how_counted(stored)]
    return html.Div([words, html.Div(acts, className="gw-row")], className="flow-title")


def how_counted(stored: StoredMap) -> dmc.Popover:
    """A button that opens the account of what is counted and tested."""
    params = EmbedParams.from_dict(stored.facts["params"])
    opener = html.Button([icon("help"), html.Span("How was this made")], type="button", className="atlas-link-button")
    words = [
        html.H3("What is drawn"),
        html.P("A band is as thick as the number of points, or of distinct genes, that have both names. What is chosen "
               "is counted point by point through all levels, not worked out from the totals."),
        html.H3("What is expected"),
        html.P("Genes are kept: the clusters of each gene are dealt at random among the datasets that have it. Which "
               "genes a dataset has, and how often a gene lies in a cluster, stay as they are, so a gene of one "
               "dataset alone tells nothing. The count then has an exact distribution (a sum of hypergeometric draws, "
               "for two datasets McNemar's test), p is two-sided and adjusted by Benjamini–Hochberg. “By margins” "
               "in the files is the plain product of totals."),
        html.P(CAVEAT), html.H3("The map"), html.P(method_words(params)),
    ]  # fmt: skip
    return popover(opener, [html.Div(words, className="gw-stack flow-how")], label="How was this made", width=440)


def heads(view: FlowView) -> list[html.Div]:
    """The name of each level above its column, with buttons to move it or take it out."""
    last = len(view.levels) - 1
    return [_head(level, place, last) for place, level in enumerate(view.levels)]


def _head(level: str, place: int, last: int) -> html.Div:
    left = [_shift(level, "left", "‹", f"Move {level} to the left")] if place else []
    right = [_shift(level, "right", "›", f"Move {level} to the right")] if place < last else []
    out = [_shift(level, "out", icon("cross"), f"Take {level} out")] if last > 1 else []
    side = {0: " flow-head-first", last: " flow-head-last"}.get(place, "")
    return html.Div([*left, html.Span(level.capitalize()), *right, *out], className=f"flow-head{side}",
                    style={"left": f"{100 * place / last:.2f}%"})


def _shift(level: str, to: str, face, label: str) -> html.Button:
    return html.Button(face, id={"type": ids.SHIFT, "level": level, "to": to}, type="button", title=label,
                       className="flow-shift", **{"aria-label": label})


def picture(embedding: GeneEmbedding, flow: Flows, view: FlowView, choice: Mapping[str, str]) -> html.Div:
    figure = drawn(embedding, flow, view, choice, look=Look(count=view.count))
    graph = dcc.Graph(id=ids.GRAPH, figure=figure, config=CONFIG, className="gw-figure flow-graph", responsive=True)
    return html.Div(graph, id="flow-canvas", className="flow-canvas", role="img",
                    **{"aria-label": "Bands from level to level. The same bands are rows of the table below, where "
                                     "Enter chooses one."})  # fmt: skip


def drawn(embedding: GeneEmbedding, flow: Flows, view: FlowView, choice: Mapping[str, str], *, look: Look):
    """The figure of a view, its choice standing out."""
    colours = level_colours(embedding, view.levels)
    return sankey_figure(flow, colours, chosen=chosen_rows(flow, choice), look=look)


def toolbar(view: FlowView) -> html.Div:
    """Levels to add, how many clusters, what is counted, common genes, figure."""
    add = dmc.Select(id=ids.ADD, data=missing(view), value=None, placeholder="Add a level", size="xs", w=112,
                     disabled=not missing(view), comboboxProps={"shadow": "md", "zIndex": 300, "position": "top"},
                     **{"aria-label": "Add a level"})
    top = dmc.NumberInput(id=ids.TOP, value=view.top, min=1, max=MOST_CLUSTERS, step=1, size="xs", w=64,
                          allowDecimal=False, debounce=400, **{"aria-label": "Clusters shown by name, the largest"})
    count = dmc.SegmentedControl(id=ids.COUNT, data=[{"value": "rows", "label": "Points"},
                                                     {"value": "genes", "label": "Genes"}], value=view.count, size="xs")
    common = dmc.Switch(id=ids.COMMON, checked=view.common, label="Only common genes", size="xs")
    saves = [html.Button([icon("save"), kind.upper()], id={"type": ids.FIGURE, "kind": kind}, type="button",
                         className="gw-button-small", title=f"Save the figure as {kind.upper()}")
             for kind in ("svg", "png")]  # fmt: skip
    return html.Div([
        html.Div(add, className="atlas-group"),
        html.Div([html.Span("Clusters", className="atlas-label"), top], className="atlas-group",
                 title="So many of the largest clusters keep their name; the rest are drawn as one"),
        html.Div([html.Span("Count", className="atlas-label"),
                  html.Div(count, role="group", **{"aria-label": "What bands count"})], className="atlas-group"),
        html.Div(common, className="atlas-group", title="Only genes that every dataset has"),
        html.Div(saves, className="gw-row flow-saves"),
    ], className="flow-toolbar", role="toolbar", **{"aria-label": "Picture tools"})  # fmt: skip


def missing(view: FlowView) -> list[dict[str, str]]:
    return [{"value": level, "label": level.capitalize()} for level in LEVELS if level not in view.levels]


def drawer() -> html.Section:
    """The numbers behind the picture; filled when it is opened."""
    toggle = html.Button([icon("table"), html.Span("The numbers behind it")], id=ids.TOGGLE, type="button",
                         className="atlas-drawer-toggle", **{"aria-expanded": "false", "aria-controls": "flow-body"})
    kinds = dmc.SegmentedControl(id=ids.TABLE, data=[{"value": kind, "label": word} for kind, word in KINDS.items()],
                                 value="bands", size="xs")
    files = [html.Button(ending.upper(), id={"type": ids.FILE, "ending": ending}, type="button", className="atlas-link",
                         title=f"Save this table as {ending.upper()}") for ending in ENDINGS]
    grid = dag.AgGrid(
        id=ids.GRID, rowData=[], columnDefs=[], className="flow-grid flow-picks", style={"height": "100%"},
        getRowId="params.data.pick",
        defaultColDef={"sortable": True, "resizable": True, "flex": 1, "minWidth": 90},
        dashGridOptions={"rowHeight": 27, "headerHeight": 32, "theme": "themeQuartz", "animateRows": False,
                         "ensureDomOrder": True, "suppressColumnVirtualisation": True, "tooltipShowDelay": 300},
    )  # fmt: skip
    body = html.Div([html.P("Enter or a click on a row chooses it in the picture.", className="gw-muted gw-small"),
                     html.Div(grid, className="flow-table")], id="flow-body", className="flow-body", hidden=True)
    choose = html.Div([html.Div(kinds, role="group", **{"aria-label": "Which numbers"}), *files], className="gw-row")
    return html.Section([html.Div([toggle, choose], className="flow-drawer-bar"), body], id="flow-drawer",
                        className="flow-drawer", **{"aria-label": "The numbers behind the picture"})

"""Where everything on the Atlas lies: title, picture, toolbar, inspector, drawer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import dcc, html

from app.components import atlas_ids as ids
from app.components.alert import alert
from app.components.buttons import file_button, tool
from app.components.export_menu import export_menu
from app.components.gene_card import card_bones, card_hint
from app.components.gene_search import gene_search
from app.components.how_made import how_made
from app.components.legend import map_overlays
from app.components.map_table import ENDINGS
from app.components.page_header import icon
from app.components.selection import saved_sets, selection_panel, set_form
from app.figures.columns import CATEGORIES, NUMBERS, SIMILARITY
from app.figures.embedding import map_figure, point_size
from app.maps import StoredMap
from app.view import OPACITIES, SIZES, View
from app.words import plural, when, whole
from engine.jobs.sets import GeneSet
from engine.types import GeneEmbedding

GRAPH = {"displayModeBar": False, "scrollZoom": True, "doubleClick": False, "responsive": True, "showTips": False}


def map_view(stored: StoredMap, embedding: GeneEmbedding, view: View, *, names: tuple[str, ...], sets: list[GeneSet],
             others: list[StoredMap], faults: list[str], more: Sequence[Any] = ()) -> html.Div:
    """The page for one map.

    Parameters
    ----------
    names
        Every gene of the map, sorted.
    others
        All maps of the study, to switch between.
    faults
        Sentences about parts of the address that could not be had.
    more
        Links beside the title.
    """
    start = {"map": stored.id, "study": stored.study, "view": view.to_dict(), "size": point_size(len(embedding.genes))}
    stage = html.Div([title_line(stored, embedding, names, others, more), *_faults(faults), picture(embedding, names),
                      toolbar(view, embedding)], className="atlas-stage")
    beside = inspector(names, embedding, sets, gene=view.gene)
    return html.Div([*stores(start), stage, beside, drawer()], className="atlas-frame")


def stores(start: dict[str, Any]) -> list:
    """What Python and the browser tell each other."""
    return [dcc.Store(id=ids.START, data=start), dcc.Store(id=ids.READY), dcc.Store(id=ids.GENE),
            dcc.Store(id=ids.SELECTED, data=start["view"]["select"]), dcc.Store(id=ids.COMMAND)]  # fmt: skip


def title_line(stored: StoredMap, embedding: GeneEmbedding, names: tuple[str, ...],
               others: list[StoredMap], more: Sequence[Any]) -> html.Div:
    """What the map is of, how many, and how it was made."""
    n = f"{plural(len(names), 'gene')} · {plural(len(embedding.datasets), 'dataset')}"
    words = html.Div([html.H1(stored.title), html.Span(n, className="gw-muted")], className="atlas-title-words")
    copy = html.Button([icon("link"), html.Span("Copy link")], type="button", className="atlas-link-button",
                       title="Copy a link that shows this view", **{"data-act": "copy-link"})
    return html.Div([words, html.Div([*more, *_versions(stored, others), how_made(stored.id, embedding), copy],
                                     className="gw-row atlas-title-end")], className="atlas-title")


def _versions(stored: StoredMap, others: list[StoredMap]) -> list:
    if len(others) < 2:
        return []
    items = [dmc.MenuItem(dcc.Link(when(m.created), href=f"/atlas?map={m.id}")) for m in others]
    opener = html.Button([icon("clock"), html.Span(f"{len(others)} maps")], type="button",
                         className="atlas-link-button", title="Other maps of this study")
    return [dmc.Menu([dmc.MenuTarget(opener), dmc.MenuDropdown(items)], shadow="md", zIndex=300)]


def _faults(faults: list[str]) -> list:
    return [html.Div([alert(text) for text in faults], className="atlas-faults")] if faults else []


def picture(embedding: GeneEmbedding, names: tuple[str, ...]) -> html.Div:
    """The map, with what lies over it."""
    n = len(embedding.genes)
    words = (f"Map of {plural(len(names), 'gene')} as {whole(n)} points. Arrow keys move to the nearest gene in that "
             "direction, Enter opens its card, Escape clears the selection.")  # fmt: skip
    graph = dcc.Graph(id=ids.MAP, figure=map_figure(embedding), config=GRAPH, className="atlas-graph", responsive=True)
    canvas = html.Div(graph, id="atlas-canvas", className="atlas-canvas", tabIndex=0, role="application",
                      **{"aria-label": words, "aria-roledescription": "map"})
    return html.Div([canvas, *map_overlays()], className="atlas-picture", id="atlas-picture", **{"data-busy": "true"})


def toolbar(view: View, embedding: GeneEmbedding) -> html.Div:
    """Select, go back, colour, size, opacity, export."""
    modes = [tool("move", "Move", act="pan", pressed=True),
             tool("lasso", "Lasso", act="lasso", word=True, key="l", pressed=False),
             tool("box", "Box", act="box", word=True, key="b", pressed=False)]  # fmt: skip
    history = [tool("undo", "Undo selection", act="undo", key="Ctrl+Z"),
               tool("redo", "Redo selection", act="redo", key="Ctrl+Shift+Z"),
               tool("cross", "Clear selection", act="clear", key="Esc")]  # fmt: skip
    sliders = [_slider(ids.SIZE, "Size", view.size or point_size(len(embedding.genes)), SIZES, 0.1),
               _slider(ids.OPACITY, "Opacity", view.opacity or 1.0, OPACITIES, 0.05)]  # fmt: skip
    return html.Div([
        html.Div(modes, className="atlas-group"), html.Div(history, className="atlas-group"),
        html.Div([html.Span("Colour", className="atlas-label"), _colour(view.colour)], className="atlas-group"),
        html.Div(sliders, className="atlas-group atlas-grow"),
        export_menu(),
    ], className="atlas-toolbar", role="toolbar", **{"aria-label": "Map tools"})  # fmt: skip


def _colour(value: str) -> dmc.Select:
    numbers = [{"value": name, "label": label} for name, (label, _) in NUMBERS.items()]
    data = [{"group": "Groups", "items": [{"value": name, "label": label} for name, label in CATEGORIES.items()]},
            {"group": "Numbers", "items": [*numbers, {"value": SIMILARITY, "label": "Similarity to a gene"}]}]
    return dmc.Select(id=ids.COLOUR, data=data, value=value, allowDeselect=False, size="xs", w=158,
                      maxDropdownHeight=320, comboboxProps={"shadow": "md", "zIndex": 300},
                      **{"aria-label": "Colour points by"})


def _slider(name: str, label: str, value: float, ends: tuple[float, float], step: float) -> html.Div:
    slider = dmc.Slider(id=name, value=value, min=ends[0], max=ends[1], step=step, size="xs", updatemode="drag",
                        className="atlas-slider", thumbLabel=label, label=None)
    return html.Div([html.Span(label, className="atlas-label"), slider], className="atlas-slide")


def inspector(names: tuple[str, ...], embedding: GeneEmbedding, sets: list[GeneSet], *, gene: str) -> html.Aside:
    """Search; beneath it the card of a gene or the selection."""
    card = card_bones() if gene else card_hint()
    badge = html.Span(id="atlas-badge", className="atlas-badge")
    tabs = dmc.Tabs([
        dmc.TabsList([dmc.TabsTab("Gene", value="gene"),
                      dmc.TabsTab(["Selection", badge], value="selection")], grow=True),
        dmc.TabsPanel(html.Div(card, id=ids.CARD), value="gene", className="atlas-panel"),
        dmc.TabsPanel(html.Div([html.Div(selection_panel(embedding, None), id=ids.CHOICE), set_form(),
                                html.Div(saved_sets(sets), id=ids.SETS)]), value="selection", className="atlas-panel"),
    ], id=ids.TABS, value="gene", keepMounted=True, className="atlas-tabs")  # fmt: skip
    return html.Aside([gene_search(names), tabs], className="atlas-inspector", **{"aria-label": "Gene and selection"})


def drawer() -> html.Section:
    """The table behind the picture; the browser fills it when it is opened."""
    toggle = html.Button([icon("table"), html.Span("Table"), html.Span(id="atlas-rows", className="gw-muted gw-small")],
                         id="atlas-drawer-toggle", type="button", className="atlas-drawer-toggle",
                         **{"data-act": "drawer", "aria-expanded": "false", "aria-controls": "atlas-drawer-body"})
    files = [file_button(ending, class_name="atlas-link") for ending in ENDINGS]
    grid = dag.AgGrid(
        id=ids.GRID, rowData=[], columnDefs=columns(), className="atlas-grid", style={"height": "100%"},
        defaultColDef={"sortable": True, "filter": True, "resizable": True, "flex": 1, "minWidth": 90},
        dashGridOptions={"rowHeight": 28, "headerHeight": 32, "theme": "themeQuartz", "animateRows": False,
                         "suppressCellFocus": False, "ensureDomOrder": True, "suppressColumnVirtualisation": True},
    )  # fmt: skip
    return html.Section([html.Div([toggle, html.Div(files, className="gw-row")], className="atlas-drawer-bar"),
                         html.Div(grid, id="atlas-drawer-body", className="atlas-drawer-body", hidden=True)],
                        className="atlas-drawer", **{"aria-label": "Table behind the picture"})


def columns() -> list[dict[str, Any]]:
    """Columns of the table; numbers are filtered as numbers."""
    words = {"gene": "Gene", "dataset": "Dataset", "modality": "Modality", "cluster": "Cluster"}
    numbers = {"mean": ("Mean", "d3.format('.3f')(params.value)"),
               "detected": ("Seen in", "d3.format('.0%')(params.value)"), "degree": ("Partners", None)}  # fmt: skip
    made = [{"field": field, "headerName": name, "filter": "agTextColumnFilter"} for field, name in words.items()]
    made[0] |= {"pinned": "left", "width": 120, "flex": 0}
    return made + [
        {"field": field, "headerName": name, "filter": "agNumberColumnFilter", "type": "rightAligned",
         **({"valueFormatter": {"function": how}} if how else {})} for field, (name, how) in numbers.items()
    ]  # fmt: skip

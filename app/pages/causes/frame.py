"""Where everything on the Causes page lies: title, network with its legend, toolbar, inspector, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_cytoscape as cyto
import dash_mantine_components as dmc
from dash import dcc, html

from app.causes import Explanation, of_contrast
from app.components.alert import alert
from app.components.buttons import popover
from app.components.page_header import icon
from app.components.study_switch import shown_study
from app.pages.causes import ids
from app.pages.causes.account import how_made
from app.pages.causes.elements import elements, layout_of, stylesheet
from app.pages.causes.folding import LIMIT, Picture
from app.pages.causes.inspector import nothing_words, panel
from app.pages.causes.places import places
from app.pages.causes.tables import KINDS
from app.pages.causes.view import BY, LAYOUTS, MOST, CausesView
from app.words import plural, thin, whole
from engine.caution import caution

if TYPE_CHECKING:
    from app.services import Services

PREDICTED = "Fill shows predicted activity: worked out from the changes of others, not measured. Rings are measured."


def causes_page(services: Services, found: Explanation, title: str, view: CausesView, drawn: Picture, *, pick: str,
                faults: list[str]) -> html.Div:
    """The page for one explanation; `faults` are sentences about the address."""
    contrast = of_contrast(services, found)
    notes = _notes(found, contrast)
    stage = html.Div([
        _title(services, found, title, status(found, view, drawn)), *map(alert, faults), *notes,
        picture(found, view, drawn), toolbar(found, view),
    ], className="causes-stage")  # fmt: skip
    beside = html.Aside(panel(found, view, pick), id=ids.INSPECTOR, className="flow-inspector causes-inspector",
                        **{"aria-label": "Evidence for what is chosen"})
    live = html.Div(id=ids.LIVE, className="gw-hidden", role="status", **{"aria-live": "polite"})
    stores = [shown_study(contrast.get("study", "")), *_stores(found, view, pick)]
    return html.Div([*stores, live, stage, beside, drawer()], className="causes-frame")


def _stores(found: Explanation, view: CausesView, pick: str) -> list[Any]:
    return [
        dcc.Store(id=ids.START, data={"explanation": found.id}), dcc.Store(id=ids.VIEW, data=view.to_dict()),
        dcc.Store(id=ids.HISTORY, data={"past": [], "future": []}), dcc.Store(id=ids.PICK, data=pick),
        dcc.Store(id=ids.ACT), dcc.Store(id=ids.SPREAD), dcc.Download(id=ids.DOWNLOAD),
        dcc.Store(id=ids.STYLES, data={theme: stylesheet(theme) for theme in ("light", "dark")}),
        dcc.Store(id=ids.DRAWER, storage_type="local", data=False),
    ]  # fmt: skip


def _title(services: Services, found: Explanation, title: str, said: list[Any]) -> html.Div:
    line = html.P(said, id=ids.STATUS, className="gw-muted", role="status")
    again = f"/causes?contrast={found.contrast}" if found.contrast else "/causes"
    acts = [dcc.Link([icon("again"), html.Span("Look again")], href=again, className="atlas-link-button",
                     title="Choose other networks or thresholds"), how_made(services, found)]  # fmt: skip
    return html.Div([html.Div([html.H1(f"Causes of {title}"), line], className="flow-title-words"),
                     html.Div(acts, className="gw-row")], className="flow-title")


def status(found: Explanation, view: CausesView, drawn: Picture) -> list[Any]:
    """What is drawn, and the way back from a focus or from what was hidden."""
    away = [f"Only what is around {view.focus}"] if view.focus else []
    away += [f"{plural(len(view.hidden), 'node')} hidden"] if view.hidden else []
    back = html.Button("Show all again", type="button", className="atlas-link", **{"data-causes-do": "reset"})
    return [f"{status_words(found, drawn)} ", *([f"{'; '.join(away)}. ", back] if away else [])]


def status_words(found: Explanation, drawn: Picture) -> str:
    """How many nodes are drawn, how many genes changed, and whether the picture is full."""
    facts = found.facts
    said = (f"{len(drawn.nodes)} of {plural(drawn.total, 'node')} drawn, the rest folded; {whole(facts['n_changed'])} "
            f"of {plural(facts['n_universe'], 'gene')} changed (FDR ≤ {found.thresholds['max_fdr']:g}).")
    return f"{said} The picture is full at {LIMIT}: focus on a node or hide some to see more." if drawn.full else said


def _notes(found: Explanation, contrast: dict[str, Any]) -> list[Any]:
    """What is to be known of this explanation, the weightiest first: one sentence is seen, the others open."""
    notes = [thin(note) for note in found.facts["notes"]]
    if not any((table["call"] != "").any() for table in (found.regulators, found.roots) if len(table)):
        notes = [nothing_words(found), *(note for note in notes if not note.startswith("No regulator is called"))]
    notes = [*filter(None, [caution(contrast)]), *notes]
    if not notes:
        return []
    first, *more = notes
    if not more:
        return [alert(first)]
    rest = html.Details([html.Summary(f"{len(more)} more"), html.Ul([html.Li(note) for note in more])],
                        className="gw-details")
    return [html.Div([icon("warning"), html.Div([first, " ", rest])], className="gw-note gw-note-bad causes-note",
                     role="note")]  # fmt: skip


def picture(found: Explanation, view: CausesView, drawn: Picture) -> html.Div:
    """The network with its legend and zoom buttons over it."""
    at = places(drawn, view.layout)
    graph = cyto.Cytoscape(
        id=ids.GRAPH, elements=elements(found, drawn, at), layout=layout_of(view.layout, at),
        stylesheet=stylesheet("light"), minZoom=0.1, maxZoom=4, boxSelectionEnabled=False,
        autounselectify=True, responsive=True, style={"width": "100%", "height": "100%"}, className="causes-graph",
    )  # fmt: skip
    canvas = html.Div(graph, className="causes-canvas", role="img",
                      **{"aria-label": "Network from roots above to targets below. Every node and edge is a row of the "
                                       "tables below, where Enter leads to it."})  # fmt: skip
    zoom = [html.Button(icon(name), type="button", className="atlas-tool", title=label,
                        **{"aria-label": label, "data-causes-zoom": name})
            for name, label in (("plus", "Zoom in"), ("minus", "Zoom out"), ("fit", "Show the whole network"))]
    return html.Div([html.Div([canvas, html.Div(zoom, className="causes-zoom", role="group", **{"aria-label": "Zoom"})],
                              className="causes-over"), legend()], className="causes-picture")  # fmt: skip


def legend() -> html.Div:
    """What fill, ring, shape and arrow heads mean."""
    def entry(mark: str, word: str) -> html.Span:
        return html.Span([html.Span(className=f"causes-mark causes-mark-{mark}"), word])

    groups = {
        "Predicted": [entry("active", "activated"), entry("inactive", "inhibited"), entry("fold", "folded")],
        "Measured": [entry("up", "up"), entry("down", "down"), entry("still", "not sure"),
                     entry("none", "not measured")],
        "Edge": [entry("arrow", "activates"), entry("tee", "inhibits"), entry("dot", "sign not known")],
        "Shape": [entry("root", "root"), entry("regulator", "regulator"), entry("target", "target"),
                  entry("function", "function")],
    }  # fmt: skip
    parts = [html.Div([html.Span(name, className="causes-legend-name"), *marks], className="causes-legend-group")
             for name, marks in groups.items()]  # fmt: skip
    return html.Div(parts, className="causes-legend", role="note", title=PREDICTED, **{"aria-label": "Legend"})


def toolbar(found: Explanation, view: CausesView) -> html.Div:
    """Undo, redo, reset; find; how many and by what; layout; export."""
    steps = [_tool("undo", "Undo (Ctrl+Z)", ids.UNDO, off=True),
             _tool("redo", "Redo (Ctrl+Shift+Z)", ids.REDO, off=True),
             _tool("again", "Reset the view", ids.RESET)]  # fmt: skip
    popup = {"comboboxProps": {"shadow": "md", "zIndex": 300, "position": "top", "width": "target"}}
    find = dmc.Select(id=ids.FIND, data=found.nodes.index.tolist(), searchable=True, clearable=True, limit=30,
                      size="xs", placeholder="Find a node", nothingFoundMessage="Not in this network", w=136,
                      leftSection=icon("search"), **popup, **{"aria-label": "Find a node"})
    top = dmc.NumberInput(id=ids.TOP, value=view.top, min=1, max=MOST, step=1, size="xs", w=58, allowDecimal=False,
                          debounce=400, **{"aria-label": "Regulators drawn first"})
    by = dmc.Select(id=ids.BY, data=[{"value": key, "label": word} for key, word in BY.items()], value=view.by,
                    size="xs", w=146, allowDeselect=False, **popup, **{"aria-label": "Which regulators come first"})
    layout = dmc.SegmentedControl(id=ids.LAYOUT, data=[{"value": key, "label": word} for key, word in LAYOUTS.items()],
                                  value=view.layout, size="xs")
    return html.Div([
        html.Div(steps, className="atlas-group"), html.Div(find, className="atlas-group"),
        html.Div([html.Span("First", className="atlas-label"), top, by], className="atlas-group causes-first",
                 title="So many regulators are drawn, and half as many roots and functions"),
        html.Div(html.Div(layout, role="group", **{"aria-label": "Layout"}), className="atlas-group"),
        html.Div(export(), className="causes-export"),
    ], className="flow-toolbar causes-toolbar", role="toolbar", **{"aria-label": "Picture tools"})  # fmt: skip


def _tool(drawing: str, label: str, name: str, *, off: bool = False) -> html.Button:
    return html.Button(icon(drawing), id=name, type="button", className="atlas-tool", title=label, disabled=off,
                       **{"aria-label": label.split(" (")[0]})


def export() -> dmc.Popover:
    """A button that opens the files: pictures as they are on the screen, networks whole or as shown."""
    def button(kind: str, word: str) -> html.Button:
        return html.Button([icon("save"), word], id={"type": ids.FILE, "kind": kind}, type="button",
                           className="gw-button-quiet")

    which = dmc.SegmentedControl(id=ids.WHICH, size="xs", value="all", data=[
        {"value": "all", "label": "Whole network"}, {"value": "shown", "label": "What is drawn"}])
    body = [
        html.H3("Picture, as it is on the screen"),
        html.Div([button("png", "PNG"), button("svg", "SVG")], className="gw-row"),
        html.H3("Network"), html.Div(which, role="group", **{"aria-label": "Which nodes"}),
        html.Div([button("graphml", "GraphML"), button("sif", "SIF"), button("tsv", "Edges TSV")], className="gw-row"),
    ]  # fmt: skip
    opener = html.Button([icon("save"), html.Span("Export")], type="button", className="gw-button-small",
                         title="Save the picture or the network")
    return popover(opener, body, label="Export", width=340, position="top-end")


def drawer() -> html.Section:
    """The tables behind the picture; filled when they are opened."""
    toggle = html.Button([icon("table"), html.Span("All regulators, networks and edges")], id=ids.TOGGLE, type="button",
                         className="atlas-drawer-toggle", **{"aria-expanded": "false", "aria-controls": ids.BODY})
    kinds = dmc.SegmentedControl(id=ids.TABLE, data=[{"value": kind, "label": word} for kind, word in KINDS.items()],
                                 value="regulators", size="xs")
    save = html.Button("CSV", id=ids.CSV, type="button", className="atlas-link", title="Save this table as CSV")
    choose = html.Div([html.Div(kinds, role="group", **{"aria-label": "Which table"}), save], className="gw-row")
    return html.Section([html.Div([toggle, choose], className="flow-drawer-bar"),
                         html.Div(id=ids.BODY, className="flow-body causes-body", hidden=True)],
                        className="flow-drawer causes-drawer", **{"aria-label": "Tables"})  # fmt: skip

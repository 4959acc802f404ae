"""What the Modalities page answers: another view, a choice, the numbers, files and gene sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update

from app import maps
from app.components.map_table import table_text
from app.figures.sankey import Look
from app.pages.modalities import ids, tables
from app.pages.modalities.frame import drawn, heads, missing
from app.pages.modalities.inspector import count_words, levels_words, list_table, panel, title_words
from app.pages.modalities.view import FlowView, bounded, changed, flow_of, found_choice, kept_choice
from app.words import plural
from engine.errors import GeneweaveError, InvalidParameter

if TYPE_CHECKING:
    from app.services import Services
    from engine.tl.flows import Flows

NOTHING = (no_update, no_update, None)
PRINT_WIDTH = 1000


def register(app: Dash, services: Services) -> None:
    """Callbacks; each reads, calls and returns."""
    _browser(app)
    _views(app, services)
    _files(app, services)

    @app.callback(Output(ids.SET_NEWS, "children"), Input(ids.SET_SAVE, "n_clicks"), State(ids.SET_NAME, "value"),
                  State(ids.PICK, "data"), State(ids.VIEW, "data"), State(ids.START, "data"), prevent_initial_call=True)
    def save_set(clicks, name, pick, view, start):
        return saved(services, start, FlowView.from_dict(view), pick, name=name or "") if clicks else no_update


def _browser(app: Dash) -> None:
    """What the browser does itself: clicks and keys, the size, the address, the drawer, saving a figure."""
    does = ClientsideFunction
    app.clientside_callback(does("flows", "ready"), Output(ids.GRAPH, "className"), Input(ids.GRAPH, "figure"))
    app.clientside_callback(does("flows", "address"), Output(ids.ROOT, "className"), Input(ids.VIEW, "data"),
                            Input(ids.PICK, "data"), State(ids.START, "data"), prevent_initial_call=True)
    app.clientside_callback(does("flows", "toggle"), Output(ids.DRAWER, "data"), Input(ids.TOGGLE, "n_clicks"),
                            State(ids.DRAWER, "data"), prevent_initial_call=True)
    app.clientside_callback(does("flows", "drawer"), Output("flow-body", "hidden"), Input(ids.DRAWER, "data"))
    app.clientside_callback(does("flows", "save"), Output(ids.PRINT, "storage_type"), Input(ids.PRINT, "data"),
                            prevent_initial_call=True)


def _views(app: Dash, services: Services) -> None:
    @app.callback(
        Output(ids.VIEW, "data"), Output(ids.PICK, "data"), Output(ids.ADD, "value"),
        Input({"type": ids.SHIFT, "level": ALL, "to": ALL}, "n_clicks"), Input(ids.ADD, "value"),
        Input(ids.TOP, "value"), Input(ids.COUNT, "value"), Input(ids.COMMON, "checked"),
        State(ids.VIEW, "data"), State(ids.PICK, "data"), State(ids.START, "data"), prevent_initial_call=True,
    )
    def change(_, add, top, count, common, view, pick, start):
        before = FlowView.from_dict(view)
        after = asked(before, ctx.triggered_id, bool(ctx.triggered[0]["value"]), add=add, top=top, count=count,
                      common=common)
        if after == before:
            return NOTHING
        return after.to_dict(), kept_choice(flow_for(services, start, after), pick or ""), None

    app.clientside_callback(ClientsideFunction("flows", "moved"), Output(ids.HEADS, "className"),
                            Input(ids.HEADS, "children"), prevent_initial_call=True)

    @app.callback(Output(ids.HEADS, "children"), Output(ids.ADD, "data"), Output(ids.ADD, "disabled"),
                  Output(ids.SUBTITLE, "children"), Input(ids.VIEW, "data"), State(ids.START, "data"),
                  prevent_initial_call=True)
    def show_levels(view, start):
        view = FlowView.from_dict(view)
        return heads(view), missing(view), not missing(view), count_words(flow_for(services, start, view), view.count)

    @app.callback(Output(ids.GRAPH, "figure"), Input(ids.VIEW, "data"), Input(ids.PICK, "data"),
                  Input(ids.SIZE, "data"), State(ids.START, "data"), prevent_initial_call=True)
    def draw(view, pick, size, start):
        view = FlowView.from_dict(view)
        flow = flow_for(services, start, view)
        look = Look(**(size or {}), count=view.count)
        return drawn(maps.embedding(services.store, start["map"]), flow, view, found_choice(flow, pick)[0], look=look)

    @app.callback(Output(ids.INSPECTOR, "children"), Output(ids.LIVE, "children"), Input(ids.VIEW, "data"),
                  Input(ids.PICK, "data"), State(ids.START, "data"), prevent_initial_call=True)
    def inspect(view, pick, start):
        flow = flow_for(services, start, FlowView.from_dict(view))
        choice, _ = found_choice(flow, pick)
        beside = panel(flow, maps.embedding(services.store, start["map"]), choice, start["map"])
        return beside, told(flow, choice)

    @app.callback(Output(ids.GRID, "columnDefs"), Output(ids.GRID, "rowData"), Input(ids.VIEW, "data"),
                  Input(ids.TABLE, "value"), Input(ids.DRAWER, "data"), State(ids.START, "data"))
    def fill(view, kind, opened, start):
        if not opened:
            return no_update, no_update
        view = FlowView.from_dict(view)
        table = table_for(services, start, view, kind)
        return tables.grid_columns(table), tables.grid_rows(table, kind, view.levels)


def _files(app: Dash, services: Services) -> None:
    @app.callback(Output(ids.DOWNLOAD, "data"), Input({"type": ids.FILE, "ending": ALL}, "n_clicks"),
                  Input({"type": ids.LIST, "ending": ALL}, "n_clicks"), State(ids.TABLE, "value"),
                  State(ids.VIEW, "data"), State(ids.PICK, "data"), State(ids.START, "data"), prevent_initial_call=True)
    def save_table(_, __, kind, view, pick, start):
        if not ctx.triggered[0]["value"]:
            return no_update
        which, view = ctx.triggered_id, FlowView.from_dict(view)
        if which["type"] == ids.FILE:
            return text_file(f"{start['study']}-{kind}", table_for(services, start, view, kind), which["ending"])
        _, rows = chosen_of(services, start, view, pick)
        return text_file(f"{start['study']}-genes", list_table(rows), which["ending"])

    @app.callback(Output(ids.PRINT, "data"), Input({"type": ids.FIGURE, "kind": ALL}, "n_clicks"),
                  State(ids.VIEW, "data"), State(ids.PICK, "data"), State(ids.START, "data"), prevent_initial_call=True)
    def print_figure(_, view, pick, start):
        if not ctx.triggered[0]["value"]:
            return no_update
        figure = printed(services, start, FlowView.from_dict(view), pick)
        return {"figure": figure.to_plotly_json(), "kind": ctx.triggered_id["kind"], "name": f"{start['study']}-flows"}


def asked(view: FlowView, trigger, clicked: bool, *, add, top, count: str, common: bool) -> FlowView:
    """The view after a control was used; a button that has just been put in place was not."""
    if isinstance(trigger, dict):
        return changed(view, level=trigger["level"], to=trigger["to"]) if clicked else view
    if trigger == ids.ADD:
        return changed(view, level=add, to="in") if add else view
    named = bounded(int(top)) if isinstance(top, int | float) else view.top
    return FlowView(view.levels, named, count, bool(common))


def flow_for(services: Services, start: dict, view: FlowView) -> Flows:
    return flow_of(services.store, start["map"], view.levels, view.top, view.common)


def table_for(services: Services, start: dict, view: FlowView, kind: str):
    return tables.numbers(services.store, start["map"], view.levels, view.top, view.common, kind)


def chosen_of(services: Services, start: dict, view: FlowView, pick: str) -> tuple[dict[str, str], object]:
    """The choice, and the rows of the map that run through it; raises the sentence when it is not there."""
    flow = flow_for(services, start, view)
    choice, fault = found_choice(flow, pick or "")
    if fault or not choice:
        raise InvalidParameter(fault or "Nothing is chosen. Click a band or a node first.")
    obs = maps.embedding(services.store, start["map"]).obs
    return choice, obs.iloc[flow.labels.index[flow.through(choice)]]


def saved(services: Services, start: dict, view: FlowView, pick: str, *, name: str) -> html.Span:
    """Keep the chosen genes under a name; what to say."""
    try:
        _, rows = chosen_of(services, start, view, pick)
        kept = services.sets.save(name, sorted(rows["gene"].astype(str).unique()), study=start["study"])
    except GeneweaveError as error:
        return html.Span(str(error), className="atlas-bad")
    return html.Span(f"'{kept.name}' saved with {plural(len(kept.genes), 'gene')}.")


def told(flow: Flows, choice: dict[str, str]) -> str:
    """What is chosen, for those who hear the page."""
    if not choice:
        return "Nothing chosen."
    return title_words(choice, int(flow.labels.loc[flow.through(choice), "gene"].nunique()))


def text_file(name: str, table, ending: str) -> dict[str, str]:
    kind = "text/tab-separated-values" if ending == "tsv" else "text/csv"
    return {"content": table_text(table, ending), "filename": f"{name}.{ending}", "type": kind}


def printed(services: Services, start: dict, view: FlowView, pick: str):
    """The view as a figure for paper: title, n, what is chosen."""
    embedding, flow = maps.embedding(services.store, start["map"]), flow_for(services, start, view)
    choice, _ = found_choice(flow, pick or "")
    named = f"{levels_words(view.levels)}: {count_words(flow, view.count)}"
    named += f". Standing out: {told(flow, choice)}" if choice else ""
    look = Look(width=PRINT_WIDTH, height=600, count=view.count, paper=True, title=embedding.facts["title"],
                subtitle=named)  # fmt: skip
    return drawn(embedding, flow, view, choice, look=look)

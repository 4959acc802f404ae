"""What the Causes page answers: the form, acts on the view, a choice, tables and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update

from app import ids as shell_ids
from app.causes import Explanation, find_explanation, of_contrast, title_of
from app.components.alert import alert
from app.components.graph import graph
from app.components.job_card import job_card
from app.components.map_table import table_text
from app.figures.causal_bars import causal_bars
from app.pages.causes import exports, ids
from app.pages.causes.choose import ask, read_form
from app.pages.causes.elements import elements, layout_of
from app.pages.causes.folding import picture
from app.pages.causes.frame import status, status_words
from app.pages.causes.inspector import PREDICTED, panel, told
from app.pages.causes.places import places
from app.pages.causes.tables import grid, table_of
from app.pages.causes.view import BY, LAYOUTS, CausesView, after, bounded, found_pick, remembered, stepped
from engine.caution import caution
from engine.errors import GeneweaveError
from engine.jobs.submit import CAUSES

if TYPE_CHECKING:
    from app.services import Services


def register(app: Dash, services: Services) -> None:
    """Callbacks; each reads, calls and returns."""
    _browser(app)
    _form(app, services)
    _view(app, services)
    _tables(app, services)
    _files(app, services)


def _browser(app: Dash) -> None:
    """What the browser does itself: clicks on the network, the theme, the address, the drawer, pictures."""
    does = ClientsideFunction
    app.clientside_callback(does("causes", "ready"), Output(ids.GRAPH, "className"), Input(ids.GRAPH, "elements"))
    app.clientside_callback(does("causes", "theme"), Output(ids.GRAPH, "stylesheet"), Input(ids.STYLES, "data"))
    app.clientside_callback(does("causes", "address"), Output(ids.ROOT, "className"), Input(ids.VIEW, "data"),
                            Input(ids.PICK, "data"), State(ids.START, "data"), prevent_initial_call=True)
    app.clientside_callback(does("causes", "steps"), Output(ids.UNDO, "disabled"), Output(ids.REDO, "disabled"),
                            Input(ids.HISTORY, "data"))
    app.clientside_callback(does("causes", "find"), Output(ids.FIND, "value"), Input(ids.FIND, "value"),
                            prevent_initial_call=True)
    app.clientside_callback(does("causes", "toggle"), Output(ids.DRAWER, "data"), Input(ids.TOGGLE, "n_clicks"),
                            State(ids.DRAWER, "data"), prevent_initial_call=True)
    app.clientside_callback(does("causes", "drawer"), Output(ids.BODY, "hidden"), Input(ids.DRAWER, "data"))
    app.clientside_callback(does("causes", "file"), Output(ids.SPREAD, "data"),
                            Input({"type": ids.FILE, "kind": ALL}, "n_clicks"), State(ids.WHICH, "value"),
                            prevent_initial_call=True)


def _form(app: Dash, services: Services) -> None:
    @app.callback(
        Output(ids.JOB, "children"), Output(ids.FAULT, "children"), Input(ids.RUN, "n_clicks"),
        State(ids.CONTRAST, "value"), State(ids.GENES, "data"), State({"type": ids.NETWORKS, "kind": ALL}, "value"),
        State(ids.FUNCTIONS, "value"), State({"type": ids.NUMBER, "name": ALL}, "value"), prevent_initial_call=True,
    )
    def run(clicks, contrast, genes, ticked, functions, _):
        if not clicks:
            return no_update, no_update
        numbers = {state["id"]["name"]: state.get("value") for state in ctx.states_list[-1]}
        try:
            return job_card(ask(services, contrast, genes or (), read_form(ticked, functions, numbers))), []
        except GeneweaveError as fault:
            return no_update, alert(str(fault))

    # what the page itself has not is no part of a callback on the status of jobs: other pages show jobs, too
    @app.callback(Output(ids.CAME, "data"), Input({"type": "job-status", "job": ALL}, "data"),
                  prevent_initial_call=True)
    def follow(_):
        which = ctx.triggered_id
        return came(services, which["job"]) if which and ctx.triggered[0]["value"] == "done" else no_update

    @app.callback(Output(shell_ids.URL, "search", allow_duplicate=True), Input(ids.CAME, "data"),
                  prevent_initial_call=True)
    def arrive(name):
        return f"?explanation={name}" if name else no_update


def came(services: Services, job_id: str) -> str:
    """The explanation that a job has made; empty for a job of another kind or without a result."""
    job = services.jobs.get(job_id)
    return job.result or "" if job.kind == CAUSES else ""


def _view(app: Dash, services: Services) -> None:
    @app.callback(
        Output(ids.VIEW, "data"), Output(ids.HISTORY, "data"), Output(ids.TOP, "value"), Output(ids.BY, "value"),
        Output(ids.LAYOUT, "value"), Input(ids.ACT, "data"), Input(ids.TOP, "value"), Input(ids.BY, "value"),
        Input(ids.LAYOUT, "value"), State(ids.VIEW, "data"), State(ids.HISTORY, "data"), State(ids.START, "data"),
        prevent_initial_call=True,
    )
    def change(act, top, by, layout, view, history, start):
        before = CausesView.from_dict(view)
        if act and not known(find_explanation(services, start["explanation"]), act):
            return (no_update,) * 5
        now, kept = asked(before, history, ctx.triggered_id, act=act, top=top, by=by, layout=layout)
        if now == before:
            return (no_update,) * 5
        return now.to_dict(), kept, now.top, now.by, now.layout

    @app.callback(Output(ids.GRAPH, "elements"), Output(ids.GRAPH, "layout"), Output(ids.STATUS, "children"),
                  Input(ids.VIEW, "data"), State(ids.START, "data"), prevent_initial_call=True)
    def draw(view, start):
        found, view = find_explanation(services, start["explanation"]), CausesView.from_dict(view)
        drawn = picture(found, view)
        at = places(drawn, view.layout)
        return elements(found, drawn, at), layout_of(view.layout, at), status(found, view, drawn)

    @app.callback(Output(ids.INSPECTOR, "children"), Output(ids.LIVE, "children"), Input(ids.VIEW, "data"),
                  Input(ids.PICK, "data"), State(ids.START, "data"), prevent_initial_call=True)
    def inspect(view, pick, start):
        found, view = find_explanation(services, start["explanation"]), CausesView.from_dict(view)
        chosen, fault = found_pick(pick or "", found)
        said = [alert(absent(pick, found))] if fault else []
        return [*said, *panel(found, view, chosen)], fault or told(chosen, found)


def absent(pick: str, found: Explanation) -> str:
    """Why a row of a table is not in the network."""
    drawn = len(found.nodes)
    return (f"{pick.replace('>', ' → ')} is not in the network. Of all that was tested, its {drawn} nodes are what is "
            "called or comes nearest, with their changed targets.")  # fmt: skip


def known(found: Explanation, act: dict[str, Any]) -> bool:
    """Whether an act is about nodes of the network; rows of the tables may not be in it."""
    return all(name.startswith("@") or name in found.nodes.index
               for name in filter(None, (act.get("node"), act.get("target"))))  # fmt: skip


def asked(view: CausesView, history: dict[str, list], trigger: Any, *, act: dict[str, Any] | None, top: Any, by: str,
          layout: str) -> tuple[CausesView, dict[str, list]]:
    """The view and history after an act or a control was used; as they are when nothing changed."""
    if trigger == ids.ACT and act:
        if act["do"] in ("undo", "redo"):
            return stepped(view, history, act["do"])
        now = after(view, act["do"], act.get("node", ""), act.get("target", ""))
    else:
        number = bounded(int(top)) if isinstance(top, int | float) else view.top
        now = CausesView(number, by if by in BY else view.by, layout if layout in LAYOUTS else view.layout, view.focus,
                         view.opened, view.hidden)  # fmt: skip
    return (now, remembered(view, history)) if now != view else (view, history)


def _tables(app: Dash, services: Services) -> None:
    @app.callback(Output(ids.BODY, "children"), Input(ids.TABLE, "value"), Input(ids.DRAWER, "data"),
                  State(ids.START, "data"))
    def fill(kind, opened, start):
        return body(find_explanation(services, start["explanation"]), kind) if opened else no_update

    @app.callback(Output(ids.DOWNLOAD, "data"), Input(ids.CSV, "n_clicks"), State(ids.TABLE, "value"),
                  State(ids.START, "data"), prevent_initial_call=True)
    def save(clicks, kind, start):
        if not clicks:
            return no_update
        found, name = find_explanation(services, start["explanation"]), "regulators" if kind == "bars" else kind
        return {"content": table_text(table_of(found, name), "csv"), "filename": f"causes-{name}.csv",
                "type": "text/csv"}  # fmt: skip


def body(found: Explanation, kind: str) -> list[Any]:
    """The grid of a table, or the bars of the first regulators."""
    if not len(table_of(found, kind)):
        return [html.P(EMPTY[kind], className="gw-muted causes-nothing")]
    if kind == "bars":
        return [html.Div([html.P(PREDICTED, className="gw-muted gw-small"),
                          graph("causes-bars", causal_bars(found.regulators), name="regulators")],
                         className="causes-bars", tabIndex=0, role="region", **{"aria-label": "Bars of regulators"})]
    hint = "Enter or a click on a row leads to it in the network."
    return [html.P(hint, className="gw-muted gw-small"), html.Div(grid(found, kind), className="flow-table")]


EMPTY = {
    "regulators": "No regulator of these networks has a measured target.", "bars": "There is no regulator to draw.",
    "roots": "No root was looked for: without signs in the networks no path has a direction.",
    "functions": "No diseases or functions were asked for. Look again and choose gene sets.",
    "edges": "No edge leads to a changed gene.",
}  # fmt: skip


def _files(app: Dash, services: Services) -> None:
    @app.callback(Output(ids.DOWNLOAD, "data", allow_duplicate=True), Input(ids.SPREAD, "data"),
                  State(ids.VIEW, "data"), State(ids.START, "data"), prevent_initial_call=True)
    def save(spread, view, start):
        found = find_explanation(services, start["explanation"])
        return written(services, found, CausesView.from_dict(view), spread) if spread else no_update


def written(services: Services, found: Explanation, view: CausesView, spread: dict[str, Any]) -> dict[str, Any]:
    """The file that was asked for: the picture with its nodes where they lie on the screen, or the network."""
    drawn, kind = picture(found, view), spread["kind"]
    if kind == "svg":
        at = places(drawn, view.layout) | {name: tuple(xy) for name, xy in (spread.get("places") or {}).items()}
        text = exports.picture_svg(found, drawn, at, title=f"Causes of {title_of(services, found)}",
                                   subtitle=status_words(found, drawn), note=caution(of_contrast(services, found)))
        return {"content": text, "filename": "causes.svg", "type": "image/svg+xml"}
    nodes, links = (drawn.nodes, drawn.links) if spread["which"] == "shown" else (found.nodes, found.links)
    text = {"graphml": lambda: exports.graphml(nodes, exports.links_with_evidence(found, links)),
            "sif": lambda: exports.sif(links), "tsv": lambda: exports.edges_tsv(found, links)}[kind]()  # fmt: skip
    return {"content": text, "filename": f"causes-{'edges' if kind == 'tsv' else 'network'}.{kind}",
            "type": "text/plain"}  # fmt: skip

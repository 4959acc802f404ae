"""Data: the files that a person brought, and the way to bring more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from app.components import upload_zone as zone
from app.components.alert import alert
from app.components.data_tabs import data_tabs
from app.components.file_list import (
    delete_form,
    file_list,
    read_rows,
    rename_form,
    room,
    signature,
    studies_with,
)
from app.components.page_header import icon, page_header
from app.words import plural
from engine.errors import GeneweaveError
from engine.jobs.submit import CHECK, submit_check

if TYPE_CHECKING:
    from app.services import Services

PATH = "/data"
TITLE = "Data"
WHAT = "Bring what your core facility gave you. Within seconds you see what Geneweave understood of it."

FILES, SEEN, ROOM, CHANGED = "data-files", "data-seen", "data-room", "data-changed"
STUDY, DIALOG, FORM, FAULT = "data-study", "data-dialog", "data-form", "data-fault"
PICK, ASK, AGAIN = "data-pick", "data-ask", "data-check"
TITLES = {"rename": "Rename the file", "delete": "Delete the file?"}


def layout(services: Services) -> html.Div:
    """Where to drop, what is under way, and the list."""
    rows = read_rows(services)
    end = html.Div([html.Div(room(services), id=ROOM), html.Div(study_link([]), id=STUDY)], className="gw-row data-end")
    bar = html.Div([html.H2("Your files"), end], className="gw-spread data-bar-top")
    return html.Div([
        page_header(TITLE, WHAT), data_tabs(PATH), zone.upload_zone(services), bar,
        html.Div(file_list(rows), id=FILES), *machinery(rows),
    ], className="gw-page data-page")


def machinery(rows: list) -> list[Any]:
    """The pulse, what was last shown, and the dialog."""
    body = [html.Div(id=FORM, className="gw-stack"), html.Div(id=FAULT)]
    return [dcc.Interval(id="data-pulse", interval=1500), dcc.Store(id=SEEN, data=signature(rows)),
            dcc.Store(id=CHANGED), dmc.Modal(body, id=DIALOG, opened=False, size="md", title="",
                                             closeButtonProps={"aria-label": "Close"})]


def study_link(picked: list[str]) -> Any:
    """Leads to a new study of the chosen files; waits until one is chosen."""
    word = [icon("plus"), "Make a study of the selected files"]
    if not picked:
        return html.Button(word, type="button", className="gw-button-quiet", disabled=True,
                           title="Select files that are ready in the list")
    href = f"/studies/new?files={','.join(picked)}"
    return dcc.Link([icon("plus"), f"Make a study of {plural(len(picked), 'selected file')}"], href=href,
                    className="gw-button")


def ask(services: Services, what: str, file_id: str) -> tuple[str, list]:
    """Title and content of the dialog about a file."""
    file = services.files.get(file_id)
    return TITLES[what], rename_form(file) if what == "rename" else delete_form(file, studies_with(services, file_id))


def act(services: Services, what: str, file_id: str, name: str) -> Any:
    """Rename, delete or check a file; a sentence when it cannot be done."""
    try:
        if what == "rename":
            services.files.rename(file_id, name)
        elif what == "delete":
            _stop_checks(services, file_id)
            services.files.delete(file_id)
        else:
            submit_check(services.jobs, services.files.get(file_id))
    except GeneweaveError as fault:
        return alert(str(fault))
    return None


def _stop_checks(services: Services, file_id: str) -> None:
    for job in services.jobs.list(kind=CHECK):
        if job.active and job.params.get("file") == file_id:
            services.jobs.cancel(job.id)


def register(app: Dash, services: Services) -> None:
    """The list follows files and checks; the dialog asks; chosen files lead to a study."""
    zone.register(app)
    _register_list(app, services)
    _register_dialog(app, services)


def _register_list(app: Dash, services: Services) -> None:
    @app.callback(
        Output(FILES, "children"), Output(SEEN, "data"), Output(ROOM, "children"),
        Input("data-pulse", "n_intervals"), Input(zone.ARRIVED, "data"), Input(CHANGED, "data"), State(SEEN, "data"),
        prevent_initial_call=True,
    )
    def refresh(_pulse, _arrived, _changed, seen):
        rows = read_rows(services)
        now = signature(rows)
        if now == seen:
            return no_update, no_update, no_update
        return file_list(rows), now, room(services)

    @app.callback(Output(STUDY, "children"), Input({"type": PICK, "file": ALL}, "checked"),
                  State({"type": PICK, "file": ALL}, "id"))
    def pick(checked, ids):
        return study_link(chosen(checked, ids))

    @app.callback(Output(CHANGED, "data"), Input({"type": AGAIN, "file": ALL}, "n_clicks"), prevent_initial_call=True)
    def check(_):
        if not ctx.triggered[0]["value"]:
            return no_update
        act(services, "check", ctx.triggered_id["file"], "")
        return ctx.triggered_id["file"]


def _register_dialog(app: Dash, services: Services) -> None:
    @app.callback(
        Output(DIALOG, "opened"), Output(DIALOG, "title"), Output(FORM, "children"),
        Output(FAULT, "children", allow_duplicate=True),
        Input({"type": ASK, "file": ALL, "what": ALL}, "n_clicks"), prevent_initial_call=True,
    )
    def open_dialog(_):
        if not ctx.triggered[0]["value"]:
            return (no_update,) * 4
        return True, *ask(services, ctx.triggered_id["what"], ctx.triggered_id["file"]), ""

    @app.callback(
        Output(DIALOG, "opened", allow_duplicate=True), Output(CHANGED, "data", allow_duplicate=True),
        Output(FAULT, "children"),
        Input({"type": "data-rename", "file": ALL}, "n_clicks"), Input({"type": "data-name", "file": ALL}, "n_submit"),
        Input({"type": "data-delete", "file": ALL}, "n_clicks"), State({"type": "data-name", "file": ALL}, "value"),
        prevent_initial_call=True,
    )
    def do(_rename, _enter, _delete, names):
        if not ctx.triggered[0]["value"]:
            return no_update, no_update, no_update
        what, file_id = ctx.triggered_id["type"].removeprefix("data-"), ctx.triggered_id["file"]
        fault = act(services, "rename" if what == "name" else what, file_id, (names or [""])[0] or "")
        return fault is not None, f"{what} {file_id} {ctx.triggered[0]['value']}", fault


def chosen(checked: list[bool], ids: list[dict]) -> list[str]:
    """Ids of the files whose box is ticked, in the order of the list."""
    return [name["file"] for name, tick in zip(ids, checked, strict=True) if tick]

"""The head of a file's page: its name, with Rename and Delete, each in a small dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, html, no_update

from app import ids
from app.components.page_header import icon, page_header
from app.words import listing, megabytes, when
from engine.errors import GeneweaveError
from engine.jobs.submit import CHECK

if TYPE_CHECKING:
    from app.services import Services
    from engine.files import DataFile

MAX_NAME = 120


def header(file: DataFile) -> html.Div:
    """Name, size and date; rename and delete."""
    doing = [_button("Rename", "file-rename", "edit"), _button("Delete", "file-delete", "trash")]
    words = f"{megabytes(file.bytes / 1e6)}, uploaded {when(file.added)}"
    return page_header(html.Span(file.name, id="file-name"), words, doing)


def dialogs(services: Services, file: DataFile) -> list[dmc.Modal]:
    """Both dialogs, closed."""
    name = dmc.TextInput(id="file-new-name", label="Name", value=file.name, size="sm",
                         inputProps={"maxLength": MAX_NAME}, **{"data-autofocus": True})
    keep = html.Button("Save the name", id="file-rename-save", className="gw-button", type="button")
    goes = "Its report, its matrix and the uploaded file go. This cannot be undone."
    used = used_by(services, file.id)
    study = [html.P(["In use: ", html.Strong(listing(used)), " will not find its cells any more."])] if used else []
    yes = html.Button([icon("trash"), "Delete the file"], id="file-delete-yes", className="gw-button", type="button")
    no = html.Button("Keep it", id="file-delete-no", className="gw-button-quiet", type="button")
    return [
        _modal("file-rename-box", "Rename the file", [name, html.Div(keep, className="gw-row")]),
        _modal("file-delete-box", "Delete this file?", [html.P(goes), *study, html.Div([yes, no], className="gw-row")]),
    ]


def used_by(services: Services, file_id: str) -> list[str]:
    """Titles of the studies that read the matrix of a file."""
    path = str(services.files.matrix(file_id))
    return [study.title for study in services.library.studies() if any(s.path == path for s in study.datasets)]


def delete(services: Services, file_id: str) -> None:
    """Remove a file; a check that waits or runs is stopped."""
    for job in services.jobs.list(kind=CHECK):
        if job.active and job.params.get("file") == file_id:
            services.jobs.cancel(job.id)
    services.files.delete(file_id)


def register(app: Dash, services: Services) -> None:
    """Dialogs open, close, and do what they ask."""

    @app.callback(Output("file-rename-box", "opened"), Output("file-name", "children"),
                  Output("file-new-name", "error"), Input("file-rename", "n_clicks"),
                  Input("file-rename-save", "n_clicks"), Input("file-new-name", "n_submit"),
                  State("file-new-name", "value"), State("file-id", "data"), prevent_initial_call=True)
    def rename(_, __, ___, name, file_id):
        if ctx.triggered_id == "file-rename":
            return True, no_update, ""
        return renamed(services, file_id, name)

    @app.callback(Output("file-delete-box", "opened"), Output(ids.URL, "pathname", allow_duplicate=True),
                  Input("file-delete", "n_clicks"), Input("file-delete-no", "n_clicks"),
                  Input("file-delete-yes", "n_clicks"), State("file-id", "data"), prevent_initial_call=True)
    def ask(opened, _, yes, file_id):
        if ctx.triggered_id == "file-delete-yes" and yes:
            delete(services, file_id)
            return False, "/data"
        return ctx.triggered_id == "file-delete" and bool(opened), no_update


def renamed(services: Services, file_id: str, name: str) -> tuple[Any, Any, str]:
    """Whether the dialog stays open, the name as kept, and the sentence about a bad one."""
    try:
        return False, services.files.rename(file_id, name or "").name, ""
    except GeneweaveError as fault:
        return True, no_update, str(fault)


def _modal(name: str, title: str, inside: list) -> dmc.Modal:
    return dmc.Modal(html.Div(inside, className="gw-stack"), id=name, title=title, size="md", zIndex=300,
                     closeButtonProps={"aria-label": "Close"})


def _button(word: str, name: str, drawing: str) -> html.Button:
    return html.Button([icon(drawing), word], id=name, className="gw-button-quiet", type="button")

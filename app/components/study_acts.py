"""What can be done with a study on its card: edit, copy, export, delete; and the import of a study file."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update, set_props

from app import ids
from app.components.alert import alert
from app.components.page_header import icon
from app.components.study_switch import study_choices
from app.errors import note
from app.maps import maps
from app.words import listing, plural
from engine.errors import GeneweaveError, InvalidStudy
from engine.io.study_file import parse_study, study_text
from engine.library import files_outside

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.services import Services
    from engine.jobs.record import Job
    from engine.types import Study

LARGEST = 1_000_000  # bytes of a study file


def act_buttons(study: Study, *, own: bool) -> html.Div:
    """The quiet buttons of a card; a study that ships can be copied and exported."""
    edit = dcc.Link([icon("edit"), "Edit"], href=f"/studies/{study.name}", className="gw-button-small",
                    title=f"Edit {study.title}")
    copy = _button(study, "copy", "copy", "Copy")
    export = _button(study, "export", "save", "Export", f"Export {study.title} as a TOML file")
    delete = _button(study, "delete", "trash", "Delete")
    return html.Div([edit, copy, export, delete] if own else [copy, export], className="gw-row gw-nowrap study-acts")


def import_button() -> dcc.Upload:
    """Opens a study file of this machine."""
    look = html.Button([icon("upload"), "Import a study file"], className="gw-button-quiet", type="button",
                       title="Import a study file (TOML)")
    return dcc.Upload(look, id="study-import", accept=".toml", className="study-import", style_active={})


def dialogs() -> list[Any]:
    """What asks before a deletion, and what hands out files."""
    ask = dmc.Modal(html.Div(id="study-delete-body", className="gw-stack"), id="study-delete", title="Delete a study",
                    size="md", centered=True, closeButtonProps={"aria-label": "Close"})
    return [ask, dcc.Store(id="study-delete-name"), dcc.Download(id="study-download")]


def delete_body(services: Services, study: Study) -> list[Any]:
    """What goes with a study and what stays; the buttons."""
    found, jobs = maps(services, study.name), active_jobs(services, study.name)
    goes = f"'{study.title}' will be deleted: which datasets it has, their roles and limits."
    if jobs:
        goes += f" {plural(len(jobs), 'job').capitalize()} for it will be cancelled."
    too = html.Div(dmc.Checkbox(id="study-delete-maps", checked=False,
                                label=f"Delete its {plural(len(found), 'map')} too",
                                description="Maps that stay can be opened by their address alone."), hidden=not found)
    buttons = html.Div([
        html.Button("Keep the study", id="study-delete-no", className="gw-button-quiet", type="button"),
        html.Button([icon("trash"), "Delete the study"], id="study-delete-yes", className="gw-button study-danger",
                    type="button"),
    ], className="gw-row study-dialog-end")  # fmt: skip
    return [html.P(goes), html.P("The files that it reads stay on the Data page.", className="gw-muted"), too, buttons]


def delete_study(services: Services, name: str, *, with_maps: bool) -> str:
    """Delete a study, cancel its jobs, and its maps when asked; a sentence of what went."""
    title, found = services.library.study(name).title, maps(services, name)
    services.library.delete(name)
    for job in active_jobs(services, name):
        services.jobs.cancel(job.id)
    for stored in found if with_maps else []:
        services.store.delete(stored.id)
    too = f", with {plural(len(found), 'map')}" if with_maps and found else ""
    return f"{title} is deleted{too}."


def active_jobs(services: Services, study: str) -> list[Job]:
    """The jobs of a study that wait or run."""
    return [job for job in services.jobs.list() if job.active and job.params.get("study") == study]


def import_study(services: Services, file: str, content: str) -> Study:
    """Keep the study in an uploaded TOML file, as the browser hands it over.

    A browser may be anybody's: a study that comes through it reads no file of this machine but those brought here.

    Raises
    ------
    InvalidStudy
        When the file is too large, or no study, or names a file of this machine outside Geneweave's folder.
    """
    try:
        text = base64.b64decode(content.partition(",")[2], validate=True)
    except binascii.Error as error:
        raise InvalidStudy(f"'{file}' did not arrive whole. Import it again.") from error
    if len(text) > LARGEST:
        raise InvalidStudy(f"'{file}' has {len(text) / 1e6:.3g} MB, and a study file has at most 1 MB. "
                           "Matrices are brought on the Data page.")
    study = parse_study(text, folder=Path(services.settings.home) / "studies", file=Path(file).name)
    if outside := files_outside(study, Path(services.settings.home)):
        raise InvalidStudy(
            f"A study that is imported here uses files from the Data page, and this one names {listing(outside)}. "
            f"Bring them there and make the study anew, or put the study file into {services.settings.home}/studies."
        )
    return services.library.add(replace(study, title=study.title.strip() or study.name))


def register_acts(app: Dash, services: Services, layout: Callable) -> None:
    """Copy, export, import and delete; `layout(services, show)` builds the page anew."""
    _register_delete(app, services, layout)

    @app.callback(
        Output(ids.STUDY, "data", allow_duplicate=True), Output(ids.URL, "pathname", allow_duplicate=True),
        Input(_act(ALL, "copy"), "n_clicks"), prevent_initial_call=True,
    )
    def copy(clicks):
        if not any(filter(None, clicks)):
            return no_update, no_update
        study = services.library.study(ctx.triggered_id["study"])
        copied = services.library.copy(study.name, f"Copy of {study.title}")
        return study_choices(services), f"/studies/{copied.name}"

    @app.callback(Output("study-download", "data"), Input(_act(ALL, "export"), "n_clicks"), prevent_initial_call=True)
    def export(clicks):
        if not any(filter(None, clicks)):
            return no_update
        study = services.library.study(ctx.triggered_id["study"])
        return {"content": study_text(study), "filename": f"{study.name}.toml", "type": "application/toml"}

    @app.callback(
        Output("study-said", "children"), Output(ids.STUDY, "data", allow_duplicate=True),
        Output(ids.STUDY, "value", allow_duplicate=True), Output(ids.MAIN, "children", allow_duplicate=True),
        Output("study-import", "contents"),
        Input("study-import", "contents"), State("study-import", "filename"), prevent_initial_call=True,
    )
    def bring(content, file):
        if not content:
            return (no_update,) * 5
        try:
            study = import_study(services, file or "study.toml", content)
        except GeneweaveError as fault:
            return alert(f"Nothing was imported. {fault}"), no_update, no_update, no_update, None
        return no_update, study_choices(services), study.name, layout(services, study.name), no_update


def _register_delete(app: Dash, services: Services, layout: Callable) -> None:
    @app.callback(
        Output("study-delete", "opened"), Output("study-delete-body", "children"), Output("study-delete-name", "data"),
        Input(_act(ALL, "delete"), "n_clicks"), prevent_initial_call=True,
    )
    def ask(clicks):
        if not any(filter(None, clicks)):
            return no_update, no_update, no_update
        name = ctx.triggered_id["study"]
        return True, delete_body(services, services.library.study(name)), name

    @app.callback(Output("study-delete", "opened", allow_duplicate=True), Input("study-delete-no", "n_clicks"),
                  prevent_initial_call=True)
    def leave(clicks):
        return False if clicks else no_update

    @app.callback(
        Output(ids.STUDY, "data", allow_duplicate=True), Output(ids.STUDY, "value", allow_duplicate=True),
        Output(ids.MAIN, "children", allow_duplicate=True),
        Input("study-delete-yes", "n_clicks"), State("study-delete-name", "data"),
        State("study-delete-maps", "checked"), State(ids.STUDY, "value"), prevent_initial_call=True,
    )
    def delete(clicks, name, with_maps, shown):
        if not clicks:
            return (no_update,) * 3
        said = delete_study(services, name, with_maps=bool(with_maps))
        set_props(ids.NOTES, {"sendNotifications": [note(said)]})
        choices = study_choices(services)
        value = choices[0]["value"] if shown == name and choices else no_update
        return choices, value, layout(services)


def _button(study: Study, act: str, drawing: str, word: str, title: str = "") -> html.Button:
    return html.Button([icon(drawing), word], id=_act(study.name, act), className="gw-button-small", type="button",
                       title=title or f"{word} {study.title}")


def _act(study: Any, act: str) -> dict:
    return {"type": "study-act", "study": study, "act": act}

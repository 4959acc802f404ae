"""The dialog in which a person adds gene sets, a network or gene vectors of their own to the library."""

from __future__ import annotations

import base64
import binascii
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from app.components.alert import alert
from app.components.page_header import icon
from engine.errors import GeneweaveError, InvalidFile, InvalidParameter
from engine.knowledge.own import KINDS

if TYPE_CHECKING:
    from app.services import Services
    from engine.knowledge.registry import Entry

OPEN, DIALOG, KIND, NAME = "library-own-open", "library-own-dialog", "library-own-kind", "library-own-name"
FILE, CHOSEN, ADD, FAULT = "library-own-file", "library-own-chosen", "library-own-add", "library-own-fault"
ADDED = "library-own-added"  # dcc.Store, counts what was added or deleted
WORDS = {"gene sets": "Gene sets (GMT)", "TF targets": "Regulators and targets", "signalling": "Signalling",
         "gene vectors": "Gene vectors"}
FORMS = (
    "Gene sets: a GMT file, a line a set: name, description, genes, separated by tabs. Networks: a table whose first "
    "line names the columns source, target and, where it is known, sign (1, -1 or 0). Up to 20 MB of UTF-8 text. "
    "Gene vectors: a table gene × dimension as text (also gzipped), word2vec text, npz with the arrays genes and "
    "vectors, or h5ad. Up to 100 MB."
)


def own_button() -> html.Button:
    """Opens the dialog."""
    return html.Button([icon("plus"), "Add your own"], id=OPEN, className="gw-button-quiet", type="button")


def own_dialog() -> dmc.Modal:
    """File, kind and name, and the button that adds."""
    upload = dcc.Upload(html.Button([icon("file"), "Choose a file"], type="button", className="gw-button-quiet"),
                        id=FILE, className="lib-upload", style_active={}, style_reject={})
    body = html.Div([
        html.P(FORMS, className="gw-muted gw-small"),
        html.Div([upload, html.Span("No file chosen", id=CHOSEN, className="gw-muted gw-small")], className="gw-row"),
        dmc.Select(id=KIND, label="What it holds", value=KINDS[0], allowDeselect=False,
                   data=[{"value": kind, "label": WORDS[kind]} for kind in KINDS]),
        dmc.TextInput(id=NAME, label="Name", placeholder="What to call it in the library"),
        html.Div(id=FAULT, role="alert", className="lib-fault"),
        html.Div(html.Button("Add it", id=ADD, className="gw-button", type="button"), className="gw-row"),
    ], className="gw-stack")
    return dmc.Modal(body, id=DIALOG, opened=False, size="md", title="Add your own",
                     closeButtonProps={"aria-label": "Close"})


def add_own(services: Services, contents: str | None, filename: str | None, kind: str, name: str) -> Entry:
    """Take in what the browser sent: the file as a data address in base64.

    Raises
    ------
    InvalidParameter, InvalidFile
    """
    if not contents or not filename:
        raise InvalidParameter("A file is needed, found none. Choose one.")
    try:
        content = base64.b64decode(contents.partition(",")[2], validate=True)
    except binascii.Error as error:
        raise InvalidFile(f"'{filename}' did not arrive whole. Choose it again.") from error
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(filename).name or "file")
        path.write_bytes(content)
        return services.knowledge.add_own(path, kind, name or Path(filename).name.split(".")[0])


def register(app: Dash, services: Services) -> None:
    """The dialog opens, says which file was chosen, adds it, and closes; or says why not."""
    app.clientside_callback(
        ClientsideFunction("library", "open"),
        Output(DIALOG, "opened"), Output(FAULT, "children"), Input(OPEN, "n_clicks"), prevent_initial_call=True,
    )
    app.clientside_callback(
        "(name) => name ? [name, name.split('.')[0], ''] : ['No file chosen', dash_clientside.no_update, "
        "dash_clientside.no_update]",
        Output(CHOSEN, "children"), Output(NAME, "value"), Output(FAULT, "children", allow_duplicate=True),
        Input(FILE, "filename"), prevent_initial_call=True,
    )

    @app.callback(
        Output(DIALOG, "opened", allow_duplicate=True), Output(FAULT, "children", allow_duplicate=True),
        Output(ADDED, "data"), Output(FILE, "contents"), Output(FILE, "filename"),
        Output(NAME, "value", allow_duplicate=True),
        Input(ADD, "n_clicks"), State(FILE, "contents"), State(FILE, "filename"), State(KIND, "value"),
        State(NAME, "value"), State(ADDED, "data"), prevent_initial_call=True,
    )
    def add(_, contents, filename, kind, name, added) -> tuple[Any, ...]:
        try:
            add_own(services, contents, filename, kind, name)
        except GeneweaveError as fault:
            return no_update, alert(str(fault)), no_update, no_update, no_update, no_update
        return False, "", (added or 0) + 1, None, None, ""

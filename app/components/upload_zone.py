"""Where files and folders are dropped or chosen; `assets/upload*.js` sends them and shows how far they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from app.components.page_header import icon
from app.tus import PREFIX
from engine.files import GB
from engine.uploads import MOST_FILES

if TYPE_CHECKING:
    from app.services import Services

ZONE = "upload-zone"
MOUNT = "upload-mount"  # dcc.Store: its arrival on the page tells the browser to draw what is under way
ARRIVED = "data-arrived"  # dcc.Store that counts the files that came since the page was opened
LIVE = "upload-live"

PACKED = (".gz",)
TABLES = (".csv", ".tsv", ".txt")
ENDINGS = (".h5ad", ".h5mu", ".h5", ".loom", *TABLES, *(table + end for table in TABLES for end in PACKED),
           ".zip", ".tar", ".tar.gz", ".tgz")  # fmt: skip
FORMATS = (
    ("AnnData and MuData", ".h5ad, .h5mu"),
    ("10x", ".h5, a matrix folder, or that folder as .zip, .tar or .tar.gz"),
    ("Visium", "the folder of the sample"),
    ("Tables", ".csv, .tsv or .txt, also .gz"),
    ("Others", ".loom, zarr as .zip"),
)


def upload_zone(services: Services) -> html.Section:
    """The zone, what was refused, what is under way."""
    words = html.Div([html.H2("Drop files or folders here", id="upload-title"), formats()], className="up-words")
    choose = html.Div([
        html.Button([icon("file"), "Choose files"], id="upload-files", type="button", className="gw-button",
                    **{"data-upload": "files"}),
        html.Button([icon("folder"), "Choose a folder"], id="upload-folder", type="button",
                    className="gw-button-quiet", **{"data-upload": "folder"}),
    ], className="up-choose")  # fmt: skip
    return html.Section([
        dcc.Store(id=MOUNT, data=1), dcc.Store(id=ARRIVED),
        html.Div([html.Div(icon("upload"), className="up-sign"), words, choose], id=ZONE, className="up-zone",
                 **{"data-limits": json.dumps(limits(services))}),
        html.Div(id="upload-refused", role="alert"),
        html.Ul(id="upload-rows", className="up-rows", **{"aria-label": "Uploads under way"}),
        html.Div(id=LIVE, className="gw-hidden", role="status", **{"aria-live": "polite"}),
    ], **{"aria-labelledby": "upload-title"})  # fmt: skip


def formats() -> html.Dl:
    """What is understood, a line a kind."""
    return html.Dl([html.Div([html.Dt(name), html.Dd(endings)]) for name, endings in FORMATS], className="up-formats")


def limits(services: Services) -> dict:
    """What the browser refuses before anything is sent, and where it sends the rest."""
    settings = services.settings
    return {"endpoint": PREFIX, "endings": list(ENDINGS), "files": MOST_FILES,
            "one": int(float(settings.upload_gb) * GB), "all": int(float(settings.uploads_gb) * GB),
            "used": services.files.used()}  # fmt: skip


def register(app: Dash) -> None:
    """The browser draws what is under way when the page comes."""
    app.clientside_callback(ClientsideFunction("upload", "mount"), Output(MOUNT, "storage_type"),
                            Input(MOUNT, "data"))

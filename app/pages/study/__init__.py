"""One study as a form: which files, how each is split, which column plays which role, and limits for cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash, dcc, html

from app.components.alert import alert
from app.components.empty_state import empty_state
from app.components.page_header import page_header
from app.pages.study import acts, changes, picker
from app.pages.study.form import form
from app.pages.study.origins import NEW, first_origins, usable
from engine.errors import InvalidStudy

if TYPE_CHECKING:
    from app.services import Services

PATH = "/studies/<name>"
TITLE = "Study"

WHAT = (
    "A study compares datasets. Files become datasets here: one each, or one for every donor, condition or tissue in "
    "them. What the check understood is filled in; correct what is wrong."
)


def layout(services: Services, name: str, files: str = "") -> html.Div:
    """The form of a study of one's own, or of a new one from the files whose ids are in `files`."""
    study = None if name == NEW else services.library.study(name)
    if study and not services.library.own(name):
        raise InvalidStudy(f"'{study.title}' ships with Geneweave and stays as it is. Copy it on the Studies page, "
                           "and change the copy.")
    wanted = list(dict.fromkeys(filter(None, files.split(","))))
    origins, faults = first_origins(services, study, wanted)
    header = page_header(f"Edit {study.title}" if study else "New study", WHAT)
    said = html.Div([alert(text) for text in faults], className="gw-stack study-faults")
    if origins:
        body = form(services, study, origins)
    else:
        body = [picker.picker(services) if usable(services) else _empty()]
    return html.Div([html.Div(_back(), className="gw-back"), header, said, *body], className="gw-page study-form")


def register(app: Dash, services: Services) -> None:
    """Files come and go, parts follow the split, the summary follows everything, and the study is saved."""
    changes.register(app, services)
    acts.register(app, services)
    picker.register(app, services)


def _back() -> dcc.Link:
    """The way back to the list."""
    return dcc.Link("Back to Studies", href="/studies", className="gw-small")


def _empty() -> html.Div:
    return empty_state("There is no file to make a study of", "Bring count matrices on the Data page. Once their check "
                       "is through, they can be put together here.", "Open Data", "/data", drawing="list")

"""The files to begin a study with, when the address names none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from app import ids
from app.components.page_header import icon
from app.components.study_card import MODALITY
from app.pages.study.origins import usable
from app.words import plural

if TYPE_CHECKING:
    from app.services import Services
    from engine.io.report import Report


def picker(services: Services) -> html.Section:
    """A checkbox for each file that a study can use, and the button that goes on with those ticked."""
    boxes = [dmc.Checkbox(value=file.id, label=file.name, description=_about(report), size="sm")
             for file, report in usable(services)]
    group = dmc.CheckboxGroup(html.Div(boxes, className="study-picks"), id="study-picked", value=[],
                              label="Which files belong to the study?",
                              description="One is enough when it can be split, by donor for example.")
    go = html.Button([icon("arrow"), "Go on with these files"], id="study-go", className="gw-button", type="button",
                     disabled=True)
    more = dcc.Link("Bring more files", href="/data", className="gw-button-quiet")
    return html.Section([group, html.Div([go, more], className="gw-row")], className="gw-card gw-stack",
                        **{"aria-label": "Files of the study"})


def register(app: Dash, services: Services) -> None:
    """Ticking wakes the button; the button leads to the form."""

    @app.callback(Output("study-go", "disabled"), Input("study-picked", "value"))
    def wake(picked):
        return not picked

    @app.callback(Output(ids.URL, "search", allow_duplicate=True), Input("study-go", "n_clicks"),
                  State("study-picked", "value"), prevent_initial_call=True)
    def go(clicks, picked):
        return f"?files={','.join(picked)}" if clicks and picked else no_update


def _about(report: Report) -> str:
    words = [MODALITY.get(report.guess("modality"), ""), report.guess("species"), report.guess("tissue")]
    known = ", ".join(word for word in words if word)
    row = "perturbation" if report.guess("modality") == "effects" else "cell"
    return " · ".join(filter(None, [plural(report.n_cells, row), plural(report.n_genes, "gene"), known]))

"""Jobs: everything that was asked for, newest first, with how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from app.components.empty_state import empty_state
from app.components.job_card import STATES, differences, job_title, state_tag, study_titles
from app.components.page_header import page_header
from app.words import duration, elapsed, percent, plural, when

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job

PATH = "/jobs"
TITLE = "Jobs"

ALL = "all"
ACTIVE = "active"
HEAD = ("Job", "State", "Progress", "Started", "Took", "Device")


def layout(services: Services) -> html.Div:
    """Filters over a table that keeps itself up to date."""
    jobs = services.jobs.list()
    return html.Div([
        page_header(TITLE, "Long work runs here, and goes on when you close the page."),
        dcc.Interval(id="jobs-pulse", interval=2000), dcc.Store(id="jobs-seen"),
        html.Div(_filters(), className="gw-spread gw-filters"),
        html.Div(jobs_table(jobs, study_titles(services)), id="jobs-table"),
    ], className="gw-page")


def jobs_table(jobs: list[Job], titles: dict[str, str], *, filtered: bool = False) -> Any:
    """A row a job; without jobs, what the page will show and the way there."""
    if not jobs and not filtered:
        return empty_state("No job yet", "Every map that is being made, or was made, is listed here with its progress, "
                           "its log and its result.", "Open Studies", "/studies", drawing="list")
    if not jobs:
        nothing = "No job like that. Choose another state or clear the text."
        return html.Div(html.P(nothing), className="gw-card gw-empty")
    head = html.Thead(html.Tr([html.Th(word, className="gw-num" if word == "Took" else "") for word in HEAD]))
    rows = html.Tbody([_row(job, job_title(job, titles)) for job in jobs])
    return html.Div(html.Table([head, rows], className="gw-table gw-jobs"), className="gw-card gw-flush gw-scroll")


def chosen(jobs: list[Job], titles: dict[str, str], *, state: str, text: str) -> list[Job]:
    """Jobs in a state whose title, study, settings, stage or device hold the text."""
    wanted = (text or "").strip().lower()
    right_state = {ALL: lambda job: True, ACTIVE: lambda job: job.active}.get(state, lambda job: job.status == state)
    return [job for job in jobs if right_state(job) and wanted in _words(job, titles)]


def register(app: Dash, services: Services) -> None:
    """The table follows the filters and the jobs, and is sent only when something changed."""

    @app.callback(
        Output("jobs-table", "children"), Output("jobs-seen", "data"), Output("jobs-count", "children"),
        Input("jobs-pulse", "n_intervals"), Input("jobs-state", "value"), Input("jobs-text", "value"),
        State("jobs-seen", "data"),
    )
    def refresh(_, state, text, seen):
        jobs, titles = services.jobs.list(), study_titles(services)
        shown = chosen(jobs, titles, state=state, text=text)
        now = [state, text, *([job.id, job.status, job.stage, percent(job.fraction)] for job in shown),
               [when(job.started) for job in shown]]
        if now == seen:
            return no_update, no_update, no_update
        return jobs_table(shown, titles, filtered=bool(jobs)), now, plural(len(shown), "job")


def _filters() -> list[Any]:
    states = [{"value": ALL, "label": "All"}, {"value": ACTIVE, "label": "Active"},
              *({"value": s, "label": STATES[s][0]} for s in ("done", "failed", "cancelled"))]
    return [
        dmc.SegmentedControl(id="jobs-state", data=states, value=ALL, size="sm", **{"aria-label": "State of the jobs"}),
        html.Div([
            html.Span(id="jobs-count", className="gw-muted gw-small"),
            dmc.TextInput(id="jobs-text", placeholder="Filter by words", size="sm", w=240, debounce=200,
                          **{"aria-label": "Filter jobs by words"}),
        ], className="gw-row"),
    ]


def _row(job: Job, title: str) -> html.Tr:
    took = duration(elapsed(job.started, job.finished)) if job.started else "–"
    name = [dcc.Link(title, href=f"/jobs/{job.id}", className="gw-name"),
            html.Div(job.stage if job.active else differences(job), className="gw-muted gw-small")]
    cells = [name, state_tag(job.status), _progress(job, title), when(job.started), took, job.device or "–"]
    return html.Tr([html.Td(cell, className="gw-num" if word == "Took" else "")
                    for word, cell in zip(HEAD, cells, strict=True)])


def _progress(job: Job, title: str) -> Any:
    share = percent(1.0 if job.status == "done" else job.fraction)
    bar = html.Progress(
        value=f"{100 * job.fraction:.0f}", max="100", **{"aria-label": f"{share} of {title}"},
        className=f"gw-progress gw-progress-short{'' if job.active else ' gw-progress-ended'}",
    )
    return html.Div([bar, html.Span(share)], className="gw-row gw-nowrap")


def _words(job: Job, titles: dict[str, str]) -> str:
    said = [job_title(job, titles), job.params.get("study", ""), differences(job), job.stage, job.device]
    return " ".join(said).lower()

"""One file: what the check found, what to mend, which cells to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from app.components.empty_state import empty_state
from app.components.job_card import job_card
from app.components.page_header import icon
from app.pages.data_file import acts, download, limits
from app.pages.data_file.contents import columns_table, preview_table
from app.pages.data_file.found import understood, verdict_card
from app.pages.data_file.problems import ACT, act_id, problems_card, with_mends
from engine.errors import UnknownName
from engine.jobs.submit import CHECK, submit_check

if TYPE_CHECKING:
    from app.services import Services
    from engine.files import DataFile
    from engine.jobs.record import Job

PATH = "/data/files/<file>"
TITLE = "File"


def layout(services: Services, file: str) -> html.Div:
    """Everything that is known of a file now; while it is checked, the check's progress."""
    try:
        found = services.files.get(file)
    except UnknownName as error:
        return html.Div(empty_state("There is no such file", str(error), "Open Data", "/data", drawing="list", level=1),
                        className="gw-page")
    return html.Div([
        dcc.Store(id="file-id", data=file), dcc.Store(id="file-seen", data=seen(newest_check(services, file))),
        html.P(dcc.Link("← All files", href="/data"), className="gw-small gw-back"),
        acts.header(found),
        html.Div(body(services, found), id="file-body", className="gw-stack"),
        *acts.dialogs(services, found),
    ], className="gw-page")


def body(services: Services, file: DataFile) -> list[Any]:
    """The running or failed check, and the last report with what can be done about it."""
    job, report = newest_check(services, file.id), services.files.report(file.id)
    if job and job.active:
        return [_checking(job, "Checking the file"), *_bones()]
    broken = job is not None and job.status in ("failed", "cancelled")
    failed = [_checking(job, "The last check did not end well")] if broken else []
    if report is None:
        return failed or [_unchecked()]
    verdict = verdict_card(file, report, downloadable=services.files.matrix(file.id).is_file())
    if not report.n_cells and not report.n_genes:
        return [*failed, verdict, problems_card(file, report)]
    return [
        *failed, verdict,
        html.Div([understood(report), problems_card(file, report)], className="file-split"),
        *limits.section(services, file.id), columns_table(report), *preview_table(report),
    ]  # fmt: skip


def newest_check(services: Services, file_id: str) -> Job | None:
    """The latest check of a file."""
    return next((job for job in services.jobs.list(kind=CHECK) if job.params.get("file") == file_id), None)


def seen(job: Job | None) -> str:
    """What the page shows of the check, to tell whether it must be drawn anew."""
    return "" if job is None else f"{job.id} {'active' if job.active else job.status}"


def act(services: Services, file_id: str, what: str, fix: str) -> None:
    """Choose which mends apply, then check the file again."""
    file, report = services.files.get(file_id), services.files.report(file_id)
    submit_check(services.jobs, services.files.set_fixes(file_id, with_mends(file, report, what, fix)))


def register(app: Dash, services: Services) -> None:
    """The page follows its check; buttons mend, undo and check again."""

    @app.callback(
        Output("file-body", "children"), Output("file-seen", "data"),
        Input({"type": "job-status", "job": ALL}, "data"), Input(act_id(ALL, ALL, ALL), "n_clicks"),
        State("file-id", "data"), State("file-seen", "data"), prevent_initial_call=True,
    )
    def follow(_, __, file_id, shown):
        asked = ctx.triggered_id
        if asked and asked.get("type") == ACT and any(given["value"] for given in ctx.triggered):
            act(services, file_id, asked["do"], asked["fix"])
        now = seen(newest_check(services, file_id))
        return (no_update, no_update) if now == shown else (body(services, services.files.get(file_id)), now)

    for part in (acts, download, limits):
        part.register(app, services)


def _checking(job: Job, title: str) -> html.Section:
    return html.Section([html.H2(title), job_card(job)], className="gw-card file-check", **{"aria-label": title})


def _bones() -> list[html.Div]:
    return [html.Div(className=f"gw-bone {size}", **{"aria-hidden": "true"}) for size in ("file-bone", "file-bone")]


def _unchecked() -> html.Section:
    check = html.Button([icon("play"), "Check the file"], className="gw-button", type="button",
                        id=act_id("check", ""))
    words = "The check says in seconds what is in the file, whether a study can use it, and what can be mended."
    return html.Section([html.H2("This file has not been checked yet"), html.P(words, className="gw-muted"),
                         html.Div(check, className="gw-row")], className="gw-card gw-stack")  # fmt: skip

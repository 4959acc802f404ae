"""A job in place: stage, per cent, time left, cancel; when it has ended, what came of it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, dcc, html, no_update

from app.components.alert import alert
from app.components.page_header import icon
from app.words import duration, elapsed, percent
from engine.jobs.submit import (
    BENCHMARK,
    CALIBRATE,
    CAUSES,
    CHECK,
    COMPARE,
    EMBED,
    ENRICH,
    FETCH,
    KNOCKOUT,
    LEARN,
    NETWORKS,
    RANK,
)
from engine.jobs.table import JobTable
from engine.params import EmbedParams

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job

STATES = {
    "queued": ("Waiting", "clock", ""),
    "running": ("Running", "spin", " gw-tag-live"),
    "done": ("Done", "check", " gw-tag-good"),
    "failed": ("Failed", "warning", " gw-tag-bad"),
    "cancelled": ("Cancelled", "none", ""),
}

# what a finished job of each kind leads to: words and address
RESULT = {
    EMBED: (("Open the map", "/atlas?map={}"), ("See its quality", "/quality?map={}")),
    NETWORKS: (("See the networks", "/data/networks?study={}"),),
    BENCHMARK: (("See the comparison", "/quality?study={}"),),
    COMPARE: (("See what changed", "/compare?contrast={}"),),
    CAUSES: (("See the causes", "/causes?explanation={}"),),
    KNOCKOUT: (("Knock out genes", "/knockout?model={}"),),
    LEARN: (("Knock out genes", "/knockout?model={}"),),
    RANK: (("See the ranking", "/knockout?rank={}"),),
    CHECK: (("See what was found", "/data/files/{}"),),
    FETCH: (("Open the library", "/data/library"),),
    CALIBRATE: (("Open Studies", "/studies"),),
    ENRICH: (("See what they do", "/enrichment?result={}"),),
}
LOOKS = ("gw-button", "gw-button-quiet")

DO = {"cancel": JobTable.cancel, "retry": JobTable.retry}


def state_tag(status: str) -> html.Span:
    """The state as word, drawing and colour."""
    word, drawing, tone = STATES[status]
    return html.Span([icon(drawing), word], className=f"gw-tag{tone}")


def job_card(job: Job, *, link: bool = True) -> html.Div:
    """Bar, line and buttons of a job, which keep themselves up to date while it is active.

    Parameters
    ----------
    link
        Whether to lead to the job's own page.
    """
    tag = html.Span(state_tag(job.status), id=_id("tag", job.id))
    bar = html.Progress(id=_id("bar", job.id), value=_done(job), max="100", className="gw-progress",
                        **{"aria-label": "Progress"})
    more = [dcc.Link("Details", href=f"/jobs/{job.id}", className="gw-button-plain")] if link else []
    return html.Div([
        dcc.Store(id=_id("status", job.id), data=_phase(job)),
        dcc.Interval(id=_id("pulse", job.id), interval=1000, disabled=not job.active),
        html.Div([tag, html.Span(line(job), id=_id("line", job.id), className="gw-job-line")], className="gw-row"), bar,
        html.Div([html.Div(actions(job), id=_id("actions", job.id), className="gw-job-actions"), *more],
                 className="gw-row"),
    ], className="gw-job-card")


def line(job: Job) -> str:
    """The state of a job in a line: stage · per cent · time left."""
    if job.status == "queued":
        return "Waiting for a free worker" if job.attempts == 0 else "Waiting to go on"
    if job.status == "running":
        if job.cancel_requested:
            return "Stopping after this step"
        left = [f"about {duration(job.eta_seconds)} left"] if job.eta_seconds is not None else []
        return " · ".join([job.stage or "Starting", percent(job.fraction), *left])
    if job.started is None:
        return "Before it began"
    took = duration(elapsed(job.started, job.finished))
    return f"Took {took}" if job.status == "done" else f"After {took}"


def actions(job: Job) -> list[Any]:
    """What can be done about a job now."""
    if job.active:
        return [] if job.cancel_requested else [_button("Cancel", "cancel", job.id, "stop")]
    if job.status == "done":
        return [dcc.Link(word, href=address.format(job.result), className=look)
                for (word, address), look in zip(RESULT[job.kind], LOOKS, strict=False)]
    fault = [alert(job.error)] if job.error else []
    return [*fault, _button("Try again", "retry", job.id, "again")]


def register(app: Dash, services: Services) -> None:
    """Cards follow their jobs, cancel them and try them again."""

    @app.callback(
        Output(_id("tag", MATCH), "children"), Output(_id("bar", MATCH), "value"),
        Output(_id("line", MATCH), "children"),
        Output(_id("actions", MATCH), "children"), Output(_id("status", MATCH), "data"),
        Output(_id("pulse", MATCH), "disabled"),
        Input(_id("pulse", MATCH), "n_intervals"), Input(_button_id(MATCH, ALL), "n_clicks"),
        State(_id("status", MATCH), "data"), prevent_initial_call=True,
    )
    def follow(_, clicks, phase):
        job_id, wanted = ctx.triggered_id["job"], ctx.triggered_id.get("do")
        if wanted and any(clicks):
            DO[wanted](services.jobs, job_id)
        return changes(services.jobs.get(job_id), phase)


def changes(job: Job, phase: str) -> tuple:
    """Tag, bar, line, buttons, phase and whether to stop asking; buttons are left alone while the phase lasts."""
    now = _phase(job)
    buttons = no_update if now == phase else actions(job)
    return state_tag(job.status), _done(job), line(job), buttons, now, not job.active


def _phase(job: Job) -> str:
    return f"{job.status} {job.attempts}{' stopping' if job.cancel_requested else ''}" if job.active else job.status


def _done(job: Job) -> str:
    return f"{100 * (1.0 if job.status == 'done' else job.fraction):.1f}"


def _button(word: str, what: str, job_id: str, drawing: str) -> html.Button:
    return html.Button([icon(drawing), word], id=_button_id(job_id, what), className="gw-button-quiet", type="button")


def _button_id(job_id: Any, what: Any) -> dict:
    return {"type": "job-button", "job": job_id, "do": what}


def _id(what: str, job_id: Any) -> dict:
    return {"type": f"job-{what}", "job": job_id}


def study_titles(services: Services) -> dict[str, str]:
    """Title of each study by its name."""
    return {study.name: study.title for study in services.library.studies()}


def job_title(job: Job, titles: dict[str, str]) -> str:
    """The job's title, with the study called as on its card."""
    study = job.params.get("study", "")
    return job.title.replace(study, titles[study]) if study in titles else job.title


def differences(job: Job) -> str:
    """The settings in which a map differs from the default: `Epochs 60, Seed 3`; empty when in none."""
    if job.kind != EMBED:
        return ""
    params = EmbedParams.from_dict(job.params.get("params", {}))
    groups = [getattr(params, group.name) for group in fields(params)]
    return ", ".join(f"{f.metadata['label']} {getattr(group, f.name)}" for group in groups for f in fields(group)
                     if getattr(group, f.name) != f.default)

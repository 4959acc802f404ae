"""One job: its stages, progress, loss and log, live; cancel, try again, open the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, Dash, Input, Output, Patch, State, dcc, html, no_update

from app.components.empty_state import empty_state
from app.components.graph import graph
from app.components.job_card import differences, job_card, job_title, study_titles
from app.components.job_story import Story, facts_list, log_lines, stage_list
from app.components.page_header import page_header
from app.components.provenance import how_made
from app.figures.loss import history_losses, loss_extension, loss_figure
from app.maps import find_map
from engine.command import command
from engine.errors import GeneweaveError, UnknownName
from engine.jobs.submit import EMBED
from engine.params import EmbedParams

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job

PATH = "/jobs/<job_id>"
TITLE = "Job"


def layout(services: Services, job_id: str) -> html.Div:
    """Everything about one job, complete at first sight, then kept up to date."""
    try:
        job = services.jobs.get(job_id)
    except UnknownName as error:
        return html.Div(empty_state("There is no such job", str(error), "Open Jobs", "/jobs", drawing="list", level=1),
                        className="gw-page")
    story = Story.of(services.jobs.events(job_id))
    return html.Div([
        dcc.Store(id="job-seen", data=_seen(job, story)),
        html.P(dcc.Link("← All jobs", href="/jobs"), className="gw-small gw-back"),
        page_header(job_title(job, study_titles(services)), differences(job)),
        html.Div([_main_column(services, job, story), _side_column(job, story)], className="gw-job-split"),
    ], className="gw-page")


def losses_of(services: Services, job: Job, story: Story) -> list[dict[str, float]]:
    """The full history of the finished map; before that what the job has told."""
    try:
        stored = find_map(services, job.result) if job.status == "done" and job.result else None
    except GeneweaveError:
        stored = None
    return (history_losses(stored.facts["history"]) if stored else []) or list(story.losses)


def changes(services: Services, seen: dict) -> tuple:
    """Stages, facts, new lines of the log, figure or its extension, and what has now been seen."""
    job = services.jobs.get(seen["job"])
    story = Story.of(services.jobs.events(job.id))
    figure, extension = _curve_changes(services, job, story, seen)
    lines, log = log_lines(story, after=seen["seq"]), Patch()
    log.extend(lines)
    return (stage_list(story, job), facts_list(job), log if lines else no_update, figure, extension, _seen(job, story))


def register(app: Dash, services: Services) -> None:
    """The page follows the pulse and the state of the card on it."""

    @app.callback(
        Output("job-stages", "children"), Output("job-facts", "children"),
        Output("job-log", "children"), Output("job-loss", "figure"), Output("job-loss", "extendData"),
        Output("job-seen", "data"),
        Input({"type": "job-pulse", "job": ALL}, "n_intervals"), Input({"type": "job-status", "job": ALL}, "data"),
        State("job-seen", "data"), prevent_initial_call=True,
    )
    def follow(_, __, seen):
        return changes(services, seen)


def _main_column(services: Services, job: Job, story: Story) -> html.Div:
    learns = job.kind == EMBED
    curve = graph("job-loss", loss_figure(losses_of(services, job, story) if learns else []), name="loss")
    log = html.Div(html.Div(log_lines(story), id="job-log"), className="gw-log", tabIndex=0, role="log",
                   **{"aria-label": "Log"})
    return html.Div([
        html.Section(job_card(job, link=False), className="gw-card", **{"aria-label": "Progress"}),
        html.Section([html.H2("Loss over the epochs"), html.P(
            "How far the model is from its aims; it falls while it learns, and levels off when it has.",
            className="gw-muted gw-small"), curve], className="gw-card", hidden=not learns),
        html.Section([html.H2("Log"), log], className="gw-card"),
        html.Section(_made(job) if learns else html.Div(), className="gw-card gw-card-low", hidden=not learns),
    ], className="gw-stack")


def _side_column(job: Job, story: Story) -> html.Div:
    return html.Div([
        html.Section([html.H2("Stages"), html.Ol(stage_list(story, job), id="job-stages", className="gw-stages")],
                     className="gw-card"),
        html.Section([html.H2("Facts"), html.Dl(facts_list(job), id="job-facts", className="gw-facts")],
                     className="gw-card"),
    ], className="gw-stack")


def _made(job: Job) -> Any:
    params = EmbedParams.from_dict(job.params.get("params", {}))
    more = [("Job", html.Code(job.id))] + ([("Result", html.Code(job.result))] if job.result else [])
    return how_made(params, command(job.params.get("study", ""), params), more)


def _curve_changes(services: Services, job: Job, story: Story, seen: dict) -> tuple:
    if job.kind != EMBED:
        return no_update, no_update
    if job.status == "done" and seen["status"] != "done":
        return loss_figure(losses_of(services, job, story)), no_update
    new = [loss for loss in story.losses if loss["epoch"] > seen["epoch"]]
    if story.epoch < seen["epoch"]:
        return loss_figure(story.losses), no_update
    return no_update, loss_extension(new) if new else no_update


def _seen(job: Job, story: Story) -> dict:
    return {"job": job.id, "seq": story.seq, "epoch": story.epoch, "status": job.status}

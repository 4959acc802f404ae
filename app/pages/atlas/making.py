"""The Atlas without a map: what it will show, one button, and the work in place until the map is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dash import Dash, Input, Output, State, dcc, html, no_update

from app import maps
from app.components import atlas_ids as ids
from app.components.alert import alert
from app.components.job_card import job_card
from app.forecasts import forecast_of, timing
from engine.errors import GeneweaveError
from engine.jobs.submit import EMBED, submit_embed
from engine.profiles import FAST

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job
    from engine.types import Study


def no_map(services: Services, study: str) -> html.Div:
    """Drawing, sentence and button; or the work, when it is under way already."""
    try:
        wanted = services.library.study(study) if study else services.library.studies()[0]
    except (GeneweaveError, IndexError) as error:
        words = str(error) if isinstance(error, GeneweaveError) else "There is no study yet. Open Studies to add one."
        return html.Div(alert(words), className="gw-page atlas-empty")
    job = active(services, wanted.name)
    names = ", ".join(source.name for source in wanted.datasets)
    return html.Div([
        html.Div(className="gw-drawing gw-drawing-map"), html.H1(f"The gene map of {wanted.title}"),
        html.P("Every point will be a gene in one of "
               f"{len(wanted.datasets)} datasets ({names}). Genes that keep company in the cells lie close: "
               "colour them, search them, open their cards, select groups and take them away."),
        html.Div(job_card(job) if job else _button(wanted), id=ids.MAKING, className="atlas-making"),
        html.P("", id=ids.MAKING_TIME, className="gw-small"),
        dcc.Store(id=ids.MAKING_STUDY, data=wanted.name),
        dcc.Store(id=ids.MAKING_JOB, data=job.id if job else ""),
        dcc.Interval(id=ids.MAKING_PULSE, interval=1000),
    ], className="gw-empty atlas-empty")  # fmt: skip


def _button(study: Study) -> html.Button:
    return html.Button(f"Make the map of {study.title}", id=ids.MAKE, type="button", className="gw-button",
                       value=study.name)


def time_needed(services: Services, study: str) -> str:
    """How long the map will take by the standard settings, or that this is being found out; memory that is short."""
    of = timing(services)
    found = forecast_of(services, services.library.study(study), FAST, of)
    words = of.words(found)
    said = f"It takes {words} on this machine." if words.startswith("about") else f"{words.capitalize()}."
    return f"{said} {found.shortage()}" if found and not found.fits else said


def active(services: Services, study: str) -> Job | None:
    """The job that makes the map of a study, when one waits or runs."""
    jobs = services.jobs.list(kind=EMBED)
    return next((job for job in jobs if job.active and job.params.get("study") == study), None)


def register(app: Dash, services: Services, *, show: Callable[..., html.Div]) -> None:
    """A click makes a job; when it is done its map takes the place of this, without a reload."""

    @app.callback(Output(ids.MAKING, "children"), Output(ids.MAKING_JOB, "data"), Input(ids.MAKE, "n_clicks"),
                  State(ids.MAKE, "value"), prevent_initial_call=True)
    def make(clicks, study):
        if not clicks:
            return no_update, no_update
        try:
            services.library.study(study)
            job = submit_embed(services.jobs, study, FAST)
        except GeneweaveError as error:
            return alert(str(error)), ""
        return job_card(job), job.id

    @app.callback(Output(ids.ROOT, "children"), Input(ids.MAKING_PULSE, "n_intervals"), State(ids.MAKING_JOB, "data"),
                  prevent_initial_call=True)
    def arrive(_, job_id):
        job = services.jobs.get(job_id) if job_id else None
        if job is None or job.status != "done":
            return no_update
        return show(services, maps.find_map(services, job.result), {})

    @app.callback(Output(ids.MAKING_TIME, "children"), Input(ids.MAKING_PULSE, "n_intervals"),
                  State(ids.MAKING_STUDY, "data"), State(ids.MAKING_JOB, "data"), State(ids.MAKING_TIME, "children"))
    def tell(_, study, job, said):
        if said and said.startswith("It takes") and not job:
            return no_update
        words = "" if job else time_needed(services, study)
        return words if words != said else no_update

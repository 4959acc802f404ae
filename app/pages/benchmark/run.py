"""What of the trials is missing, and the button that runs it; the job in its place while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from app.components.alert import alert
from app.components.job_card import job_card
from app.components.page_header import icon
from app.pages.benchmark.ids import run_id
from app.trials import PARAMS, Trials, faults_of, lacking, wanted
from app.words import plural, thin
from engine.jobs.submit import submit_trial
from engine.trials import contestants

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job
    from engine.types import Study

SEEDS = ("1", "3", "5")
WILL_SHOW = (
    "Every method learns from some of the perturbations and foretells the others: which is better, for which kind of "
    "perturbation, by how much, and whether any of them knows more than the mean of the screen."
)
Want = dict[str, Any]  # seeds (text), networks, ablations


def run_parts(services: Services, found: Trials, job: Job | None) -> list[Any]:
    """The active job, else what failed last time and the choice of what to run."""
    if job and job.active:
        return [html.Div(job_card(job), className="quality-job")]
    want = asked_before(job)
    failed = [job_card(job)] if job and job.status == "failed" else []
    faults = [alert(thin(text)) for text in faults_of(services, job)] if not failed else []
    if not found.ids:
        return [*failed, *faults, html.Div([
            html.Div(className="gw-drawing gw-drawing-chart"), html.H2("Nothing has been tried yet"), html.P(WILL_SHOW),
            form(found, want),
        ], className="gw-empty quality-empty")]  # fmt: skip
    return [*failed, *faults, form(found, want)]


def asked_before(job: Job | None) -> Want:
    """The seeds and kinds of the last trials, which the form keeps; three seeds and no networks before the first."""
    n = str(len(job.params["seeds"])) if job else "3"
    kinds = {contestants()[name].kind for name in job.params["methods"] if name in contestants()} if job else set()
    return {"seeds": n if n in SEEDS else "3", "networks": "network" in kinds, "ablations": "ablation" in kinds}


def form(found: Trials, want: Want) -> html.Div:
    """Seeds, networks and ablations to run, how much of it is missing, and the button."""
    kinds = {one.kind for one in contestants().values()}
    seeds = dmc.SegmentedControl(id=run_id("seeds"), value=want["seeds"], size="xs",
                                 data=[{"value": n, "label": plural(int(n), "seed")} for n in SEEDS])
    run = html.Button([icon("play"), "Run what is missing"], id=run_id("run"), className="gw-button", type="button")
    return html.Div([
        html.Div(seeds, role="group", **{"aria-label": "How many seeds"}),
        _switch("networks", "Networks", want["networks"], "GRAPE and a network after GEARS: minutes to hours a seed",
                hidden="network" not in kinds),
        _switch("ablations", "GRAPE without its parts", want["ablations"],
                "GRAPE once more without each of its parts, to see what the part is worth",
                hidden="ablation" not in kinds),
        run, html.Span(need_words(found, want), id=run_id("need"), className="gw-muted gw-small"),
    ], className="gw-row quality-form")  # fmt: skip


def need_words(found: Trials, want: Want) -> str:
    """How many trials are missing."""
    names, seeds = wanted(n_seeds=int(want["seeds"]), networks=want["networks"], ablations=want["ablations"])
    missing, all_of = lacking(found, names, seeds), plural(len(names) * len(seeds), "trial")
    if not missing:
        return f"All {all_of} are there."
    return f"{len(missing)} of {all_of} still to run; you can go on working meanwhile."


def want_of(seeds: str, ticks: list[bool]) -> Want:
    """What the form asks for; `ticks` are its switches in order."""
    networks, ablations = map(bool, ticks)
    return {"seeds": seeds, "networks": networks, "ablations": ablations}


def submit(services: Services, study: Study, split: str, want: Want) -> Job:
    """Ask for the trials; the job that is already active for them, or a new one."""
    names, seeds = wanted(n_seeds=int(want["seeds"]), networks=want["networks"], ablations=want["ablations"])
    return submit_trial(services.jobs, study.name, PARAMS, names, split=split, seeds=list(seeds))


def _switch(name: str, label: str, on: bool, about: str, *, hidden: bool) -> html.Span:
    switch = dmc.Switch(id=run_id("also", name=name), checked=on and not hidden, label=label, size="xs")
    return html.Span(switch, title=about, hidden=hidden)

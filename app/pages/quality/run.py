"""What of a comparison is missing, and the button that runs it; the job in its place while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from app.comparisons import Comparison, comparison_of, faults_of, lacking, taking, wanted
from app.components.alert import alert
from app.components.job_card import job_card
from app.components.page_header import icon
from app.components.parameter_form import need_table, own_tables
from app.words import duration, plural
from engine.benchmark import read_score
from engine.contenders import CONTENDERS
from engine.jobs.submit import submit_benchmark
from engine.params import EmbedParams

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job
    from engine.types import Study

OWNER = "page"
SEEDS = ("1", "3", "10")
WILL_SHOW = (
    "The map's method beside every rival by one protocol: which is better, on which measure, by how much, and whether "
    "random vectors do as well."
)
Want = dict[str, Any]  # seeds (text), parts, tests, vectors (name of own ones, or empty)


def run_parts(services: Services, found: Comparison, job: Job | None) -> list[Any]:
    """The active job, else what failed last time and the choice of what to run."""
    if job and job.active:
        return [html.Div(job_card(job), className="quality-job")]
    want = asked_before(job) | {"vectors": found.params.method.vectors}
    failed = [job_card(job)] if job and job.status == "failed" else []
    faults = [alert(text) for text in faults_of(services, job)] if not failed else []
    if not found.scores:
        return [*failed, *faults, html.Div([
            html.Div(className="gw-drawing gw-drawing-chart"), html.H3("No comparison yet"), html.P(WILL_SHOW),
            form(services, found, want),
        ], className="gw-empty quality-empty")]  # fmt: skip
    return [*failed, *faults, form(services, found, want)]


def asked_before(job: Job | None) -> Want:
    """The seeds and parts of the last comparison, which the form keeps; three seeds before the first."""
    n = str(len(job.params["seeds"])) if job else "3"
    parts = bool(job) and any(CONTENDERS[name].kind == "ablation" for name in job.params["methods"]
                              if name in CONTENDERS)  # fmt: skip
    return {"seeds": n if n in SEEDS else "3", "parts": parts, "tests": False, "vectors": ""}


def form(services: Services, found: Comparison, want: Want) -> html.Div:
    """Seeds, parts, tests and own vectors to run, how much of it is missing, and the button."""
    seeds = dmc.SegmentedControl(
        id={"type": "quality-seeds", "owner": OWNER}, value=want["seeds"], size="xs",
        data=[{"value": n, "label": plural(int(n), "seed")} for n in SEEDS])
    parts = dmc.Switch(id=_also("parts"), checked=want["parts"], label="Parts of the model", size="xs")
    tests = dmc.Switch(id=_also("tests"), checked=False, label="Gene-level tests", size="xs")
    run = html.Button([icon("play"), "Run what is missing"], id={"type": "quality-run", "owner": OWNER},
                      className="gw-button", type="button")
    need = html.Span(need_words(services, found, want), id={"type": "quality-need", "owner": OWNER},
                     className="gw-muted gw-small")
    return html.Div([
        html.Div(seeds, role="group", **{"aria-label": "How many seeds"}),
        html.Span(parts, title="MuSe-GNN once more without each of its parts, to see what the part is worth"),
        html.Span(tests, title="Whether what a gene is known for can be read from its vector"),
        *_vectors(services, want["vectors"]), run, need,
    ], className="gw-row quality-form")  # fmt: skip


def need_words(services: Services, found: Comparison, want: Want) -> str:
    """How many scores are missing, and about how long they take where that is known from others."""
    names, seeds = wanted(found.params, n_seeds=int(want["seeds"]), ablations=want["parts"])
    missing = lacking(found, names, seeds, tasks=want["tests"])
    if not missing:
        return f"All {plural(len(names) * len(seeds), 'score')} are there."
    told = f"{len(missing)} of {plural(len(names) * len(seeds), 'score')} still to run"
    known = {name: read_score(score, store=services.store)["seconds"] for (name, _), score in found.scores.items()}
    if want["tests"] or not {name for name, _ in missing} <= set(known):
        return f"{told}; you can go on working meanwhile."
    return f"{told}: about {duration(sum(known[name] for name, _ in missing))} of learning."


def submit(services: Services, study: Study, params: EmbedParams, want: Want) -> Job:
    """Ask for the comparison; the job that is already active for it, or a new one.

    Raises
    ------
    InvalidParameter
        When the vectors wanted are neither of the library nor those of `params`.
    """
    need_table(want["vectors"], _tables(services, params.method.vectors))
    params = taking(params, want["vectors"])
    names, seeds = wanted(params, n_seeds=int(want["seeds"]), ablations=want["parts"])
    return submit_benchmark(services.jobs, study.name, params, names, seeds=list(seeds), tasks=want["tests"])


def need_for(services: Services, study: Study, params: EmbedParams, want: Want) -> str:
    """`need_words` of the choice in the form."""
    need_table(want["vectors"], _tables(services, params.method.vectors))
    found = comparison_of(services, study, taking(params, want["vectors"]), tasks=want["tests"])
    return need_words(services, found, want)


def want_of(seeds: str, ticks: list[bool], vectors: list[str | None] = ()) -> Want:
    """What the form asks for; `ticks` are its switches in order, `vectors` its choice of vectors, if there is one."""
    parts, tests = map(bool, ticks)
    return {"seeds": seeds, "parts": parts, "tests": tests, "vectors": next(iter(vectors), "") or ""}


def _vectors(services: Services, chosen: str) -> list[Any]:
    """The choice of gene vectors to compare with the methods; nothing where there are none."""
    tables = _tables(services, chosen)
    if not tables:
        return []
    data = [{"value": name, "label": f"Vectors from {title}"} for name, title in tables.items()]
    return [dmc.Select(id={"type": "quality-vectors", "owner": OWNER, "name": "vectors"}, data=data, value=chosen,
                       placeholder="No vectors from elsewhere", clearable=True, size="xs", w=230,
                       **{"aria-label": "Vectors from elsewhere"})]


def _tables(services: Services, given: str) -> dict[str, str]:
    """Own gene vectors, and the table that the settings of a map name, which a command may have given as a path."""
    return {**({given: Path(given).name} if given else {}), **own_tables(services)}


def _also(name: str) -> dict[str, str]:
    return {"type": "quality-also", "owner": OWNER, "name": name}

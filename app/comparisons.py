"""What the store holds of a comparison of methods on a study, as pages tell it; nothing is computed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.comparison import (
    NOT_SCORED,
    Key,
    has_vectors,
    long_table,
    scores_there,
    task_rows,
    tasks_there,
)
from engine.contenders import ABLATIONS, CONTENDERS, choose
from engine.jobs.submit import BENCHMARK
from engine.knowledge import GENE_VECTORS
from engine.params import EmbedParams, TrainParams

if TYPE_CHECKING:
    from app.maps import StoredMap
    from app.services import Services
    from engine.jobs.record import Job
    from engine.types import Study

SEEDS = range(10)  # that pages look for


@dataclass(frozen=True)
class Comparison:
    """Stored scores and gene-level tasks of a study under one set of parameters, by contender and seed."""

    params: EmbedParams
    scores: dict[Key, str]
    tasks: dict[Key, str] = field(default_factory=dict)

    @property
    def seeds(self) -> list[int]:
        return sorted({seed for _, seed in self.scores})

    @property
    def methods(self) -> list[str]:
        """Names of the contenders with a score, in the order of the table."""
        there = {name for name, _ in self.scores}
        return [name for name in CONTENDERS if name in there]


def settings_of(stored: StoredMap | None) -> EmbedParams:
    """The settings that methods are compared under: those of the map in view, else the defaults; any seed."""
    params = EmbedParams.from_dict(stored.facts["params"]) if stored else EmbedParams()
    return replace(params, training=replace(params.training, seed=TrainParams().seed))


def with_vectors(services: Services, params: EmbedParams, job: Job | None) -> EmbedParams:
    """`params` with the gene vectors of the library that the last comparison took in, while they are there."""
    asked = job.params["params"]["method"].get("vectors", "") if job else ""
    own = {entry.name for entry in services.knowledge.own(GENE_VECTORS)}
    return taking(params, asked) if asked in own else params


def taking(params: EmbedParams, vectors: str) -> EmbedParams:
    """`params` with that table of vectors among the methods compared; without one when it is empty."""
    return replace(params, method=replace(params.method, vectors=vectors))


def comparison_of(services: Services, study: Study, params: EmbedParams, *, tasks: bool = False) -> Comparison:
    """What is there for a study; its gene-level tasks only when they are wanted."""
    scores = scores_there(study, params, CONTENDERS, SEEDS, store=services.store)
    found = tasks_there(scores, store=services.store, knowledge=services.knowledge) if tasks else {}
    return Comparison(params, scores, found)


def table_of(services: Services, found: Comparison) -> pd.DataFrame:
    """The long table: method, label, kind, seed, measure, value."""
    return long_table(found.scores, found.tasks, store=services.store)


def tests_of(services: Services, found: Comparison) -> tuple[pd.DataFrame, dict[str, str]]:
    """All gene-level rows with method, label, kind and seed; and why tests were not done, by their title."""
    rows: list[dict[str, Any]] = []
    for (name, seed), told in task_rows(found.tasks, store=services.store).items():
        who = CONTENDERS[name]
        rows += [{"method": name, "label": who.label, "kind": who.kind, "seed": seed, **row} for row in told]
    done = pd.DataFrame([row for row in rows if not row["skipped"]])
    return done, {row["title"]: row["skipped"] for row in rows if row["skipped"]}


def wanted(params: EmbedParams, *, n_seeds: int, ablations: bool) -> tuple[tuple[str, ...], range]:
    """Names and seeds of a full comparison, with the model's parts taken away one by one or not."""
    names = choose(["all"], params)
    left_out = set() if ablations else {contender.name for contender in ABLATIONS}
    return tuple(name for name in names if name not in left_out), range(n_seeds)


def lacking(found: Comparison, methods: Sequence[str], seeds: Sequence[int], *, tasks: bool = False) -> list[Key]:
    """Contenders and seeds without a score, or without the gene-level tasks that are wanted."""
    return [(name, seed) for seed in seeds for name in methods
            if (name, seed) not in found.scores or (tasks and has_vectors(name) and (name, seed) not in found.tasks)]


def newest_job(services: Services, study: str) -> Job | None:
    """The latest comparison that was asked for on a study."""
    return next((job for job in services.jobs.list(kind=BENCHMARK) if job.params.get("study") == study), None)


def faults_of(services: Services, job: Job | None) -> list[str]:
    """The sentences about contenders of a job that could not be scored."""
    if job is None:
        return []
    told = [event.payload["text"] for event in services.jobs.events(job.id) if event.kind == "log"]
    return [text for text in told if f", {NOT_SCORED}. " in text or ", could not be given gene-level tasks. " in text]

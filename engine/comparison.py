"""Runs a comparison: networks once, then every contender at every seed, each kept as soon as it is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.benchmark import read_score, score, score_id, table
from engine.contenders import CONTENDERS, Contender, find_contender
from engine.errors import GeneweaveError, JobCancelled, StorageFull, UnknownName
from engine.params import EmbedParams
from engine.pipeline import StoredGraphs, graph_id, need_datasets, networks
from engine.progress import Progress, Span
from engine.store import Store
from engine.types import GeneGraph, Study

if TYPE_CHECKING:
    import pandas as pd

    from engine.knowledge import Knowledge

NOT_SCORED = "could not be scored"
Key = tuple[str, int]  # name of the contender, seed


@dataclass(frozen=True)
class Outcome:
    """What came of one contender at one seed: ids of its score and tasks, or the sentence why there is none."""

    contender: str
    seed: int
    score: str = ""
    tasks: str = ""
    fault: str = ""


class Titled(Span):
    """A part of a longer work under one title; losses of different contenders are not mixed up."""

    def __init__(self, whole: Progress, start: float, stop: float, title: str) -> None:
        super().__init__(whole, start, stop)
        self._title = title
        whole.stage(title, start)

    def stage(self, name: str, fraction: float) -> None:
        super().step(fraction)

    def step(self, fraction: float, **losses: float) -> None:
        super().step(fraction)

    def log(self, text: str) -> None:
        super().log(f"{self._title}: {text}")


def benchmark(study: Study, params: EmbedParams, methods: Iterable[str], seeds: Iterable[int], *, store: Store,
              knowledge: Knowledge | None = None, device: str = "auto",
              progress: Progress | None = None) -> list[Outcome]:
    """Score every contender at every seed, one seed after the other; what is there already is taken from the store.

    A contender that cannot be scored is reported with its sentence and the others go on.

    Parameters
    ----------
    methods
        Names of contenders.
    knowledge
        Where the truth of the gene-level tasks is; without it they are left out.

    Raises
    ------
    JobCancelled
        Between two contenders, or two epochs of one, when a person asked to stop.
    StorageFull
        When the disk has no room: no other contender could be kept either.
    """
    need_datasets(study)
    progress, contenders, seeds = progress or Progress(), [find_contender(name) for name in methods], list(seeds)
    names = networks(study, params.network, store=store, device=device, progress=Span(progress, 0.0, 0.05))
    graphs = StoredGraphs(names, store=store)
    wanted, found = [(contender, seed) for seed in seeds for contender in contenders], []
    for i, (contender, seed) in enumerate(wanted):
        progress.check()
        start, stop = (0.05 + 0.95 * (i + step) / len(wanted) for step in (0, 1))
        part = Titled(progress, start, stop, f"{contender.label}, seed {seed}")
        found.append(_outcome(contender, seed, names, graphs, params, store=store, knowledge=knowledge, device=device,
                              progress=part))  # fmt: skip
        if found[-1].fault:
            progress.log(found[-1].fault)
    return found


def need_one(outcomes: list[Outcome]) -> None:
    """Raise the first sentence when nothing at all could be scored."""
    if outcomes and not any(outcome.score for outcome in outcomes):
        raise GeneweaveError(outcomes[0].fault)


def scores_there(study: Study, params: EmbedParams, methods: Iterable[str], seeds: Iterable[int], *,
                 store: Store) -> dict[Key, str]:
    """Ids of the scores that are in the store, by contender and seed; nothing is computed."""
    graphs = [graph_id(source, params.network, roles=study.roles, store=store) for source in study.datasets]
    stored, seeds = set(store.names("score")), list(seeds)
    ids = {}
    for contender in map(find_contender, methods):
        with suppress(UnknownName):  # a table of vectors that is gone: nothing tells what was in it
            ids |= {(contender.name, seed): _score_id(contender, seed, graphs, params, store=store) for seed in seeds}
    return {key: name for key, name in ids.items() if name in stored}


def tasks_there(scores: dict[Key, str], *, store: Store, knowledge: Knowledge) -> dict[Key, str]:
    """Ids of the stored gene-level tasks of these scores; nothing is computed."""
    from engine.gene_level import tasks_id

    of = {key: tasks_id(name, knowledge=knowledge) for key, name in scores.items() if has_vectors(key[0])}
    return {key: name for key, name in of.items() if store.has(name)}


def has_vectors(name: str) -> bool:
    """Whether a contender gives genes vectors, which gene-level tasks need."""
    return not CONTENDERS[name].scorer


def task_rows(tasks: dict[Key, str], *, store: Store) -> dict[Key, list[dict[str, Any]]]:
    """Rows of the stored gene-level tasks, as `engine.gene_level.read_tasks` gives them."""
    from engine.gene_level import read_tasks

    return {key: read_tasks(name, store=store) for key, name in tasks.items()}


def long_table(scores: dict[Key, str], tasks: dict[Key, str] | None = None, *, store: Store) -> pd.DataFrame:
    """The long table (see `engine.benchmark.table`) of stored scores and gene-level tasks."""
    rows = task_rows(tasks, store=store) if tasks else {}
    return table({key: read_score(name, store=store) for key, name in scores.items()}, rows)


def _outcome(contender: Contender, seed: int, names: list[str], graphs: Sequence[GeneGraph], params: EmbedParams, *,
             store: Store, knowledge: Knowledge | None, device: str, progress: Progress) -> Outcome:
    scored = tasks = ""
    try:
        scored = score(names, graphs, _at(contender, seed, params), store=store, scorer=contender.scorer,
                       device=device, progress=progress)  # fmt: skip
        if knowledge is not None and has_vectors(contender.name):
            from engine.gene_level import gene_level

            progress.check()
            tasks = gene_level(scored, store=store, knowledge=knowledge, progress=progress)
    except (JobCancelled, StorageFull):
        raise
    except GeneweaveError as error:
        what = "could not be given gene-level tasks" if scored else NOT_SCORED
        return Outcome(contender.name, seed, scored, fault=f"{contender.label}, seed {seed}, {what}. {error}")
    return Outcome(contender.name, seed, scored, tasks)


def _score_id(contender: Contender, seed: int, graphs: list[str], params: EmbedParams, *, store: Store) -> str:
    return score_id(graphs, _at(contender, seed, params), store=store, scorer=contender.scorer)


def _at(contender: Contender, seed: int, params: EmbedParams) -> EmbedParams:
    changed = contender.change(params)
    return replace(changed, training=replace(changed.training, seed=seed))

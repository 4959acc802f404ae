"""What the store holds of trials on a screen, as pages tell it: tables and sentences of what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from engine.jobs.submit import TRIAL
from engine.params import KnockoutParams
from engine.screens import load_screen
from engine.trials import NOT_TRIED, Key, choose, contestants, long_table, read_trials, trials_there
from engine.trials.board import Board
from engine.trials.one import Trial
from engine.trials.published import how_far_alike
from engine.trials.sentences import of_bearing, of_class

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job
    from engine.store import Store
    from engine.types import Study

SEEDS = range(5)  # that pages look for
EXTRA = ("network", "ablation")  # kinds that take long, and are tried only when they are asked for
PARAMS = KnockoutParams(basis="screen")  # that screens are tried under


@dataclass(frozen=True)
class Trials:
    """Stored trials of a screen under one split, by method and seed."""

    study: str
    split: str
    ids: dict[Key, str]

    @property
    def seeds(self) -> list[int]:
        return sorted({seed for _, seed in self.ids})

    @property
    def methods(self) -> list[str]:
        """Names of the methods with a trial, in the order of the table."""
        there = {name for name, _ in self.ids}
        return [name for name in contestants() if name in there]


def screens(services: Services) -> list[Study]:
    """Studies whose perturbations are known."""
    return [study for study in services.library.studies() if study.is_screen]


def trials_of(services: Services, study: Study, split: str) -> Trials:
    """What is there for a screen."""
    ids = trials_there(study, PARAMS, list(contestants()), split, SEEDS, store=services.store,
                       knowledge=services.knowledge)  # fmt: skip
    return Trials(study.name, split, ids)


def table_of(services: Services, found: Trials) -> pd.DataFrame:
    """The long table of what is there; the last few stay in memory."""
    return _table(services.store, tuple(found.ids.values()))


@dataclass(frozen=True)
class Told:
    """What trials say: sentences by class of held-out perturbations, how far they bear, and the board behind them."""

    board: Board
    by_class: dict[str, list[str]]
    bearing: list[str]


def told_of(services: Services, found: Trials) -> Told:
    """What is there, in sentences; the last few stay in memory."""
    return _told(services.store, tuple(found.ids.values()))


def read(services: Services, found: Trials) -> tuple[Trial, ...]:
    """The trials themselves; the last few stay in memory."""
    return _read(services.store, tuple(found.ids.values()))


@lru_cache(maxsize=16)
def published_words(store: Store, screen: str) -> str:
    """What published figures are worth beside those of a stored screen."""
    return how_far_alike(load_screen(screen, store=store))


@lru_cache(maxsize=4)
def _read(store: Store, ids: tuple[str, ...]) -> tuple[Trial, ...]:
    return tuple(read_trials(ids, store=store))


@lru_cache(maxsize=4)
def _table(store: Store, ids: tuple[str, ...]) -> pd.DataFrame:
    return long_table(_read(store, ids))


@lru_cache(maxsize=4)
def _told(store: Store, ids: tuple[str, ...]) -> Told:
    table = _table(store, ids)
    board = Board.of(table)
    return Told(board, {one: of_class(board, one) for one in board.classes}, of_bearing(table))


def wanted(*, n_seeds: int, networks: bool, ablations: bool) -> tuple[tuple[str, ...], range]:
    """Names and seeds of a full comparison, with networks and their ablations or not."""
    left_out = {kind for kind, kept in zip(EXTRA, (networks, ablations), strict=True) if not kept}
    return tuple(name for name in choose(["all"]) if contestants()[name].kind not in left_out), range(n_seeds)


def lacking(found: Trials, methods: Sequence[str], seeds: Sequence[int]) -> list[Key]:
    """Methods and seeds without a trial."""
    return [(name, seed) for seed in seeds for name in methods if (name, seed) not in found.ids]


def newest_job(services: Services, study: str, split: str) -> Job | None:
    """The latest trials that were asked for on a screen under a split."""
    return next((job for job in services.jobs.list(kind=TRIAL)
                 if job.params.get("study") == study and job.params.get("split") == split), None)


def faults_of(services: Services, job: Job | None) -> list[str]:
    """The sentences about methods of a job that could not be tried."""
    if job is None:
        return []
    told = [event.payload["text"] for event in services.jobs.events(job.id) if event.kind == "log"]
    return [text for text in told if f", {NOT_TRIED}. " in text]

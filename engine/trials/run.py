"""Runs trials: the screen once, what is known of its genes once, then every method at every seed, each kept at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from engine.errors import GeneweaveError, JobCancelled, StorageFull
from engine.params import KnockoutParams
from engine.progress import Progress, Span
from engine.store import Store, artifact_id
from engine.trials.choose import contestant
from engine.trials.known import content_of, need_foreign_map
from engine.trials.one import Trial, read_trial, try_method, write_trial
from engine.trials.splits import find_split, parts_of
from engine.types import GeneKnowledge, Screen, Study
from engine.types.perturbations import targets_of

if TYPE_CHECKING:
    from engine.knowledge import Knowledge

VERSION = 1
NOT_TRIED = "could not be tried"
Key = tuple[str, int]  # name of the method, seed


@dataclass(frozen=True)
class Outcome:
    """What came of one method at one seed: the id of its trial, or the sentence why there is none."""

    method: str
    seed: int
    trial: str = ""
    fault: str = ""


def run(study: Study, params: KnockoutParams, methods: Iterable[str], split: str, seeds: Iterable[int], *,
        store: Store, knowledge: Knowledge, progress: Progress | None = None) -> list[Outcome]:
    """Try every method at every seed, one seed after the other; what is there already is taken from the store.

    A method that fails is reported with its sentence and the others go on.

    Raises
    ------
    UnknownName
        When there is no such split, or method.
    InvalidParameter
        When the screen has too few perturbations for the split, or a gene map of the study itself is named.
    JobCancelled
        Between two trials, when a person asked to stop.
    StorageFull
        When the disk has no room.
    """
    from engine.screens import load_screen, screen

    progress, seeds = progress or Progress(), list(seeds)
    names = [contestant(method).name for method in methods]
    find_split(split)
    need_foreign_map(params.map, study.name, store=store)
    found = screen(study, params.screen, store=store, progress=Span(progress, 0.0, 0.1))
    measured = load_screen(found, store=store)
    for seed in seeds:
        parts_of(measured.names, split, seed)  # before anything is learned: too few are refused
    known = _Known(measured, params, store, knowledge)
    key = content_of(knowledge, params, store=store, study=study.name)
    wanted, outcomes = [(one, seed) for seed in seeds for one in names], []
    for i, (method, seed) in enumerate(wanted):
        progress.check()
        label = contestant(method).label
        progress.stage(f"{label}, seed {seed}", 0.1 + 0.9 * i / len(wanted))
        name = trial_id(found, method, split, seed, key)
        outcomes.append(_outcome(name, found, method, split, seed, known, store=store))
        if outcomes[-1].fault:
            progress.log(outcomes[-1].fault)
    return outcomes


def trial_id(screen: str, method: str, split: str, seed: int, known: str) -> str:
    """Id of a trial on a stored screen; `known` is what `content_of` gives."""
    return artifact_id("trial", VERSION, {"method": method, "split": split, "seed": seed}, [screen, known])


def trials_there(study: Study, params: KnockoutParams, methods: Sequence[str], split: str, seeds: Iterable[int], *,
                 store: Store, knowledge: Knowledge) -> dict[Key, str]:
    """Ids of the trials that are in the store, by method and seed; nothing is computed."""
    from engine.screens import screen_id

    found, stored = screen_id(study, params.screen, store=store), set(store.names("trial"))
    key = content_of(knowledge, params, store=store, study=study.name)
    ids = {(method, seed): trial_id(found, method, split, seed, key) for seed in seeds for method in methods}
    return {at: name for at, name in ids.items() if name in stored}


def read_trials(names: Iterable[str], *, store: Store) -> list[Trial]:
    """Stored trials, in the order given."""
    return [read_trial(name, store=store) for name in names]


def need_one(outcomes: list[Outcome]) -> None:
    """Raise the first sentence when nothing at all could be tried."""
    if outcomes and not any(outcome.trial for outcome in outcomes):
        raise GeneweaveError(outcomes[0].fault)


@dataclass(frozen=True)
class _Known:
    """The screen, and what is known of its genes, gathered when the first method needs it."""

    screen: Screen
    params: KnockoutParams
    store: Store
    knowledge: Knowledge

    @cached_property
    def genes(self) -> GeneKnowledge:
        from engine.gene_features import gather

        targets = [gene for name in self.screen.names for gene in targets_of(name)]
        genes = list(dict.fromkeys([*self.screen.genes.tolist(), *targets]))
        # without the study's own map: it was drawn from all cells, those of held-out perturbations among them
        return gather(genes, species=self.screen.facts["species"], knowledge=self.knowledge, store=self.store,
                      params=self.params, screen=self.screen, study="")  # fmt: skip


def _outcome(name: str, screen: str, method: str, split: str, seed: int, known: _Known, *, store: Store) -> Outcome:
    if store.has(name):
        return Outcome(method, seed, name)
    try:
        write_trial(name, try_method(known.screen, method, split, seed, known.genes, name=screen), store=store)
    except (JobCancelled, StorageFull):
        raise
    except GeneweaveError as error:
        label = contestant(method).label
        return Outcome(method, seed, fault=f"{label}, seed {seed}, {NOT_TRIED}. {error}")
    return Outcome(method, seed, name)

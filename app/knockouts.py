"""The models of knockouts in the store and what they answer, read once and kept: a click is answered from memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.stored import Stored
from engine import knockout
from engine.errors import GeneweaveError, InvalidParameter, UnknownName
from engine.jobs.submit import KNOCKOUT, LEARN, RANK
from engine.store import Store

if TYPE_CHECKING:
    import pandas as pd

    from app.services import Services
    from engine.jobs.record import Job
    from engine.knockout.rank import Ranking
    from engine.types import KnockoutEffect, KnockoutModel

ANSWERS = 48  # effects that stay in memory
LOWEST = 0.5


@dataclass(frozen=True)
class StoredModel(Stored):
    """One model of knockouts and its facts (see `KnockoutModel.facts`)."""

    @property
    def basis(self) -> str:
        return self.facts["basis"]

    @property
    def title(self) -> str:
        """`Macrophages: learned from its screen`."""
        return f"{self.facts['title']}: {BASIS[self.basis]}"


BASIS = {"screen": "learned from its screen", "network": "simulated by its network"}


@dataclass(frozen=True)
class Answer:
    """What a perturbation would do; `fault` says why the intervals that were asked for are not in it."""

    effect: KnockoutEffect
    fault: str = ""


def stored_models(services: Services, study: str = "") -> list[StoredModel]:
    """All models, or those of one study, newest first; damaged ones are passed over."""
    return [StoredModel(name, facts) for name, facts in knockout.models(services.store, study)]


def find_model(services: Services, name: str) -> StoredModel:
    """The model of that id.

    Raises
    ------
    UnknownName, StorageDamaged
        When there is none, or it cannot be read.
    """
    if name not in services.store.names("knockout"):
        raise UnknownName("There is no such model of knockouts in the store: it was deleted, or the address is cut "
                          "off. Choose one that is there, or make it again.")  # fmt: skip
    return StoredModel(name, model(services.store, name).facts)


def newest_job(services: Services, study: str) -> Job | None:
    """The latest job that learns knockouts of a study."""
    return next((job for job in services.jobs.list(kind=KNOCKOUT) if job.params.get("study") == study), None)


def newest_rank(services: Services, name: str) -> Job | None:
    """The latest job that ranks the knockouts of a model."""
    return next((job for job in services.jobs.list(kind=RANK) if job.params.get("model") == name), None)


def newest_learning(services: Services, name: str) -> Job | None:
    """The latest job that trains a network on the screen of a model."""
    return next((job for job in services.jobs.list(kind=LEARN) if job.params.get("model") == name), None)


def rankings(services: Services, name: str) -> list[tuple[str, dict[str, Any]]]:
    """Ids and facts of the rankings of a model, newest first; damaged ones are passed over."""
    found = [(rank, _rank_facts(services.store, rank)) for rank in services.store.names("rank")]
    found = [(rank, facts) for rank, facts in found if facts.get("model") == name]
    return sorted(found, key=lambda one: one[1]["made"]["created"], reverse=True)


@lru_cache(maxsize=8)
def ranking(store: Store, name: str) -> Ranking:
    """A stored ranking.

    Raises
    ------
    UnknownName, StorageDamaged
        When there is none, or it cannot be read.
    """
    from engine.knockout.rank import load_rank

    return load_rank(name, store=store)


def _rank_facts(store: Store, name: str) -> dict[str, Any]:
    try:
        return store.memo(f"rank-facts:{name}", lambda: ranking(store, name).facts)
    except GeneweaveError:
        return {}


def model(store: Store, name: str) -> KnockoutModel:
    """A model; the engine keeps the last few in memory."""
    return knockout.load_model(name, store=store)


@lru_cache(maxsize=16)
def candidates(store: Store, name: str, cell_type: str = "", method: str = "auto") -> pd.DataFrame:
    """Genes that may be asked for as gene, can, reason."""
    return knockout.candidates(model(store, name), cell_type, method)


@lru_cache(maxsize=ANSWERS)
def answer(store: Store, name: str, genes: tuple[str, ...], *, method: str = "auto", cell_type: str = "",
           dose: float = 0.0, level: float = 0.9) -> Answer:
    """What a perturbation is predicted to do; where the level cannot be had, without intervals and with the reason.

    Raises
    ------
    GeneweaveError
        When it cannot be told at all.
    """
    asked = {"method": method, "cell_type": cell_type, "dose": dose, "store": store}
    known = model(store, name)
    try:
        return Answer(knockout.knock_out(known, genes, level=level, **asked))
    except InvalidParameter as fault:
        if level == LOWEST or known.basis != "screen":
            raise
        try:
            found = knockout.knock_out(known, genes, level=LOWEST, **asked)
        except GeneweaveError:
            raise fault from None
        bare = found.table.assign(low=float("nan"), high=float("nan"))
        evidence = found.evidence | {"level": level, "coverage": None}
        return Answer(replace(found, table=bare, evidence=evidence), str(fault))

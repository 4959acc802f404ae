"""The gene maps in the store, read once and kept: what they are of, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from app.stored import Stored
from engine.errors import GeneweaveError, StorageDamaged, UnknownName, unknown
from engine.store import Store
from engine.types import META, GeneEmbedding, GeneGraph

if TYPE_CHECKING:
    from app.services import Services


@dataclass(frozen=True)
class StoredMap(Stored):
    """One gene map and its facts (see `GeneEmbedding.facts`)."""

    @property
    def title(self) -> str:
        return self.facts["title"]


def maps(services: Services, study: str = "") -> list[StoredMap]:
    """All maps, or those of one study, newest first; damaged ones are left to `damaged`."""
    found = [m for m in map(lambda name: _readable(services.store, name), _names(services)) if m]
    return sorted((m for m in found if not study or m.study == study), key=lambda m: m.created, reverse=True)


def damaged(services: Services) -> list[str]:
    """A sentence for each stored map that cannot be read."""
    return [fault for fault in (_fault(services.store, name) for name in _names(services)) if fault]


def find_map(services: Services, name: str = "", study: str = "") -> StoredMap | None:
    """The map of that id; without one, the newest of the study; None when there is none.

    Raises
    ------
    UnknownName
        When an id was given that is not stored.
    """
    if not name:
        return next(iter(maps(services, study)), None)
    if name not in _names(services):
        titles = [m.id for m in maps(services)]
        raise unknown("map", name, titles, where="in the store") if titles else UnknownName(
            "There is no such map in the store. Open Studies and make one."
        )
    return StoredMap(name, _facts(services.store, name))


@lru_cache(maxsize=4)
def embedding(store: Store, name: str) -> GeneEmbedding:
    """A map with its vectors; the last few stay in memory."""
    adata = store.read(name)
    if META not in adata.uns:
        raise StorageDamaged(f"The stored result '{name}' was expected to be a gene map and is not. Delete it.")
    return GeneEmbedding(adata)


@lru_cache(maxsize=32)
def graph(store: Store, name: str) -> GeneGraph:
    """A co-expression network of a map."""
    return GeneGraph(store.read(name))


@lru_cache(maxsize=8)
def gene_names(store: Store, name: str) -> tuple[str, ...]:
    """Sorted symbols of all genes of a map."""
    return tuple(np.unique(embedding(store, name).genes).tolist())


@lru_cache(maxsize=512)
def _facts(store: Store, name: str) -> dict[str, Any]:
    return embedding(store, name).facts


def _names(services: Services) -> list[str]:
    return services.store.names("embedding")


def _readable(store: Store, name: str) -> StoredMap | None:
    try:
        return StoredMap(name, _facts(store, name))
    except GeneweaveError:
        return None


def _fault(store: Store, name: str) -> str:
    try:
        _facts(store, name)
    except GeneweaveError as fault:
        return str(fault)
    return ""

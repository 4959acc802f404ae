"""The comparisons of two conditions in the store, read once and kept: what they are of, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.stored import Stored
from engine.contrasts import load_contrast
from engine.errors import GeneweaveError, StorageDamaged, UnknownName
from engine.jobs.submit import COMPARE
from engine.store import Store
from engine.types import META, Contrast

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job

FACTS = 2  # version of what is kept of a comparison


@dataclass(frozen=True)
class StoredContrast(Stored):
    """One comparison and its facts (see `Contrast.facts`), n_genes (those compared) beside them."""

    @property
    def levels(self) -> str:
        """`COVID-19 against control`."""
        return f"{self.facts['case']} against {self.facts['control']}"

    @property
    def cells(self) -> str:
        """`all cells`, `B cell`, `all cells without Plasmablast`."""
        without = self.facts["without"]
        return (self.facts["cell_type"] or "all cells") + (f" without {', '.join(without)}" if without else "")

    @property
    def title(self) -> str:
        """`COVID and control: COVID-19 against control, B cell`."""
        return f"{self.facts['title']}: {self.levels}" + ("" if self.cells == "all cells" else f", {self.cells}")


def contrasts(services: Services, study: str = "") -> list[StoredContrast]:
    """All comparisons, or those of one study, newest first; damaged ones are passed over."""
    found = [c for c in (_readable(services.store, name) for name in _names(services)) if c]
    return sorted((c for c in found if not study or c.study == study), key=lambda c: c.created, reverse=True)


def find_contrast(services: Services, name: str) -> StoredContrast:
    """The comparison of that id.

    Raises
    ------
    UnknownName
        When there is none.
    """
    if name not in _names(services):
        raise UnknownName("There is no such comparison in the store: it was deleted, or the address is cut off. Choose "
                          "one that is there, or make a new one.")  # fmt: skip
    return StoredContrast(name, _facts(services.store, name))


def contrast_facts(services: Services, name: str) -> dict[str, Any]:
    """Facts of a comparison; empty when it is not there or cannot be read."""
    found = _readable(services.store, name) if name in _names(services) else None
    return found.facts if found else {}


def siblings(services: Services, stored: StoredContrast) -> list[StoredContrast]:
    """Comparisons of the same study, column and levels, this one among them, newest first."""
    same = ("study", "by", "control", "case")
    return [c for c in contrasts(services, stored.study) if all(c.facts[k] == stored.facts[k] for k in same)]


def newest_job(services: Services, study: str) -> Job | None:
    """The latest job that compares conditions of a study."""
    return next((job for job in services.jobs.list(kind=COMPARE) if job.params.get("study") == study), None)


@lru_cache(maxsize=2)
def contrast(store: Store, name: str) -> Contrast:
    """A comparison with its matrices; the last two stay in memory."""
    found = load_contrast(name, store=store)
    if META not in found.adata.uns:
        raise StorageDamaged(f"The stored result '{name}' was expected to be a comparison and is not. Delete it.")
    return found


def _names(services: Services) -> list[str]:
    return services.store.names("contrast")


@lru_cache(maxsize=512)
def _facts(store: Store, name: str) -> dict[str, Any]:
    """The facts alone; kept beside the store, since reading a comparison for its title would be a waste."""
    return store.memo(f"contrast-facts-{FACTS}:{name}", lambda: _read(store, name))


def _read(store: Store, name: str) -> dict[str, Any]:
    found = contrast(store, name)
    return found.facts | {"n_genes": len(found.genes)}


def _readable(store: Store, name: str) -> StoredContrast | None:
    try:
        return StoredContrast(name, _facts(store, name))
    except GeneweaveError:
        return None

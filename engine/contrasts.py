"""Which genes changed their partners between two conditions of a study: from its cells to a stored `Contrast`."""

from __future__ import annotations

from engine.params import ContrastParams
from engine.progress import Progress
from engine.store import Store
from engine.types import Contrast, Study


def compare(study: Study, params: ContrastParams, *, store: Store, device: str = "auto",
            progress: Progress | None = None) -> str:
    """Id of the stored `Contrast` of two conditions of a study, computed when it is not there yet."""
    raise NotImplementedError


def load_contrast(name: str, *, store: Store) -> Contrast:
    """A stored contrast of two conditions."""
    return Contrast(store.read(name))

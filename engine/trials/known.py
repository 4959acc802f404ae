"""What trials may know of genes, as one short text that changes when any file of it does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import GeneweaveError, InvalidParameter
from engine.io.files import content_hash, known_hash
from engine.params import KnockoutParams
from engine.store import Store

if TYPE_CHECKING:
    from engine.knowledge import Knowledge

SILENT = ("example", "gene pairs")  # kinds of the library that say nothing of a gene before it is perturbed


def content_of(knowledge: Knowledge, params: KnockoutParams, *, store: Store, study: str) -> str:
    """The choice of kernels, map and sequences, the files of the library that are here, and screens of other studies.

    Parameters
    ----------
    study
        Name of the study whose screen is tried: it is never its own evidence.
    """
    entries = (*knowledge.entries(), *knowledge.own())
    here = [entry for entry in entries if entry.kind not in SILENT and knowledge.has(entry.name)]
    files = sorted(f"{entry.name}:{entry.sha256 or known_hash(str(knowledge.path(entry.name)), store=store)}"
                   for entry in here)  # fmt: skip
    asked = [params.kernels, params.map, params.networks, _sequences(params), *files, *_others(params, store, study)]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:20]


def _others(params: KnockoutParams, store: Store, study: str) -> list[str]:
    """Ids of the stored screens of other studies, where these are evidence."""
    if not {"all", "screens"} & set(map(str.strip, params.kernels.split(","))):
        return []
    return [name for name in store.names("screen") if study_of_screen(name, store=store) not in ("", study)]


def study_of_screen(name: str, *, store: Store) -> str:
    """Which study a stored screen is of, remembered; empty where it cannot be read."""
    from engine.screens import load_screen

    try:
        return store.memo(f"screen-study:{name}", lambda: load_screen(name, store=store).facts["study"])
    except GeneweaveError:
        return ""


def _sequences(params: KnockoutParams) -> str:
    if not params.sequences:
        return ""
    path = Path(params.sequences).expanduser()
    if not path.is_file():
        raise InvalidParameter(f"A file of sequences was expected at '{path}', none is there. Correct the path.")
    return content_hash(path)

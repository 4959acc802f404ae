"""Content of all that is known of genes, as texts that change when a file does: part of the id of what is learned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import GeneweaveError, InvalidParameter
from engine.io.files import content_hash, known_hash
from engine.params.perturbations import KnockoutParams
from engine.types import META

if TYPE_CHECKING:
    from engine.knowledge import Knowledge
    from engine.store import Store

SILENT = ("example", "gene pairs")  # kinds of the library that say nothing of a gene before it is perturbed


def library_contents(knowledge: Knowledge, *, store: Store, kinds: tuple[str, ...] = ()) -> list[str]:
    """Name and hash of the files of the library that are here and speak of genes, or of those of some kinds."""
    entries = [entry for entry in (*knowledge.entries(), *knowledge.own()) if entry.kind not in SILENT
               and (not kinds or entry.kind in kinds) and knowledge.has(entry.name)]  # fmt: skip
    return [f"{entry.name}:{entry.sha256 or known_hash(str(knowledge.path(entry.name)), store=store)}"
            for entry in entries]  # fmt: skip


def screens_of_others(study: str, *, store: Store) -> list[str]:
    """Ids of the stored screens of other studies."""
    return [name for name in store.names("screen") if study_of(name, store=store) not in ("", study)]


def study_of(name: str, *, store: Store) -> str:
    """Which study a stored result is of, remembered; empty where it cannot be read."""
    try:
        return store.memo(f"study-of:{name}", lambda: json.loads(store.read(name).uns[META])["study"])
    except (GeneweaveError, KeyError):
        return ""


def sequences_content(params: KnockoutParams) -> str:
    """Hash of the file of sequences that was named; empty where none was.

    Raises
    ------
    InvalidParameter
        When it is not there.
    """
    if not params.sequences:
        return ""
    path = Path(params.sequences).expanduser()
    if not path.is_file():
        raise InvalidParameter(f"A file of sequences was expected at '{path}', none is there. Correct the path.")
    return content_hash(path)

"""What takes seconds to compute is kept in the cache of the store, under the hashes of the files that it came of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.io.files import known_hash
from engine.store import artifact_id

if TYPE_CHECKING:
    from engine.knowledge import Knowledge
    from engine.store import Store


NAMING = ("hgnc", "annotables", "babelgene")  # readers of files that say what genes are called


def kept(what: str, version: int, files: Iterable[Path], compute: Callable[[], Any], *, store: Store,
         given: Iterable[Any] = ()) -> Any:
    """`compute()` of these files and values, computed once for each content of them."""
    digests = [known_hash(str(path), store=store) for path in files]
    return store.memo(artifact_id(f"gene-{what}", version, list(given), digests), compute)


def here(names: Iterable[str], knowledge: Knowledge) -> list[str]:
    """Those of some entries of the library that are on this machine with all that reading them takes."""
    known = {entry.name for entry in knowledge.entries()}
    return [name for name in names if name in known and knowledge.sources(name)]


def naming_files(species: str, knowledge: Knowledge) -> list[Path]:
    """The gene tables and orthologs that are here and say what genes are called."""
    wanted = {("genes", "human"), ("genes", species), ("orthologs", species)}
    return [knowledge.path(entry.name) for entry in knowledge.entries()
            if (entry.kind, entry.species) in wanted and entry.reader.split(":")[0] in NAMING
            and knowledge.has(entry.name)]  # fmt: skip

"""A library of a few made-up entries on an empty home, with a mirror folder beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine import knowledge
from engine.knowledge import Knowledge
from engine.knowledge.registry import Entry
from engine.settings import Settings

CONTENT = b"SET\tabout it\tCD74\tCD79A\n" * 40_000  # 960,000 bytes


def entry(content: bytes = CONTENT, **given) -> Entry:
    """An entry of that content, named `sets`."""
    facts = {"name": "sets", "title": "Some sets", "kind": "gene sets", "species": "human", "licence": "CC0",
             "url": "", "citation": "", "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    return Entry(**facts | given)


def library_of(monkeypatch, folder: Path, *entries: Entry) -> Knowledge:
    """The library with only those entries, its home and mirror in `folder`."""
    monkeypatch.setattr(knowledge, "read_registry", lambda: entries)
    (folder / "mirror").mkdir(exist_ok=True)
    given = {"GENEWEAVE_HOME": str(folder / "home"), "GENEWEAVE_MIRROR": str(folder / "mirror")}
    return Knowledge(Settings.from_environment(given))


def left(library: Knowledge) -> list[str]:
    """Everything under the library's folder."""
    root = library.path("sets").parent
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))

"""Gene sets, networks and gene vectors that a person added to the library, each in a folder of its own."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import uuid
from dataclasses import asdict
from pathlib import Path

from engine.errors import InvalidParameter
from engine.io.vectors import own_vectors, write_vectors
from engine.knowledge.own_files import (
    GMT,
    NETWORK,
    VECTORS,
    read_own_gmt,
    read_own_network,
    read_own_vectors,
)
from engine.knowledge.registry import Entry, read_registry
from engine.knowledge.text import read_text
from engine.settings import Settings
from engine.store import storage_errors

GENE_VECTORS = "gene vectors"
KINDS = ("gene sets", "TF targets", "signalling", GENE_VECTORS)


class OwnKnowledge:
    """Files under `<home>/library/own/<name>/`: `content`, as text, or `<name>.npz`, and `about.json`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def root(self) -> Path:
        return self._settings.folder("library") / "own"

    def entries(self) -> list[Entry]:
        """What was added, by title."""
        found = [Entry(**json.loads(path.read_text(encoding="utf-8"))) for path in self.root.glob("[!.]*/about.json")]
        return sorted(found, key=lambda entry: entry.title.lower())

    def path(self, name: str) -> Path:
        """Where the content of an own file is."""
        vectors = own_vectors(name, self._settings)
        return vectors if vectors.is_file() else self.root / name / "content"

    def add(self, path: Path, kind: str, title: str) -> Entry:
        """Take in a copy of a GMT or network file or, as npz, of a table of gene vectors, when it can be read.

        Raises
        ------
        InvalidParameter
            When the kind is none, or the name is empty or taken.
        InvalidFile
            When the file cannot be read as that kind.
        """
        name = self._free_name(title)
        if kind not in KINDS:
            raise InvalidParameter(f"An own file must be one of {', '.join(KINDS)}, found '{kind}'. Choose one.")
        about, reader, content = _read(path, kind)
        entry = Entry(name, title.strip(), kind, species="", url="", sha256="", bytes=len(content), licence="yours",
                      citation="", reader=reader, about=about, own=True)
        coming = self.root / f".{name}-{uuid.uuid4().hex[:6]}"
        with storage_errors():
            coming.mkdir(parents=True)
            try:
                (coming / (f"{name}.npz" if kind == GENE_VECTORS else "content")).write_bytes(content)
                (coming / "about.json").write_text(json.dumps(asdict(entry)), encoding="utf-8")
                os.replace(coming, self.root / name)
            finally:
                shutil.rmtree(coming, ignore_errors=True)
        return entry

    def remove(self, name: str) -> None:
        """Delete an own file."""
        gone = self.root / f".{name}-{uuid.uuid4().hex[:6]}"
        os.replace(self.root / name, gone)
        shutil.rmtree(gone, ignore_errors=True)

    def _free_name(self, title: str) -> str:
        name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
        if not name or len(title.strip()) > 80:
            raise InvalidParameter(
                "A file of the library needs a name of 1 to 80 characters with a letter or digit, "
                f"found '{title[:90]}'. Type another."
            )
        if name in {entry.name for entry in (*read_registry(), *self.entries())}:
            raise InvalidParameter(f"The name '{title.strip()}' is taken in the library. Type another.")
        return name


def _read(path: Path, kind: str) -> tuple[str, str, bytes]:
    """What the file holds, in words, its reader, and the content to keep."""
    if kind == GENE_VECTORS:
        table = read_own_vectors(path)
        n_genes, n_dimensions = table.vectors.shape
        about = f"{_count(n_genes, 'gene')} × {_count(n_dimensions, 'dimension')}."
        content = io.BytesIO()
        write_vectors(content, table)
        return about, VECTORS, content.getvalue()
    if kind == "gene sets":
        sets = read_own_gmt(path)
        genes = len({gene for found in sets.values() for gene in found})
        about, reader = f"{_count(len(sets), 'gene set')} with {_count(genes, 'gene')}.", GMT
    else:
        network = read_own_network(path)
        signed = int((network["sign"] != 0).sum())
        about, reader = f"{_count(len(network), 'interaction')}, {signed} with a sign.", NETWORK
    return about, reader, read_text(path).encode()


def _count(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}".replace(",", "\u202f")

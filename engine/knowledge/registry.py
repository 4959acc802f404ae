"""The registry of the library: an entry for every file that can be fetched."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

REGISTRY = Path(__file__).parents[2] / "data" / "registry.toml"
KINDS = ("genes", "orthologs", "gene sets", "TF targets", "gene pairs", "signalling", "perturbations", "example")


@dataclass(frozen=True)
class Entry:
    """One file of the library, as `data/registry.toml` describes it.

    `url` is empty where no address gives just this content; it then comes from a mirror only, and `origin`
    says what it was made of. `sha256` and `bytes` are of the content as it is kept. `mirror` is its path
    below the mirror folder; there it may be gzip-compressed although the content is not. `about` says in a
    sentence what it is for, `note` the terms of the data, `reader` how it is read. `own` marks a file that
    a person added.
    """

    name: str
    title: str
    kind: str
    species: str
    url: str
    sha256: str
    bytes: int
    licence: str
    citation: str
    mirror: str = ""
    reader: str = ""
    note: str = ""
    about: str = ""
    origin: str = ""
    own: bool = False

    @property
    def filename(self) -> str:
        """The name that its content goes by: as at its address, else as in the mirror."""
        from urllib.parse import unquote

        return unquote((self.url or self.mirror).rsplit("/", 1)[-1]) or self.name


@lru_cache(maxsize=4)
def read_registry(path: Path = REGISTRY) -> tuple[Entry, ...]:
    """The entries of a registry file, in its order."""
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(Entry(**block) for block in given["entries"])

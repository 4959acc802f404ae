"""The library of examples and knowledge: what there is, what is here, and how it comes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.io.genes import GeneTable
from engine.progress import Progress
from engine.settings import Settings

KINDS = ("genes", "orthologs", "gene sets", "TF targets", "signalling", "example")


@dataclass(frozen=True)
class Entry:
    """One file of the library, as `data/registry.toml` describes it.

    `url` is empty where no address gives just this content; it then comes from a mirror only. `sha256` and
    `bytes` are of the content as it is kept. `mirror` is its path below the mirror folder; there it may be
    gzip-compressed although the content is not.
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


class Knowledge:
    """Finds, fetches and reads the files of the library, kept under `<home>/library`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def entries(self) -> list[Entry]:
        """All entries of the registry."""
        raise NotImplementedError

    def fetch(self, name: str, *, progress: Progress | None = None) -> Path:
        """The file of an entry, fetched from the mirror or its address when it is not here; checksum enforced.

        Raises
        ------
        UnknownName, DownloadFailed
        """
        raise NotImplementedError

    def gene_table(self, species: str) -> GeneTable | None:
        """The gene table of a species; None when none is here."""
        raise NotImplementedError

    def orthologs(self, species: str) -> dict[str, str] | None:
        """Human symbol of each gene symbol of `species` that has just one ortholog, and is its only one."""
        raise NotImplementedError

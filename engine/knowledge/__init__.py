"""The library of examples and knowledge: what there is, what is here, and how it comes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import DownloadFailed, KnowledgeMissing, UnknownName, unknown
from engine.io.genes import GeneTable
from engine.knowledge.fetching import digest_of, from_address, from_mirror, in_mirror
from engine.knowledge.own import GENE_VECTORS, OwnKnowledge
from engine.knowledge.registry import KINDS, Entry, read_registry
from engine.progress import Progress
from engine.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GENE_TABLES", "GENE_VECTORS", "KINDS", "STATES", "Entry", "Knowledge"]

HERE, MIRROR, ADDRESS, NOWHERE = STATES = ("here", "in the mirror", "at an address", "not to be had")
SETS, EDGES, PAIRS, EFFECTS = ("gene sets",), ("TF targets", "signalling"), ("gene pairs",), ("perturbations",)
GENE_TABLES = ("genes-grch38", "genes-hgnc")  # of human genes; either turns ids into symbols


class Knowledge:
    """Finds, fetches and reads the files of the library, kept under `<home>/library`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._own = OwnKnowledge(settings)

    def entries(self) -> list[Entry]:
        """All entries of the registry."""
        return list(read_registry())

    def own(self, kind: str = "") -> list[Entry]:
        """The files that a person added, or those of one kind, by title."""
        return [entry for entry in self._own.entries() if kind in ("", entry.kind)]

    def entry(self, name: str) -> Entry:
        """The entry of that name, of the registry or a person's own; raises `UnknownName` when there is none."""
        found = {entry.name: entry for entry in (*self.own(), *self.entries())}
        if name not in found:
            raise unknown("file", name, found, where="in the library")
        return found[name]

    def path(self, name: str) -> Path:
        """Where the content of an entry is, or will be."""
        entry = self.entry(name)
        return self._own.path(name) if entry.own else self._settings.folder("library") / name

    def state(self, entry: Entry) -> str:
        """One of `STATES`: here, in the mirror, at an address, not to be had."""
        path = self.path(entry.name)
        if path.is_file() and path.stat().st_size == entry.bytes:
            return HERE
        if in_mirror(entry, self._settings.mirror):
            return MIRROR
        return ADDRESS if entry.url else NOWHERE

    def has(self, name: str) -> bool:
        """Whether the file of an entry is here."""
        return self.state(self.entry(name)) == HERE

    def fetch(self, name: str, *, progress: Progress | None = None) -> Path:
        """The file of an entry, fetched from the mirror or its address when it is not here; checksum enforced.

        Raises
        ------
        UnknownName, DownloadFailed
        """
        entry, progress = self.entry(name), progress or Progress()
        path = self.path(name)
        if entry.own or (path.is_file() and digest_of(path) == entry.sha256):
            return path
        progress.stage(f"Fetching {entry.title}", 0.0)
        source = in_mirror(entry, self._settings.mirror)
        if source:
            from_mirror(entry, source, path, progress)
        elif entry.url:
            from_address(entry, path, progress)
        else:
            raise DownloadFailed(nowhere(entry))
        return path

    def remove(self, name: str) -> None:
        """Remove the file of an entry from this machine; a person's own file is deleted for good."""
        if self.entry(name).own:
            self._own.remove(name)
        else:
            self.path(name).unlink(missing_ok=True)

    def add_own(self, path: Path, kind: str, name: str) -> Entry:
        """Take in a person's gene sets, network (TF targets, signalling) or gene vectors; see `OwnKnowledge.add`."""
        return self._own.add(Path(path), kind, name)

    def gene_table(self, species: str) -> GeneTable | None:
        """The gene table of a species; None when none is here."""
        here = {entry.reader.split(":")[0]: entry for entry in self._here("genes", species) if entry.reader}
        if not here:
            return None
        named, placed = (self._stamp(here[form]) if form in here else None for form in ("hgnc", "annotables"))
        assembly = here["annotables"].reader.split(":")[1] if placed else ""
        return _gene_table(species, named, placed, assembly)

    def orthologs(self, species: str) -> dict[str, str] | None:
        """Human symbol of each gene symbol of `species` that has just one ortholog, and is its only one."""
        here = self._here("orthologs", species)
        return _orthologs(self._stamp(here[0])) if here else None

    def summaries(self, species: str) -> dict[str, str] | None:
        """What each gene does, a paragraph by the name that its source uses; None where no summaries are here."""
        here = [entry for entry in self._here("genes", species) if entry.reader == "summaries"]
        return _summaries(self._stamp(here[0])) if here else None

    def gene_sets(self, name: str) -> dict[str, tuple[str, ...]]:
        """Gene symbols of each set of a collection; not to be changed, since it is kept for the next to ask.

        Raises
        ------
        UnknownName
        KnowledgeMissing
            When it is not here, or names genes by ids and no human gene table is here.
        """
        entry = self._needed(name, SETS)
        return _gene_sets(self._stamp(entry), entry.reader, self._names_for(entry))

    def gene_pairs(self, name: str) -> pd.DataFrame:
        """Labelled pairs of genes as source, target, label; see `engine.knowledge.gene_pairs.read_pairs`.

        Raises
        ------
        UnknownName
        KnowledgeMissing
            When it is not here, or names genes by ids and no human gene table is here.
        """
        entry = self._needed(name, PAIRS)
        return _gene_pairs(self._stamp(entry), entry.reader, self._names_for(entry)).copy()

    def network(self, name: str) -> pd.DataFrame:
        """A network as source, target, sign, weight, confidence, papers; see `engine.knowledge.networks.read_network`.

        Raises
        ------
        UnknownName, KnowledgeMissing
        """
        entry = self._needed(name, EDGES)
        return _network(self._stamp(entry), entry.reader).copy()

    def effects(self, name: str) -> pd.DataFrame:
        """A table of what perturbations did, with the columns of its file, numbers as numbers.

        Raises
        ------
        UnknownName, KnowledgeMissing
        """
        from engine.knowledge.effects import read_effects

        return read_effects(self.path(self._needed(name, EFFECTS).name))

    def changes(self, name: str) -> pd.DataFrame:
        """What one perturbation did to each gene, as gene, log2fc, p; see `engine.knowledge.effects.read_changes`.

        Raises
        ------
        UnknownName
            When there is no such entry, or it is not a table of one perturbation.
        KnowledgeMissing
        """
        from engine.knowledge.effects import read_changes

        entry = self._needed(name, EFFECTS)
        form, *columns = entry.reader.split(":")
        if form != "changes":
            raise UnknownName(f"'{name}' does not tell what one perturbation did to each gene. Read it as a table.")
        return read_changes(self.path(name), *columns)

    def sources(self, name: str) -> list[Entry]:
        """What an entry is read from: itself and, where it names genes by ids, the human gene tables that are here.

        Without the entry, or with no table that it needs, nothing: it cannot be read.
        """
        entry = self.entry(name)
        tables = [self.entry(table) for table in GENE_TABLES if self.has(table)] if _by_ids(entry) else []
        return [entry, *tables] if self.has(name) and bool(tables) == _by_ids(entry) else []

    def _names_for(self, entry: Entry) -> GeneTable | None:
        """The human gene table when the entry names genes by ids, else None."""
        if not _by_ids(entry):
            return None
        genes = self.gene_table("human")
        if genes is None:
            raise KnowledgeMissing(
                f"'{entry.name}' names its genes by ids, and no human gene table is here to turn them into symbols. "
                "Fetch 'genes-grch38' or 'genes-hgnc' from the Library."
            )
        return genes

    def _here(self, kind: str, species: str) -> list[Entry]:
        found = [entry for entry in self.entries() if entry.kind == kind and entry.species == species]
        return [entry for entry in found if self.state(entry) == HERE]

    def _needed(self, name: str, kinds: tuple[str, ...]) -> Entry:
        entry = self.entry(name)
        if entry.kind not in kinds:
            raise UnknownName(f"'{name}' is of the kind {entry.kind}, expected {' or '.join(kinds)}. Choose another.")
        if self.state(entry) != HERE:
            raise KnowledgeMissing(
                f"'{name}' ({entry.title}) is not on this machine. Fetch it from the Library, or with "
                f"'python -m engine fetch {name}'."
            )
        return entry

    def _stamp(self, entry: Entry) -> tuple[Path, int]:
        """The file of an entry and when it was written, so that what was read of it is read anew when it changes."""
        path = self.path(entry.name)
        return path, path.stat().st_mtime_ns


def nowhere(entry: Entry) -> str:
    """Why an entry without an address cannot be had, and what to do."""
    return (
        f"No address gives '{entry.name}' as it is used here. {entry.origin} Set GENEWEAVE_MIRROR to a folder that "
        f"holds it as '{entry.mirror}' and start Geneweave again."
    )


def _by_ids(entry: Entry) -> bool:
    return "entrez" in entry.reader or entry.reader.endswith("ensembl_id")


@lru_cache(maxsize=4)
def _gene_table(species: str, named: tuple | None, placed: tuple | None, assembly: str) -> GeneTable:
    from engine.knowledge.gene_tables import gene_table

    return gene_table(species, named=named and named[0], placed=placed and placed[0], assembly=assembly)


@lru_cache(maxsize=4)
def _orthologs(stamp: tuple[Path, int]) -> dict[str, str]:
    from engine.knowledge.gene_tables import read_orthologs

    return read_orthologs(stamp[0])


@lru_cache(maxsize=2)
def _summaries(stamp: tuple[Path, int]) -> dict[str, str]:
    from engine.knowledge.gene_tables import read_summaries

    return read_summaries(stamp[0])


@lru_cache(maxsize=8)
def _gene_sets(stamp: tuple[Path, int], reader: str, genes: GeneTable | None) -> dict[str, tuple[str, ...]]:
    from engine.knowledge import gene_sets

    path, (form, *names) = stamp[0], reader.split(":")
    symbol_of = genes.symbol_of if genes else None
    if form == "gmt-entrez":
        return gene_sets.read_entrez_gmt(path, symbol_of)
    if form == "lists":
        return gene_sets.read_lists(path, *names, symbol_of)
    if form == "flags":
        return gene_sets.read_flags(path, *names, symbol_of)
    return gene_sets.read_gmt(path)


@lru_cache(maxsize=2)
def _gene_pairs(stamp: tuple[Path, int], reader: str, genes: GeneTable) -> pd.DataFrame:
    from engine.knowledge.gene_pairs import read_pairs

    return read_pairs(stamp[0], *reader.split(":")[1:], genes.symbol_of)


@lru_cache(maxsize=8)
def _network(stamp: tuple[Path, int], reader: str) -> pd.DataFrame:
    from engine.knowledge import networks, own_files

    if reader == own_files.NETWORK:
        return own_files.read_own_network(stamp[0])
    return networks.read_network(stamp[0], reader)

"""What genes are made of, as vectors: words of their sequences, a table made elsewhere, or facts of the gene table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import UnknownName
from engine.gene_features.fasta import is_fasta, read_fasta
from engine.gene_features.gene_facts import facts_of
from engine.gene_features.kept import kept, naming_files
from engine.gene_features.kmers import SIZES, profiles
from engine.gene_features.names import Names
from engine.gene_features.vectors import in_species
from engine.io.vectors import own_vectors, read_vectors
from engine.knowledge.own_files import UNPACKED_VECTORS
from engine.types.perturbations import GeneFeatures

if TYPE_CHECKING:
    from engine.knowledge import Knowledge
    from engine.store import Store

VERSION = 1
DIMENSIONS = 64


def sequence_of(names: Names, knowledge: Knowledge, store: Store, *, given: str = ""
                ) -> tuple[GeneFeatures | None, list[str]]:  # fmt: skip
    """Features of the sequences of genes, and sentences on what is missing.

    Parameters
    ----------
    given
        Path of a FASTA of one or more sequences a gene or of a table gene × dimension, or the name of gene vectors in
        the library; empty takes length, kind and place of each gene.

    Raises
    ------
    UnknownName
        When nothing is there.
    InvalidFile
        When it is neither.
    """
    if not given.strip():
        facts = facts_of(names, knowledge)
        return facts, [] if facts else [f"No gene table of {names.species} is on this machine: fetch one from the "
                                        "Library, so that genes have a length, a kind and a place."]  # fmt: skip
    path = _located(given.strip(), store)
    genes, vectors, source = _from_fasta(path, names, knowledge, store) if is_fasta(path) else _from_table(path, names)
    named, rows = names.rows(genes)
    return GeneFeatures("sequence", source, named, vectors[rows]), []


def components(table: np.ndarray, n: int = DIMENSIONS) -> np.ndarray:
    """Leading principal components of a table, float32 (n_rows, at most n)."""
    from sklearn.decomposition import PCA

    n = min(n, *table.shape)
    return PCA(n, svd_solver="randomized", random_state=0).fit_transform(table).astype(np.float32)


def _located(given: str, store: Store) -> Path:
    own = own_vectors(given, store.settings) if "/" not in given and "." not in given else None
    path = own if own is not None and own.is_file() else Path(given).expanduser()
    if not path.is_file():
        raise UnknownName(f"Sequences were expected at '{given}', and no file is there, nor gene vectors of that name "
                          "in the library. Give a FASTA file, or a table gene × dimension.")  # fmt: skip
    return path


def _from_fasta(path: Path, names: Names, knowledge: Knowledge, store: Store) -> tuple[list[str], np.ndarray, str]:
    symbol_of = {gene: gene for gene in names.asked} | dict(names.current)

    def compute() -> tuple[list[str], np.ndarray]:
        sequences = read_fasta(path, symbol_of)
        return list(sequences), components(profiles(list(sequences.values())))

    files = [path, *naming_files(names.species, knowledge)]
    asked = [] if names.current else sorted(names.asked)
    genes, vectors = kept("kmers", VERSION, files, compute, store=store, given=[names.species, *asked])
    sizes = f"{SIZES[0]} to {SIZES[-1]}"
    return genes, vectors, f"Words of {sizes} bases in the sequences of '{path.name}', {vectors.shape[1]} components"


def _from_table(path: Path, names: Names) -> tuple[list[str], np.ndarray, str]:
    table = read_vectors(path, most=UNPACKED_VECTORS)
    spread = table.vectors.std(axis=0)
    scaled = (table.vectors - table.vectors.mean(axis=0)) / np.where(spread > 0, spread, 1)
    name = path.stem if path.suffix == ".npz" else path.name
    return in_species(table.genes.tolist(), names), scaled.astype(np.float32), f"The table of vectors '{name}'"

"""Likeness of genes by their vectors: the newest gene map of the study, and a person's own gene-vector tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import GeneweaveError, UnknownName
from engine.gene_features.names import Names
from engine.io.vectors import read_vectors
from engine.knowledge.own import GENE_VECTORS
from engine.tl.neighbours import unit_rows
from engine.types import META, GeneEmbedding
from engine.types.perturbations import GeneKernel

if TYPE_CHECKING:
    from engine.knowledge import Knowledge
    from engine.store import Store


def map_kernel(names: Names, store: Store, *, asked: str = "", study: str = "") -> GeneKernel | str:
    """Cosine of the vectors of a gene map, each the mean over the datasets of it that have the gene.

    Parameters
    ----------
    asked
        Id of a map; empty takes the newest of `study`.

    Raises
    ------
    UnknownName
        When the map that was asked for is not in the store, or is no map.
    """
    found = _asked_map(store, asked) if asked else _newest(store, study)
    if found is None:
        return "There is no gene map of this study: make one on Studies to let its vectors say how like genes are."
    known, at = np.unique(found.genes, return_inverse=True)
    summed = np.zeros((len(known), found.vectors.shape[1]))
    np.add.at(summed, at, found.unit_vectors)
    genes, rows = names.rows(known.tolist())
    return GeneKernel("embedding", "Gene map", f"Cosine of the vectors of '{found.facts['title']}'", genes,
                      unit_rows(summed)[rows])  # fmt: skip


def table_kernels(names: Names, knowledge: Knowledge) -> Iterator[GeneKernel]:
    """Cosine of the vectors of each gene-vector table that a person added to the library."""
    for entry in knowledge.own(GENE_VECTORS):
        table = read_vectors(knowledge.path(entry.name))
        centred = table.vectors - table.vectors.mean(axis=0)
        genes, rows = names.rows(in_species(table.genes.tolist(), names))
        source = f"Cosine of the centred vectors of '{entry.title}'"
        yield GeneKernel(f"vectors-{entry.name}", entry.title, source, genes, unit_rows(centred)[rows])


def in_species(genes: list[str], names: Names) -> list[str]:
    """Genes of a person's table in the study's symbols: as they are where the study's species has them, else orthologs.

    A table of human genes that is used in a mouse study is told by its names: of the two readings that one is taken
    by which more genes are known.
    """
    own = names.of(genes, species=names.species)
    if not names.foreign:
        return own
    human, known = names.of(genes), set(names.current.values()) | set(names.asked)
    return own if sum(gene in known for gene in own) >= sum(gene in known for gene in human) else human


def _asked_map(store: Store, name: str) -> GeneEmbedding:
    if not (name.startswith("embedding-") and store.has(name)):
        raise UnknownName(f"There is no gene map '{name}' in the store. Choose another, or leave the map empty.")
    return GeneEmbedding(store.read(name))


def _newest(store: Store, study: str) -> GeneEmbedding | None:
    """The newest map of a study that can be read."""
    made = {}
    for name in store.names("embedding") if study else []:
        facts = store.memo(f"map-of:{name}", lambda name=name: _study_and_time(store, name))
        if facts and facts[0] == study:
            made[name] = facts[1]
    return GeneEmbedding(store.read(max(made, key=made.get))) if made else None


def _study_and_time(store: Store, name: str) -> tuple[str, str] | tuple[()]:
    try:
        adata = store.read(name)
    except GeneweaveError:
        return ()
    if META not in adata.uns:
        return ()
    facts = GeneEmbedding(adata).facts
    return facts["study"], facts["made"]["created"]

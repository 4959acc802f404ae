"""Likeness of genes by the gene sets that they share: pathways, and processes of the Gene Ontology."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from engine.gene_features.kept import here
from engine.gene_features.names import Names
from engine.types.perturbations import GeneKernel

if TYPE_CHECKING:
    from scipy import sparse

    from engine.knowledge import Knowledge

PATHWAYS = (("pathways", "reactome"), ("hallmark",))  # of each group the first that is here
PROCESSES = (("go-processes", "go-processes-measured"),)
FEWEST, MOST = 3, 300  # genes of a set; a smaller one links nobody, a larger one everybody


def pathway_kernel(names: Names, knowledge: Knowledge) -> GeneKernel | str:
    """Jaccard index of the pathways and hallmarks that two genes are in, or a sentence on why there is none."""
    return _kernel("pathways", "Shared pathways", PATHWAYS, names, knowledge)


def process_kernel(names: Names, knowledge: Knowledge) -> GeneKernel | str:
    """Jaccard index of the Gene Ontology processes that two genes are in, or a sentence on why there is none."""
    return _kernel("go", "Shared processes (GO)", PROCESSES, names, knowledge)


def memberships(names: Names, knowledge: Knowledge, groups: Iterable[tuple[str, ...]]
                ) -> tuple[list[str], np.ndarray, sparse.csr_matrix]:  # fmt: skip
    """Which genes are in which gene sets of the collections that are here.

    Returns
    -------
    Names of the collections; symbols in the study's species (n_genes,), in alphabetical order; 0 and 1, CSR float32
    (n_genes, n_sets), sets of `FEWEST` to `MOST` genes alone.
    """
    used = [found[0] for found in (here(group, knowledge) for group in groups) if found]
    members = [set(names.of(genes)) - {""} for name in used for genes in knowledge.gene_sets(name).values()]
    return used, *indicator([genes for genes in members if FEWEST <= len(genes) <= MOST])


def indicator(sets: list[set[str]]) -> tuple[np.ndarray, sparse.csr_matrix]:
    """Genes of some sets in alphabetical order, and 1 where a gene is in a set, CSR float32 (n_genes, n_sets)."""
    from scipy import sparse

    genes = np.array(sorted(set().union(*sets)), dtype=str)
    row = {gene: i for i, gene in enumerate(genes.tolist())}
    rows = [row[gene] for members in sets for gene in members]
    columns = np.repeat(np.arange(len(sets)), [len(members) for members in sets])
    ones = np.ones(len(rows), np.float32)
    return genes, sparse.csr_matrix((ones, (rows, columns)), shape=(len(genes), len(sets)))


def _kernel(name: str, label: str, groups: tuple, names: Names, knowledge: Knowledge) -> GeneKernel | str:
    wanted = " and ".join(f"'{group[0]}'" for group in groups)
    if not any(here(group, knowledge) for group in groups):
        return f"{label} are not known: fetch {wanted} from the Library."
    if not names.takes_human:
        return f"{label} are of human genes: fetch 'orthologs-{names.species}' from the Library to use them."
    used, known, member = memberships(names, knowledge, groups)
    genes, rows = names.rows(known)
    return GeneKernel(name, label, f"Jaccard index over {member.shape[1]:,} sets of {', '.join(used)}", genes,
                      member[rows], by="jaccard")  # fmt: skip

"""What is known of genes before a perturbation is seen: kernels of likeness, text, sequence, biotype."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from engine.errors import unknown
from engine.gene_features.expression import expression_kernel
from engine.gene_features.gene_facts import coding_of
from engine.gene_features.memberships import pathway_kernel, process_kernel
from engine.gene_features.names import names_in
from engine.gene_features.network import network_kernel
from engine.gene_features.screens import screens_kernel
from engine.gene_features.sequence import sequence_of
from engine.gene_features.text import text_of
from engine.gene_features.vectors import map_kernel, table_kernels
from engine.params.perturbations import KnockoutParams
from engine.progress import Progress
from engine.types.perturbations import GeneKernel, GeneKnowledge, Screen

if TYPE_CHECKING:
    from engine.knowledge import Knowledge
    from engine.store import Store

__all__ = ["KERNELS", "gather"]

KERNELS = ("network", "pathways", "go", "expression", "embedding", "text", "screens")


def gather(genes: Iterable[str], *, species: str, knowledge: Knowledge, store: Store, params: KnockoutParams,
           screen: Screen | None = None, study: str = "", progress: Progress | None = None) -> GeneKnowledge:
    """All that the library, the store and the screen say of genes.

    Parameters
    ----------
    genes
        Symbols that may be asked for, as the study writes them; what the sources know beside them comes too.
    species
        Of the study. What is known of human genes reaches other species through their orthologs.
    params
        `kernels`, `networks`, `map`, `sequences` and `encoder` choose the sources.
    screen
        Whose control cells say what is expressed together, and which is never its own evidence.
    study
        Name of the study, to find its newest gene map and to leave its own screens out.

    Raises
    ------
    UnknownName
        When a kernel, network, map or file is asked for that is not there.
    KnowledgeMissing
        When a network is asked for by name and is not on this machine.
    InvalidFile
        When the sequences cannot be read.
    """
    progress, asked = progress or Progress(), _asked(params.kernels)
    names = names_in(species, genes, knowledge)
    text_kernel, text, text_notes = text_of(names, knowledge, store, progress, asked=params.encoder)
    sequence, sequence_notes = sequence_of(names, knowledge, store, given=params.sequences)
    sources: dict[str, Callable[[], Iterable[GeneKernel | str | None]]] = {
        "network": lambda: [network_kernel(names, knowledge, store, params.networks)],
        "pathways": lambda: [pathway_kernel(names, knowledge)],
        "go": lambda: [process_kernel(names, knowledge)],
        "expression": lambda: [expression_kernel(names, screen)],
        "embedding": lambda: [map_kernel(names, store, asked=params.map, study=study),
                              *table_kernels(names, knowledge)],
        "text": lambda: [text_kernel],
        "screens": lambda: [screens_kernel(names, knowledge, store, screen=screen, study=study)],
    }  # fmt: skip
    found: list[GeneKernel | str | None] = []
    for name in asked:
        progress.check()
        found += sources[name]()
    kernels = tuple(one for one in found if isinstance(one, GeneKernel) and len(one.genes))
    notes = [one for one in found if isinstance(one, str)] + text_notes + sequence_notes
    return GeneKnowledge(kernels, text, sequence, coding_of(names, knowledge), tuple(dict.fromkeys(notes)))


def _asked(kernels: str) -> list[str]:
    """Names of the kernels that were asked for, in their usual order."""
    asked = [name for name in map(str.strip, kernels.split(",")) if name]
    for name in asked:
        if name not in (*KERNELS, "all"):
            raise unknown("kernel", name, KERNELS, where="among the kinds of likeness")
    return [name for name in KERNELS if name in asked or "all" in asked]

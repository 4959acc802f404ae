"""What is known of genes before a perturbation is seen: kernels of likeness, text, sequence, biotype."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from engine.errors import unknown
from engine.gene_features.expression import expression_kernel
from engine.gene_features.memberships import pathway_kernel, process_kernel
from engine.gene_features.names import names_in
from engine.gene_features.network import network_kernel
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
        `kernels`, `networks`, `map` and `sequences` choose the sources.
    screen
        Whose control cells say what is expressed together, and which is never its own evidence.
    study
        Name of the study, to find its newest gene map.

    Raises
    ------
    UnknownName
        When a kernel, network or map is asked for that is not there.
    KnowledgeMissing
        When a network is asked for by name and is not on this machine.
    """
    progress = progress or Progress()
    names = names_in(species, genes, knowledge)
    sources: dict[str, Callable[[], Iterable[GeneKernel | str]]] = {
        "network": lambda: [network_kernel(names, knowledge, store, params.networks)],
        "pathways": lambda: [pathway_kernel(names, knowledge)],
        "go": lambda: [process_kernel(names, knowledge)],
        "expression": lambda: [expression_kernel(names, screen)],
    }
    found = list(_asked(sources, params.kernels, progress))
    kernels = tuple(one for one in found if isinstance(one, GeneKernel))
    return GeneKnowledge(kernels, notes=tuple(one for one in found if isinstance(one, str)))


def _asked(sources: dict, kernels: str, progress: Progress) -> Iterator[GeneKernel | str]:
    """What each source that was asked for says, or why it says nothing."""
    asked = [name for name in map(str.strip, kernels.split(",")) if name]
    for name in asked:
        if name not in (*KERNELS, "all"):
            raise unknown("kernel", name, KERNELS, where="among the kinds of likeness")
    for name, source in sources.items():
        if "all" in asked or name in asked:
            progress.check()
            yield from source()

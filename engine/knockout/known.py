"""What a model may know of genes: gathered for a screen, and as a text that changes when any of it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.gene_features.contents import library_contents, screens_of_others, sequences_content, study_of
from engine.params import KnockoutParams
from engine.store import Store
from engine.types import GeneKnowledge, Screen, targets_of

if TYPE_CHECKING:
    from engine.knowledge import Knowledge

OF_NETWORKS = ("TF targets", "signalling", "orthologs")


def known_of(screen: Screen, params: KnockoutParams, *, store: Store, knowledge: Knowledge) -> GeneKnowledge:
    """All that is known of the genes of a screen before it: see `engine.gene_features.gather`."""
    from engine.gene_features import gather

    genes = dict.fromkeys([*screen.genes.tolist(), *(gene for name in screen.names for gene in targets_of(name))])
    return gather(list(genes), species=screen.facts["species"], knowledge=knowledge, store=store, params=params,
                  screen=screen, study=screen.facts["study"])  # fmt: skip


def contents_known(params: KnockoutParams, *, basis: str, study: str, store: Store, knowledge: Knowledge) -> list[str]:
    """Content of all that a model of a study may learn from beside its own files, sorted.

    Of a network its networks; of a screen every file of the library that is here, gene maps of the study, screens of
    others, and the file of sequences.

    Raises
    ------
    InvalidParameter
        When a file of sequences is named that is not there.
    """
    found = library_contents(knowledge, store=store, kinds=OF_NETWORKS if basis == "network" else ())
    if basis == "screen":
        found += [name for name in store.names("embedding") if params.map in (name, "")
                  and (params.map or study_of(name, store=store) == study)]  # fmt: skip
        found += [*screens_of_others(study, store=store), f"sequences:{sequences_content(params)}"]
    return sorted(found)

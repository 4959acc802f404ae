"""Likeness of genes by what perturbing them did in other screens of the store."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import GeneweaveError
from engine.gene_features.names import HUMAN, NOTHING, Names, one_species
from engine.tl.neighbours import unit_rows
from engine.types import META
from engine.types.perturbations import GeneKernel, Screen

if TYPE_CHECKING:
    from engine.knowledge import Knowledge
    from engine.store import Store

FEWEST = 100  # genes measured in all screens that are compared
Profiles = tuple[list[str], list[str], np.ndarray]  # targets, genes, changes (n_targets, n_genes)


def screens_kernel(names: Names, knowledge: Knowledge, store: Store, *, screen: Screen | None, study: str = ""
                   ) -> GeneKernel | str:  # fmt: skip
    """Cosine of the changes of genes that were perturbed alone, over the genes that the screens have in common.

    Each screen's mean change is taken off first: what every perturbation does tells no two of them apart. What an
    activation did counts with the other sign. A screen of the same study, or of one of the same files, is left out.
    """
    own = set() if screen is None else {screen.facts["study"]}
    others = [found for found in _stored(store) if found.facts["study"] not in own | {study}
              and not (screen is not None and contents(found) & contents(screen))]  # fmt: skip
    profiles = [found for found in (profiles_of(one, names, knowledge) for one in others) if len(found[0]) > 1]
    if not profiles:
        return "No other screen is in the store: each that is read lets its perturbations say how like genes are."
    known, changes, n_genes, n_used = together(profiles)
    genes, rows = names.rows(known)
    source = f"Cosine of changes of {n_genes:,} genes in {n_used} other screen{'s' if n_used > 1 else ''}"
    return GeneKernel("screens", "Other screens", source, genes, unit_rows(changes)[rows])


def profiles_of(screen: Screen, names: Names, knowledge: Knowledge) -> Profiles:
    """Changes of perturbations of one gene less their mean, under the symbols of the study's species."""
    single = np.flatnonzero(screen.adata.obs["n_targets"].to_numpy() == 1)
    changes = np.nan_to_num(np.asarray(screen.delta[single], dtype=np.float64))
    sign = -1.0 if screen.facts["kind"] == "activation" else 1.0
    changes = sign * (changes - changes.mean(axis=0)) if len(single) else changes
    species = one_species(screen.facts["species"])
    targets = translated([screen.names[i] for i in single], species, names, knowledge)
    genes = translated(screen.genes.tolist(), species, names, knowledge)
    rows = [i for i, gene in enumerate(targets) if gene and changes[i].any()]
    columns = list({gene: j for j, gene in enumerate(genes) if gene}.values())
    return [targets[i] for i in rows], [genes[j] for j in columns], changes[np.ix_(rows, columns)]


def translated(genes: Sequence[str], species: str, names: Names, knowledge: Knowledge) -> list[str]:
    """Genes of a screen of any species in the symbols of the study's; empty where there is no ortholog."""
    if species in (names.species, HUMAN):
        return names.of(genes, species=species)
    orthologs = knowledge.orthologs(species) or NOTHING
    return names.of(orthologs.get(gene, "") for gene in genes)


def together(profiles: list[Profiles]) -> tuple[list[str], np.ndarray, int, int]:
    """Mean unit profile of each target over the genes in common, how many those are, and how many screens were used.

    The screen with the most targets comes first; one that would leave fewer than `FEWEST` genes is passed over.
    """
    used, common = [], set()
    for found in sorted(profiles, key=lambda found: -len(found[0])):
        both = common & set(found[1]) if used else set(found[1])
        if not used or len(both) >= FEWEST:
            used, common = [*used, found], both
    order = sorted(common)
    known = sorted(reduce(set.union, (set(found[0]) for found in used), set()))
    summed, row = np.zeros((len(known), len(order))), {gene: i for i, gene in enumerate(known)}
    for targets, genes, changes in used:
        at = {gene: j for j, gene in enumerate(genes)}
        np.add.at(summed, [row[gene] for gene in targets], unit_rows(changes[:, [at[gene] for gene in order]]))
    return known, summed, len(order), len(used)


def contents(screen: Screen) -> set[str]:
    """Hashes of the files that a screen was read from."""
    return {source["content"] for source in screen.facts["sources"].values() if source.get("content")}


def _stored(store: Store) -> list[Screen]:
    """Screens of the store that can be read."""
    found = []
    for name in store.names("screen"):
        try:
            adata = store.read(name)
        except GeneweaveError:
            continue
        if META in adata.uns:
            found.append(Screen(adata))
    return found

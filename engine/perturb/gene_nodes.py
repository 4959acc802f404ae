"""Genes as nodes of a network: which they are, their features of each modality, whether they code for a protein."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from engine.errors import InvalidStudy
from engine.params import GrapeParams
from engine.types import GeneFeatures, GeneKnowledge, Screen, targets_of

LARGEST = 5.0  # standard deviations from the mean of a feature


@dataclass(frozen=True)
class Nodes:
    """The measured genes, then perturbed ones that are not measured.

    `raw` has an array per modality, float32 (n_nodes, n_features), each feature standardised over the genes that have
    it and 0 for the others; `known` bool (n_nodes,) per modality; `types` int64 (n_nodes,), 1 for a non-coding gene.
    `sources` says per modality what gave it and for how many nodes.
    """

    genes: tuple[str, ...]
    raw: list[np.ndarray] = field(repr=False)
    known: list[np.ndarray] = field(repr=False)
    types: np.ndarray = field(repr=False)
    sources: dict[str, dict[str, Any]]

    @cached_property
    def number(self) -> dict[str, int]:
        """The node of each gene."""
        return {gene: i for i, gene in enumerate(self.genes)}


def gene_nodes(screen: Screen, known: GeneKnowledge, params: GrapeParams, *, also: Sequence[str] = ()) -> Nodes:
    """Nodes of a screen's network, with the features that the parameters ask for, as far as they are there.

    Raises
    ------
    InvalidStudy
        When no node has any of them.
    """
    genes = all_genes(screen, also)
    wanted = ("text", "sequence") if params.features in ("fusion", "only fusion") else (params.features,)
    found = {name: getattr(known, name) for name in wanted if getattr(known, name) is not None}
    laid = {name: _laid(features, genes) for name, features in found.items()}
    laid = {name: part for name, part in laid.items() if part[1].any()}
    if not laid:
        raise InvalidStudy(f"GRAPE needs {' or '.join(wanted)} features of genes, and no gene of this screen has any. "
                           "Fetch the gene summaries of the library, or give sequences; or use the core.")  # fmt: skip
    sources = {name: {"source": found[name].source, "n_known": int(has.sum())} for name, (_, has) in laid.items()}
    types = np.array([not known.coding.get(gene, True) for gene in genes], np.int64)
    types = {"kept": types, "ignored": 0 * types,
             "shuffled": np.random.default_rng([params.seed, 4]).permutation(types)}[params.biotype]  # fmt: skip
    return Nodes(genes, [x for x, _ in laid.values()], [has for _, has in laid.values()], types, sources)


def all_genes(screen: Screen, also: Sequence[str] = ()) -> tuple[str, ...]:
    """The measured genes, then those perturbed or asked for that are not measured."""
    perturbed = [gene for name in screen.names for gene in targets_of(name)]
    return tuple(dict.fromkeys([*screen.genes.tolist(), *perturbed, *also]))


def _laid(features: GeneFeatures, genes: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Standardised features of genes, 0 where there are none, and which have them."""
    row = {str(gene): i for i, gene in enumerate(features.genes)}
    has = np.array([gene in row for gene in genes])
    found = np.zeros((len(genes), features.vectors.shape[1]), np.float32)
    if has.any():
        x = np.asarray(features.vectors, np.float32)[[row[gene] for gene in genes if gene in row]]
        spread = x.std(axis=0)
        x = (x - x.mean(axis=0)) / np.where(spread > 1e-8, spread, np.inf)
        found[has] = np.clip(x, -LARGEST, LARGEST)
    return found, has

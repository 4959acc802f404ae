"""Networks for the table of methods: GRAPE on top of the core, the ablations of its paper, and a rival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from engine.params import GearsParams, GrapeParams
from engine.perturb.fit import fit_core
from engine.progress import Progress
from engine.types import GeneKnowledge, Screen, targets_of

ABLATIONS = (
    ("grape-text", "GRAPE, text alone", "Without sequence features.", {"features": "text"}),
    ("grape-sequence", "GRAPE, sequence alone", "Without text features.", {"features": "sequence"}),
    ("grape-fusion-only", "GRAPE, fused features alone", "One graph, from text and sequence fused, in place of one of "
     "each.", {"features": "only fusion"}),
    ("grape-no-structure", "GRAPE without structure learning", "The graph stays that of the features.", {"hops": 0}),
    ("grape-no-biotype", "GRAPE without biotypes", "Coding and non-coding genes are not told apart.",
     {"biotype": "ignored"}),
    ("grape-shuffled-biotype", "GRAPE, biotypes shuffled", "Genes are told apart by labels dealt out at random: what "
     "more weights gain by themselves.", {"biotype": "shuffled"}),
)  # fmt: skip


def grape(screen: Screen, names: Sequence[str], known: GeneKnowledge, seed: int, *,
          params: GrapeParams | None = None, progress: Progress | None = None) -> np.ndarray:
    """The core corrected by GRAPE as far as held-out perturbations vouch for it, float32 (n_names, n_genes).

    Raises
    ------
    InvalidStudy
        When there are too few perturbations, or no gene has features.
    """
    from engine.perturb.grape import train_grape

    genes = sorted({gene for name in names for gene in targets_of(name)})
    core = fit_core(screen, known, genes, seed=seed).core
    told, seen = (np.stack([core.predict(name) for name in which]) for which in (names, screen.names))
    trained = train_grape(screen, known, replace(params or GrapeParams(), seed=seed), seen=seen, also=genes,
                          progress=progress)  # fmt: skip
    return trained.predict(names, told)


def gears(screen: Screen, names: Sequence[str], known: GeneKnowledge, seed: int, *,
          params: GearsParams | None = None, progress: Progress | None = None) -> np.ndarray:
    """Changes by the network after GEARS, float32 (n_names, n_genes).

    Raises
    ------
    InvalidStudy
        When there are too few perturbations.
    """
    from engine.perturb.gears import train_gears

    trained = train_gears(screen, known, replace(params or GearsParams(), seed=seed), progress=progress)
    return trained.predict(names)


NETWORKS = (
    ("grape", "GRAPE", "network", "A graph of coding and non-coding genes from their text and sequence corrects the "
     "core, where held-out perturbations say that it helps (after GRAPE, 2025).", grape),
    ("gears", "GEARS, anew", "network", "Vectors of genes over co-expression and of perturbations over gene ontology "
     "(after Roohani, Huang and Leskovec 2024), written anew.", gears),
    *((name, label, "ablation", about, partial(grape, params=GrapeParams(**change)))
      for name, label, about, change in ABLATIONS),
)  # fmt: skip
"""Name, label, kind, what it is, and its function: the fields of a `Method` each."""

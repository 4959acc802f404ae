"""A made-up regulatory network: regulators in pathways that share targets, so that like regulators do alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PATHWAY_SIZE = 8  # regulators in a pathway, about
MODULES_OF_PATHWAY = 3
OWN = 0.004, 0.012  # share of all genes that are targets of a regulator without its pathway: least and most
SILENT = 0.1  # share of regulators without targets


@dataclass(frozen=True, eq=False)
class Network:
    """Regulators, their targets, and the pathways and modules that both are in.

    The first genes are the regulators. `weights` float32 (n_regulators, n_genes): change of the log expression of a
    target when that of its regulator rises by 1; `pathway` of each regulator, `module` of each gene (−1: none).
    """

    genes: np.ndarray
    weights: np.ndarray
    pathway: np.ndarray
    module: np.ndarray

    @property
    def regulators(self) -> np.ndarray:
        return self.genes[: len(self.weights)]

    def spread(self) -> np.ndarray:
        """Change of all genes when a regulator rises by 1 (log), over three steps, (n_regulators, n_genes).

        The regulator itself is held at 1, whatever leads back to it.
        """
        n = len(self.weights)
        among = self.weights[:, :n]
        reached = np.eye(n, dtype=np.float32) + among + among @ among
        total = reached @ self.weights
        np.fill_diagonal(total[:, :n], 1.0)
        return total


def made_up(n_regulators: int, n_genes: int, rng: np.random.Generator) -> Network:
    """A network in which a pathway's regulators take their targets from the same modules of genes.

    Each pathway has signed weights on three modules. A regulator keeps a share of its pathway's targets, drawn for it
    between three in ten and nearly all, with weights of its own strength, and has targets of its own beside. One in ten
    has none. Some regulators act on others, so that changes go on over more than one step.
    """
    n_pathways = max(n_regulators // PATHWAY_SIZE, 3)
    module = _modules(n_regulators, n_genes, 2 * n_pathways, rng)
    pathway = rng.permutation(np.arange(n_regulators) % n_pathways)
    profiles = np.stack([_profile(module, 2 * n_pathways, rng) for _ in range(n_pathways)])
    weights = np.zeros((n_regulators, n_genes), np.float32)
    for i in np.flatnonzero(rng.random(n_regulators) >= SILENT):
        kept = rng.random(n_genes) < rng.uniform(0.3, 0.95)
        own = np.zeros(n_genes)
        chosen = rng.choice(n_genes, int(np.ceil(rng.uniform(*OWN) * n_genes)), replace=False)
        own[chosen] = rng.normal(0, 0.3, len(chosen))
        strength = rng.lognormal(0, 0.4)
        weights[i] = strength * (profiles[pathway[i]] * kept * rng.uniform(0.6, 1.4, n_genes) + own)
    among = rng.random((n_regulators, n_regulators)) < 2 / n_regulators
    weights[:, :n_regulators] = np.where(among, rng.normal(0, 0.25, among.shape), 0)
    np.fill_diagonal(weights[:, :n_regulators], 0)
    return Network(_names(n_regulators, n_genes), weights, pathway, module)


def _modules(n_regulators: int, n_genes: int, n_modules: int, rng: np.random.Generator) -> np.ndarray:
    """Half of the genes that are no regulators are in modules."""
    module = np.full(n_genes, -1)
    others = rng.permutation(np.arange(n_regulators, n_genes))
    inside = others[: len(others) // 2]
    module[inside] = np.arange(len(inside)) % n_modules
    return module


def _profile(module: np.ndarray, n_modules: int, rng: np.random.Generator) -> np.ndarray:
    """Weights of a pathway on all genes: one sign a module, three modules."""
    profile = np.zeros(len(module))
    for chosen in rng.choice(n_modules, MODULES_OF_PATHWAY, replace=False):
        inside = module == chosen
        profile[inside] = rng.choice([-1, 1]) * rng.gamma(3, 0.1, inside.sum())
    return profile


def _names(n_regulators: int, n_genes: int) -> np.ndarray:
    return np.array([f"TF{i + 1:03d}" for i in range(n_regulators)]
                    + [f"GENE{i + 1:05d}" for i in range(n_genes - n_regulators)])  # fmt: skip

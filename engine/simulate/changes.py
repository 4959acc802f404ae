"""What each made-up perturbation does to the log expression of every gene, singles and pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.simulate.network import Network
from engine.types.perturbations import perturbation_name

TYPES = ("additive", "synergy", "suppression", "epistasis", "redundancy")
FAILED = 0.06  # share of guides that do nothing
SHARED = 0.4  # size of the common response to being perturbed, beside that of the perturbation itself


@dataclass(frozen=True, eq=False)
class Perturbations:
    """Names, their change of log expression float32 (n, n_genes), and the type of each pair ("" of singles).

    `reduced` is the log change of the target by each single's guide.
    """

    names: list[str]
    change: np.ndarray
    types: list[str]
    reduced: np.ndarray


def perturbations(network: Network, n_perturbations: int, n_pairs: int, rng: np.random.Generator) -> Perturbations:
    """Singles of the first regulators, by interference, and pairs of them, each type of interaction as often.

    A pair of singles that do a and b does, apart from its two targets: a + b (additive), 1.6 (a + b) (synergy),
    0.4 (a + b) (suppression), a and a tenth of b (epistasis: the first masks the second), or half of a + b with both
    from one pathway (redundancy: together they do what each does).
    """
    reduced = np.log(1 - rng.uniform(0.6, 0.95, n_perturbations))
    reduced[rng.random(n_perturbations) < FAILED] = 0.0
    single = reduced[:, None] * network.spread()[:n_perturbations]
    common = np.where(rng.random(len(network.genes)) < 0.05, rng.normal(0, 1, len(network.genes)), 0)
    single += SHARED * np.sqrt((single**2).sum(1, keepdims=True)) / max(np.sqrt((common**2).sum()), 1e-9) * common
    own = np.arange(n_perturbations)
    single[own, own] = reduced
    pairs = _pairs(network, n_perturbations, n_pairs, rng)
    together = [_together(single, a, b, kind) for a, b, kind in pairs]
    names = [*network.genes[:n_perturbations].tolist(),
             *(perturbation_name([network.genes[a], network.genes[b]]) for a, b, _ in pairs)]  # fmt: skip
    change = np.concatenate([single, np.array(together).reshape(len(pairs), single.shape[1])]).astype(np.float32)
    return Perturbations(names, change, [""] * n_perturbations + [kind for _, _, kind in pairs], reduced)


def _pairs(network: Network, n: int, n_pairs: int, rng: np.random.Generator) -> list[tuple[int, int, str]]:
    """Distinct pairs with their types in turn; those of redundancy from one pathway, where one is left."""
    every = [(a, b) for a in range(n) for b in range(a + 1, n)]
    order = [every[i] for i in rng.permutation(len(every))]
    alike = [pair for pair in order if network.pathway[pair[0]] == network.pathway[pair[1]]]
    found: dict[tuple[int, int], str] = {}
    for i in range(min(n_pairs, len(every))):
        kind = TYPES[i % len(TYPES)]
        pool = [pair for pair in (alike if kind == "redundancy" else order) if pair not in found]
        found[(pool or [pair for pair in order if pair not in found])[0]] = kind
    return [(a, b, kind) for (a, b), kind in found.items()]


def _together(single: np.ndarray, a: int, b: int, kind: str) -> np.ndarray:
    both = single[a] + single[b]
    change = {"additive": both, "synergy": 1.6 * both, "suppression": 0.4 * both,
              "epistasis": single[a] + 0.1 * single[b], "redundancy": 0.5 * both}[kind].copy()  # fmt: skip
    change[[a, b]] = single[a, a], single[b, b]
    return change

"""Which perturbations a network does not learn from, and what the core predicts of those that it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.progress import Progress
from engine.types import GeneKnowledge, Screen, targets_of

Predict = Callable[[Screen, Sequence[str], GeneKnowledge, int], np.ndarray]
ROLES = ("train", "stop", "gate")


def roles(names: Sequence[str], share: float, seed: int) -> np.ndarray:
    """One of `ROLES` for each perturbation: learned from, training stops by it, or the gate is set by it.

    `share` of the perturbed genes are for the gate and as many to stop by; a gene that is for either is in no
    perturbation that is learned from, so that it is as new to the network as a gene that was never screened. Of the
    pairs that are left, as large a share is drawn.
    """
    rng = np.random.default_rng([seed, 2])
    genes = sorted({gene for name in names for gene in targets_of(name)})
    of_gene = dict(zip(rng.permutation(genes).tolist(), _parts(len(genes), share), strict=True))
    found = np.array([_strictest(of_gene[gene] for gene in targets_of(name)) for name in names])
    pairs = [i for i, name in enumerate(names) if "+" in name and found[i] == "train"]
    found[rng.permutation(pairs).astype(int)] = _parts(len(pairs), share)
    return found


def _parts(n: int, share: float) -> list[str]:
    each = max(1, round(share * n)) if n > 2 else 0
    return ["stop"] * each + ["gate"] * each + ["train"] * (n - 2 * each)


def _strictest(found) -> str:
    found = set(found)
    return next(role for role in reversed(ROLES) if role in found)


def left_out(screen: Screen, known: GeneKnowledge, predict: Predict, *, folds: int, seed: int,
             progress: Progress) -> np.ndarray:
    """What a method predicts of each perturbation that it has not learned from, float32 (n_perturbations, n_genes).

    A single is predicted from perturbations without its gene, a pair from all but the pairs of its fold: what there
    is to correct is then as large as for a gene that was never screened, and not what is left after a fit.
    """
    found = np.full(screen.delta.shape, np.nan, np.float32)
    parts = [*_folds(screen.names, folds, seed, pairs=False), *_folds(screen.names, folds, seed, pairs=True)]
    for number, (out, without) in enumerate(parts):
        progress.step(number / len(parts))
        progress.check()
        found[out] = predict(_without(screen, without), [screen.names[i] for i in out], known, seed)
    return found


def _folds(names: list[str], folds: int, seed: int, *, pairs: bool) -> list[tuple[list[int], set[int]]]:
    """Numbers of the perturbations of each fold, and of all that may not be learned from meanwhile."""
    rng = np.random.default_rng([seed, 3, pairs])
    asked = [i for i, name in enumerate(names) if ("+" in name) == pairs]
    found = []
    for part in np.array_split(rng.permutation(asked).astype(int), min(folds, len(asked))) if asked else []:
        genes = {gene for i in part for gene in targets_of(names[i])}
        out = [i for i, name in enumerate(names) if genes & set(targets_of(name))] if not pairs else part
        found.append((sorted(part.tolist()), {int(i) for i in out}))
    return found


def _without(screen: Screen, numbers: set[int]) -> Screen:
    return screen.of([name for i, name in enumerate(screen.names) if i not in numbers])

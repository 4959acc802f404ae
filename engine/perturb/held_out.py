"""Which perturbations a network does not learn from: some to stop by, some to set its gate by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.types import targets_of

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

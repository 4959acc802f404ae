"""What a perturbation did to its own targets."""

from __future__ import annotations

import numpy as np

from engine.screens.kinds import DOWN
from engine.types.perturbations import targets_of


def target_changes(names: list[str], genes: np.ndarray, delta: np.ndarray, p: np.ndarray,
                   kind: str) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Change of each perturbation's target and its p, each float64 (n_perturbations,); NaN where not measured.

    Of several targets the one that moved least in the direction of that kind counts: a pair is perturbed where both
    are.
    """
    place = {gene: i for i, gene in enumerate(genes)}
    found = np.full((2, len(names)), np.nan)
    for i, name in enumerate(names):
        at = [place[target] for target in targets_of(name) if target in place and np.isfinite(delta[i, place[target]])]
        if at:
            moved = delta[i, at] if kind in DOWN else -delta[i, at]
            least = at[int(np.argmax(moved))]
            found[:, i] = delta[i, least], p[i, least]
    return found[0], found[1]


def p_of(delta: np.ndarray, se: np.ndarray) -> np.ndarray:
    """Two-sided p of changes by the normal law, float64; Welch's test of large groups. 1 where nothing was seen."""
    from scipy import stats

    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(se > 0, np.abs(delta) / se, 0.0)
    return 2 * stats.norm.sf(z)

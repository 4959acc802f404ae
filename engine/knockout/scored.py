"""How far changes go along a direction, and whether that is more than genes of like expression would by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.knockout.direction import Direction


@dataclass(frozen=True)
class Scores:
    """Scores of changes, each float64 (n_changes,): see `Direction`; `cosine` with the weights, z and p; `null` is the
    share of wishes for nothing by which a change has p < 0.05."""

    score: np.ndarray
    cosine: np.ndarray
    z: np.ndarray
    p: np.ndarray
    null: np.ndarray


def scores(delta: np.ndarray, direction: Direction, targets: np.ndarray, *, dealt: np.ndarray | None = None) -> Scores:
    """Scores of changes, the gene that was perturbed left out of each.

    z holds the sum Σ weight · scale · Δ against the same sum with the weights dealt anew among genes of one bin of
    expression, each gene keeping its scale. Its mean and variance over all ways of dealing are known in closed form,
    bin by bin (Hoeffding 1951); for a set of genes this is a random set of like expression. p is the upper tail of z:
    small where a change goes along the wish, near 1 where it goes against it.

    Parameters
    ----------
    delta
        Changes, (n_changes, n_genes); NaN, not measured, is left out.
    targets
        Place of the perturbed gene among the genes, int (n_changes,); -1 where it is not measured.
    dealt
        Weights of wishes for nothing, see `deal`: (n_genes, n_wishes).
    """
    from scipy.stats import norm

    x, held = left_out(delta, direction, targets)
    length = np.sqrt((x**2).sum(axis=1) * (direction.along**2).sum())
    x *= direction.scale
    raw, (mean, variance) = x @ direction.weight, by_chance(x, direction)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.where(variance > 0, np.sqrt(variance), np.nan)
        z = (raw - mean) / spread
        by_nothing = norm.sf((x @ dealt - mean[:, None]) / spread[:, None]) if dealt is not None else np.ones((1, 1))
        return Scores(raw / held, raw / length, z, norm.sf(z), (by_nothing < 0.05).mean(axis=1))


def deal(direction: Direction, n: int, *, seed: int) -> np.ndarray:
    """The weights dealt anew among genes of like expression, `n` times: wishes for nothing, (n_genes, n)."""
    rng, place = np.random.default_rng(seed), np.argsort(direction.bins, kind="stable")
    found = np.empty((len(place), n))
    for column in found.T:
        column[place] = direction.weight[np.lexsort((rng.random(len(place)), direction.bins))]
    return found


def left_out(delta: np.ndarray, direction: Direction, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Changes as float64 with 0 for the target and what was not measured, and the share of the whole that is left."""
    rows = np.flatnonzero(targets >= 0)
    x = np.array(delta, dtype=np.float64)
    x[rows, targets[rows]] = np.nan
    missing = np.isnan(x)
    x[missing] = 0.0
    return x, 1 - missing @ direction.share


def by_chance(x: np.ndarray, direction: Direction) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of Σ weight · x over all ways to deal the weights anew within the bins, each (n_changes,);
    `x` are changes times scale."""
    n_bins = int(direction.bins.max()) + 1
    member = np.zeros((len(direction.bins), n_bins))
    member[np.arange(len(direction.bins)), direction.bins] = 1
    n = member.sum(axis=0)
    weights, total = direction.weight @ member, x @ member  # (n_bins,), (n_changes, n_bins)
    spread = direction.weight**2 @ member - weights**2 / n
    variance = (x**2 @ member - total**2 / n) @ (spread / np.maximum(n - 1, 1))
    return total @ (weights / n), np.maximum(variance, 0)

"""Measured perturbations that do what a given change does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidParameter
from engine.perturb.changes import target_mask
from engine.tl.adjust import adjusted
from engine.types import Screen, targets_of

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 200


def alike(screen: Screen, change: np.ndarray, *, name: str = "", by: str = "pearson", seed: int = 0,
          centred: bool = False, draws: int = DRAWS) -> pd.DataFrame:
    """Perturbations of a screen by how like their change is to a given one, most alike first.

    Genes that are targets on either side, or not measured, take no part. A screen's perturbations have much in common;
    with `centred` their mean is taken off both sides, and what is left tells them apart.

    Parameters
    ----------
    change
        Change of each gene of the screen, (n_genes,).
    name
        The perturbation that the change is of: left out of the table, and its targets out of the likeness.
    by
        pearson or cosine.
    draws
        Permutations that p rests on; with 0 it is 1.

    Returns
    -------
    perturbation, likeness, n_genes, p (share of `draws` permutations of the genes of the given change, one added, that
    are as like), fdr over perturbations (Benjamini and Hochberg).

    Raises
    ------
    InvalidParameter
        When the change is not of this screen's genes, or the likeness is neither.
    """
    import pandas as pd

    change = np.asarray(change, dtype=np.float64)
    if change.shape != (len(screen.genes),):
        raise InvalidParameter(f"A change of each of {len(screen.genes)} genes was expected, found {change.shape}. "
                               "Give one of the same screen.")  # fmt: skip
    if by not in ("pearson", "cosine"):
        raise InvalidParameter(f"Likeness is by pearson or cosine, found '{by}'. Choose one of them.")
    others = [other for other in screen.names if other != name]
    values = screen.delta[screen.adata.obs_names.get_indexer(others)].astype(np.float64)
    counts = np.isfinite(values) & np.isfinite(change) & ~target_mask(others, screen.genes)
    if name:
        counts &= ~np.isin(screen.genes, targets_of(name))
    if centred:
        mean = np.where(counts, values, 0).sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
        values, change = values - mean, change - mean
    likeness, p = _likeness(change, values, counts, by == "pearson", seed, draws)
    table = pd.DataFrame({"perturbation": others, "likeness": likeness, "n_genes": counts.sum(axis=1), "p": p})
    table["fdr"] = adjusted(table["p"].to_numpy())
    return table.sort_values("likeness", ascending=False, kind="stable", ignore_index=True)


def _likeness(change: np.ndarray, values: np.ndarray, counts: np.ndarray, centre: bool, seed: int,
              draws: int) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Of each row with the change, and the share of permuted changes as like; NaN where a side is constant."""
    rng, given = np.random.default_rng(seed), np.where(np.isfinite(change), change, 0)
    many = np.stack([given, *rng.permuted(np.tile(given, (draws, 1)), axis=1)])  # (1 + draws, n_genes)
    weight, kept = counts.astype(np.float64), np.where(counts, values, 0)
    n = np.maximum(weight.sum(axis=1, keepdims=True), 1)
    cross, of_rows = kept @ many.T, (kept**2).sum(axis=1, keepdims=True)
    of_draws = weight @ (many**2).T
    if centre:
        rows, sums = kept.sum(axis=1, keepdims=True), weight @ many.T
        cross, of_rows, of_draws = cross - rows * sums / n, of_rows - rows**2 / n, of_draws - sums**2 / n
    size = np.sqrt(np.maximum(of_rows, 0) * np.maximum(of_draws, 0))
    found = np.where(size > 1e-12, cross / np.maximum(size, 1e-12), np.nan)
    p = (1 + (found[:, 1:] >= found[:, :1]).sum(axis=1)) / (1 + draws)
    return np.clip(found[:, 0], -1, 1), np.where(np.isfinite(found[:, 0]), p, np.nan)

"""Causal networks: roots that reach the changed genes over signed paths, tested against random changed genes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.causal.changes import Changes
from engine.causal.edges import Network
from engine.causal.null import degree_bins, drawn_directions
from engine.causal.paths import Wiring, pooled, reached
from engine.causal.regulators import in_order
from engine.causal.score import measured, scores
from engine.progress import Progress
from engine.tl.adjust import adjusted

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 512  # roots at a time
CALLED_P_BIAS = 0.05
ROOT_COLUMNS = ("root", "depth", "n_regulators", "n_targets", "n_changed", "n_signed", "p", "fdr", "z", "bias",
                "corrected", "p_bias", "fdr_bias", "call", "log2fc", "de_fdr")  # fmt: skip


def roots(changes: Changes, network: Network, *, depth: int = 2, permutations: int = 1000, seed: int = 0,
          progress: Progress | None = None) -> pd.DataFrame:
    """Score every gene as a root.

    A root reaches regulators over at most `depth` − 1 steps and, a step on, their measured targets, which are pooled;
    see `engine.causal.paths`. With depth 1 the root is the regulator itself.

    Returns
    -------
    root, depth, n_regulators (reached, the root too, that have a changed target), the columns of
    `engine.causal.score.scores` over the pooled targets, fdr, p_bias (how often random changed genes, matched in
    number, direction and degree, lead to a z as far from what they give on average), fdr_bias, log2fc and de_fdr (own
    change). A root is called where |z| ≥ 2, p < 0.01 and p_bias < 0.05. Empty for a network without signs.

    Raises
    ------
    JobCancelled
        Between two blocks of roots.
    """
    import pandas as pd

    progress, wiring = progress or Progress(), Wiring.of(network, changes)
    if not len(wiring.genes):
        return pd.DataFrame(columns=list(ROOT_COLUMNS))
    draws = drawn_directions(changes.direction[wiring.genes], _bins(wiring), permutations, seed=seed)
    places, parts = np.arange(len(wiring.nodes)), []
    for start in range(0, len(places), BLOCK):
        progress.check()
        progress.step(start / len(places))
        parts.append(_block(wiring, places[start : start + BLOCK], changes, draws, depth))
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(fdr=adjusted(table["p"].to_numpy()), fdr_bias=adjusted(table["p_bias"].to_numpy()))
    table["call"] = table["call"].where(table["p_bias"] < CALLED_P_BIAS, "")
    table[["log2fc", "de_fdr"]] = measured(table["root"], changes)
    return in_order(table[list(ROOT_COLUMNS)], first="p_bias")


def root_notes(table: pd.DataFrame, permutations: int) -> list[str]:
    """What a reader of the table should know: how small a p the draws allow, and that many roots share targets."""
    tested = int(table["p_bias"].notna().sum())
    if not tested:
        return []
    least = 1 / (permutations + 1)
    said = [f"{tested:,} roots were tested against {permutations:,} random sets: the smallest p is {least:.2g}. Roots "
            "that lead to the same regulators get much the same z, so that one cause may show as many roots."]
    at_least = int((table["p_bias"] <= least * 1.001).sum())
    if at_least and least * tested / at_least > 0.05:
        said.append(f"With so many roots that p means a false discovery rate of {least * tested / at_least:.2g}: "
                    "ask for more random sets to go below.")  # fmt: skip
    return said


def _block(wiring: Wiring, places: np.ndarray, changes: Changes, draws: np.ndarray, depth: int) -> pd.DataFrame:
    direction = changes.direction[wiring.genes]
    by_steps = reached(wiring, places, depth)
    signs, weights = pooled(wiring, by_steps, places)
    any_target = signs.any(axis=1)
    signs, weights = signs[any_target], weights[any_target]
    table = scores(np.abs(signs), signs, weights, changes, at=wiring.genes)
    leads = (abs(wiring.last) @ np.abs(direction) > 0).astype(float)
    table["n_regulators"] = np.rint(sum(abs(here) @ leads for here in by_steps)[any_target]).astype(int)
    table.insert(0, "root", wiring.nodes[places[any_target]])
    return table.assign(depth=depth, p_bias=_p_bias(signs * weights, direction, draws))


def _p_bias(signed: np.ndarray, direction: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Share of draws, the real one counted among them, whose z lies as far from the mean z; NaN where z is none."""
    square = signed**2
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.nan_to_num((signed @ draws) / np.sqrt(square @ np.abs(draws)))
        real = (signed @ direction) / np.sqrt(square @ np.abs(direction))
    centre = (z.sum(axis=1) + np.nan_to_num(real)) / (z.shape[1] + 1)
    far = np.abs(z - centre[:, None]) >= np.abs(real - centre)[:, None] - 1e-5
    return np.where(np.isfinite(real), (1 + far.sum(axis=1)) / (1 + z.shape[1]), np.nan)


def _bins(wiring: Wiring) -> np.ndarray:
    return degree_bins(np.asarray(abs(wiring.last).sum(axis=0)).ravel())

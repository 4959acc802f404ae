"""Correlations of both conditions with their standard errors, and the partners that genes gained and lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.tl.differential.arms import strips_with_error
from engine.tl.differential.design import Design
from engine.tl.differential.sums import Strip, UnitSums

CONFIDENCE = 0.95
LEAST_CHANGE = 0.1  # of a partner: a smaller one explains less than 1 % of a gene's variance, however certain


@dataclass(frozen=True)
class Sides:
    """Correlations and standard errors of both conditions and of their change, float32 (n_genes, n_genes).

    A standard error is the jackknife's over units, but no less than counting alone makes it; ∞ where not known.
    `gained` and `lost` count partners, int (n_genes,); `net` is the mean change of |correlation|.
    """

    control: np.ndarray
    case: np.ndarray
    control_se: np.ndarray
    case_se: np.ndarray
    change_se: np.ndarray
    gained: np.ndarray
    lost: np.ndarray
    net: np.ndarray


def both_sides(sums: UnitSums, design: Design) -> Sides:
    """Correlations within units of both conditions; every unit of a side is left out once for its standard error.

    A partner counts as gained or lost where the 95 % interval of its change excludes 0 (t with n_units − 2 degrees of
    freedom, or n_pairs − 1 and pairs left out for paired donors) and the change is at least 0.1; gained where
    |correlation| grew. The interval is no narrower than counting alone makes it, for a jackknife of a few units, or of
    correlations that reach ±1, may be far too narrow by chance.
    """
    quantile = reach(sums.n_units, paired=design.pair is not None)
    whole = np.stack([~design.case, design.case]).astype(np.float32)
    left_out = [_left_out(side, design) for side in whole.astype(bool)]
    scales = sums.scale(whole), [sums.scale(sets) for sets in left_out]
    counting = np.sqrt(sums.n_cells.sum() / (whole @ sums.n_cells))
    found = [np.zeros((sums.n_genes, sums.n_genes), np.float32) for _ in range(5)]
    gained, lost = np.zeros((2, 1, sums.n_genes))
    for strip, error in strips_with_error(sums):
        rho = strip.correlations(whole, scales[0])
        parts = [strip.correlations(sets, scale) for sets, scale in zip(left_out, scales[1], strict=True)]
        errors = [np.maximum(_jackknife(part), least * error) for part, least in zip(parts, counting, strict=True)]
        of_change = np.hypot(*errors)
        if design.pair is not None:
            of_change = np.maximum(_jackknife(parts[1] - parts[0]), np.hypot(*counting) * error)
        for into, values in zip(found, [*rho, *errors, of_change], strict=True):
            strip.write(into, values)
        change = np.abs(rho[1] - rho[0])
        sure = (change > quantile * of_change) & (change >= LEAST_CHANGE)
        sure &= _known(strip, scales[0])
        grew = np.abs(rho[1]) >= np.abs(rho[0])
        strip.add(gained, (sure & grew)[None])
        strip.add(lost, (sure & ~grew)[None])
    for matrix in found[:2]:
        np.fill_diagonal(matrix, 1)
    for matrix in found[2:]:
        np.fill_diagonal(matrix, 0)
    net = (np.abs(found[1]).sum(axis=1) - np.abs(found[0]).sum(axis=1)) / max(sums.n_genes - 1, 1)
    return Sides(*found, gained[0].astype(int), lost[0].astype(int), net)


def reach(n_units: int, *, paired: bool) -> float:
    """Standard errors from an estimate to the ends of its 95 % interval."""
    from scipy.stats import t

    return float(t.ppf((1 + CONFIDENCE) / 2, max(n_units // 2 - 1 if paired else n_units - 2, 1)))


def _left_out(side: np.ndarray, design: Design) -> np.ndarray:
    """The side without each of its units, (n_left_out, n_units); for pairs in the order of the donors."""
    units = np.flatnonzero(side)
    if design.pair is not None:
        units = units[np.argsort(design.pair[units], kind="stable")]
    sets = np.tile(side, (len(units), 1))
    sets[np.arange(len(units)), units] = False
    return sets.astype(np.float32)


def _jackknife(parts: np.ndarray) -> np.ndarray:
    """Standard error from estimates with one unit left out each, along the first axis."""
    return parts.std(axis=0) * np.sqrt(len(parts) - 1)


def _known(strip: Strip, scale: np.ndarray) -> np.ndarray:
    """Pairs of genes that vary in both conditions: of the others there is no correlation to compare."""
    known = (scale > 0).all(axis=0)
    return known[strip.rows, None] & known[None, strip.right]

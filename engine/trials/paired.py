"""Two methods on the same perturbations: the mean difference, its interval and p by bootstrap over perturbations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from engine.metrics.perturbation import BY_NAME

SAMPLES = 2000
LEVEL = 0.95
LEAST = 6  # perturbations that an interval needs
BEATS, WORSE, NOT_BETTER, UNTOLD = "beats", "is worse than", "is not better than", "cannot be told from"
SAME = "predicts the same as"


@dataclass(frozen=True)
class Difference:
    """How much better one method is than another on a measure; above 0 is better, whatever the measure.

    `mean`, `low`, `high` (95 %) and `p` (two-sided) over `n` perturbations, `one` and `other` the means of both over
    these; `stands` is beats, is worse than, is not better than (a gain that matters is ruled out), cannot be told
    from, or predicts the same as.
    """

    mean: float
    low: float
    high: float
    p: float
    n: int
    one: float
    other: float
    stands: str


def compare(one: pd.Series, other: pd.Series | float, measure: str, *, seed: int = 0) -> Difference | None:
    """The paired bootstrap of two methods; None where they share no perturbation with both values.

    A perturbation held out at several seeds counts once, with the mean of its differences: seeds are no new
    perturbations.

    Parameters
    ----------
    one, other
        Values by perturbation and seed; `other` may be what a guess reaches.
    """
    about = BY_NAME[measure]
    a, b = _by_perturbation(one, other)
    if not len(a):
        return None
    gains = b - a if about.less else a - b
    means = _resampled(gains, seed)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    tail = min((means <= 0).sum(), (means >= 0).sum())
    p, level = min(1.0, 2 * (tail + 1) / (SAMPLES + 1)), float(b.mean())
    matters = about.margin * (abs(level) if about.less else 1.0)
    mean, low, high = float(gains.mean()), float(low), float(high)
    stands = SAME if not gains.any() else _stands(mean, low, high, len(gains), matters)
    return Difference(mean, low, high, p, len(gains), float(a.mean()), level, stands)


def _by_perturbation(one: pd.Series, other: pd.Series | float) -> tuple[np.ndarray, np.ndarray]:
    """Means over seeds of both, of each perturbation and seed with both values; float64 (n_perturbations,) each."""
    if isinstance(other, pd.Series):
        other = other if other.index.equals(one.index) else other.reindex(one.index)
    a, b = one.to_numpy(float), np.broadcast_to(np.asarray(other, dtype=float), one.shape)
    known = np.isfinite(a) & np.isfinite(b)
    row = pd.factorize(one.index.get_level_values(0)[known])[0]
    n = np.bincount(row)
    return np.bincount(row, a[known]) / n, np.bincount(row, b[known]) / n


def interval(values: pd.Series) -> tuple[float, float, float, int]:
    """Mean of a method's values, its 95 % interval by bootstrap over perturbations, and how many these are.

    NaN where nothing is defined; the interval is NaN with fewer perturbations than it needs.
    """
    each = values.dropna().groupby(level=0).mean().to_numpy()
    if not len(each):
        return math.nan, math.nan, math.nan, 0
    if len(each) < LEAST:
        return float(each.mean()), math.nan, math.nan, len(each)
    low, high = np.quantile(_resampled(each, 0), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(each.mean()), float(low), float(high), len(each)


def _resampled(gains: np.ndarray, seed: int) -> np.ndarray:
    """Means of samples of perturbations drawn with replacement, (SAMPLES,)."""
    return gains[_drawn(len(gains), seed)].mean(axis=1)


@lru_cache(maxsize=8)
def _drawn(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, n, (SAMPLES, n))


def _stands(mean: float, low: float, high: float, n: int, matters: float) -> str:
    """A gain that is certain and yet too small to matter is none, nor is such a loss one."""
    if n < LEAST or not (math.isfinite(low) and math.isfinite(high)):
        return UNTOLD
    if high < 0 and mean <= -matters:
        return WORSE
    if high < matters:
        return NOT_BETTER
    return BEATS if low > 0 else UNTOLD

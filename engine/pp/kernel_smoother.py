"""Kernel regression with a bandwidth that the data choose."""

from __future__ import annotations

import numpy as np

BINS = 1000
QUARTILE = 0.6744897501960817  # of the standard normal


def smooth(x: np.ndarray, y: np.ndarray, at: np.ndarray, *, width: float) -> np.ndarray:
    """Nadaraya–Watson regression of `y`, shape (n, k), on `x`, (n,), at the points `at`, (m,): shape (m, k).

    The Gaussian kernel has its quartiles at ± a quarter of `width`. Points beyond the range of `x` take
    the value at its end.
    """
    scale = 0.25 * width / QUARTILE
    at = np.clip(at, x.min(), x.max())
    found = np.empty((len(at), y.shape[1]))
    for start in range(0, len(at), BINS):
        some = at[start : start + BINS]
        weight = np.exp(-0.5 * ((some[:, None] - x) / scale) ** 2)
        found[start : start + BINS] = weight @ y / weight.sum(axis=1, keepdims=True)
    return found


def sheather_jones(x: np.ndarray) -> float:
    """Bandwidth of a Gaussian density estimate, by Sheather & Jones (1991), the solve-the-equation rule.

    Distances are counted in 1,000 bins. Where the equation has no root, Scott's rule is given.
    """
    from scipy.optimize import brentq

    x, n = np.asarray(x, dtype=np.float64), len(x)
    scale = min(x.std(ddof=1), np.subtract(*np.quantile(x, (0.75, 0.25))) / (2 * QUARTILE)) or x.std(ddof=1)
    scott = 1.06 * scale * n**-0.2
    if not scale > 0:
        return 1.0
    distance, pairs = _binned_distances(x)
    fourth = _functional(distance, pairs, n, 1.24 * scale * n ** (-1 / 7), order=4)
    sixth = -_functional(distance, pairs, n, 1.23 * scale * n ** (-1 / 9), order=6)
    if not (fourth > 0 and sixth > 0):
        return scott
    ratio = 1.357 * (fourth / sixth) ** (1 / 7)

    def equation(h: float) -> float:
        density = _functional(distance, pairs, n, ratio * h ** (5 / 7), order=4)
        return (1 / (2 * np.sqrt(np.pi) * n * max(density, 1e-300))) ** 0.2 - h

    low, high = 0.1 * scott, 2 * scott
    return float(brentq(equation, low, high)) if equation(low) * equation(high) < 0 else scott


def _binned_distances(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances between bins and how many ordered pairs of points lie so far apart."""
    counts, edges = np.histogram(x, bins=BINS, range=(x.min() - 1e-9, x.max() + 1e-9))
    pairs = np.correlate(counts.astype(float), counts.astype(float), mode="full")[BINS - 1 :]
    pairs[1:] *= 2
    pairs[0] -= len(x)
    return np.arange(BINS) * (edges[1] - edges[0]), pairs


def _functional(distance: np.ndarray, pairs: np.ndarray, n: int, width: float, *, order: int) -> float:
    """Estimate of ∫ f⁗ f or ∫ f⁽⁶⁾ f: the mean derivative of a Gaussian kernel over all pairs and points."""
    z = (distance / width) ** 2
    hermite = {4: z**2 - 6 * z + 3, 6: z**3 - 15 * z**2 + 45 * z - 15}[order]
    at_zero = {4: 3, 6: -15}[order]
    total = (pairs * hermite * np.exp(-z / 2)).sum() + n * at_zero
    return total / (n * (n - 1) * np.sqrt(2 * np.pi) * width ** (order + 1))

"""Whether a prediction is nearer to its own perturbation than to the others that were held out with it."""

from __future__ import annotations

import numpy as np


def discrimination(predicted: np.ndarray, measured: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """PDS: 1 − rank / N, the rank (from 0) of the own measured change among all N, by L1 distance to the prediction.

    Parameters
    ----------
    predicted, measured
        Changes, (n_perturbations, n_genes); measured may hold NaN.
    kept
        Genes that count, boolean (n_genes,). The targets of every perturbation compared must be out: were only the
        own target out, a prediction without any knowledge would look nearer to itself than to others, whose targets
        count.

    Returns
    -------
    A value a perturbation; ties share their rank. A guess gives (N + 1) / 2N on average, not one half. NaN with fewer
    than two perturbations.
    """
    apart = _distances(predicted, measured, kept, power=1)
    own = np.diag(apart)[:, None]
    n = len(apart)
    rank = (apart < own).sum(axis=1) + ((apart == own).sum(axis=1) - 1) / 2
    return np.where(np.isfinite(own[:, 0]) & (n > 1), 1 - rank / n, np.nan)


def centroid_accuracy(predicted: np.ndarray, measured: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Share of the other perturbations that lie farther from a prediction than its own does (Systema); chance .5.

    Arguments as of `discrimination`; Euclidean distances, ties count one half.
    """
    apart = _distances(predicted, measured, kept, power=2)
    own = np.diag(apart)[:, None]
    n = len(apart)
    farther = (apart > own).sum(axis=1) + ((apart == own).sum(axis=1) - 1) / 2
    return np.where(np.isfinite(own[:, 0]) & (n > 1), farther / max(n - 1, 1), np.nan)


def chance_of_discrimination(n: int) -> float:
    """What a guess among n perturbations gives on average."""
    return (n + 1) / (2 * n) if n > 1 else float("nan")


def _distances(predicted: np.ndarray, measured: np.ndarray, kept: np.ndarray, *, power: int) -> np.ndarray:
    """Of each prediction (rows) to each measured change (columns), mean over genes measured in all of them."""
    kept = kept & np.isfinite(measured).all(axis=0) & np.isfinite(predicted).all(axis=0)
    if not kept.any():
        return np.full((len(predicted), len(measured)), np.nan)
    left, right = predicted[:, kept].astype(np.float64), measured[:, kept].astype(np.float64)
    return np.stack([(np.abs(row - right) ** power).mean(axis=1) for row in left]) if len(left) else np.empty((0, 0))

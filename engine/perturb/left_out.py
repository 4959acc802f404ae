"""What a kernel ridge with a free mean would have predicted of each perturbation without having seen it, exactly.

With M = K + D (D: noise, the penalty is in the scale of K) and the mean estimated by generalised least squares, let
P = M⁻¹ − M⁻¹1 1ᵀM⁻¹ / 1ᵀM⁻¹1. Then y = mean + K·Py, and without the rows I, mean re-estimated too,

    y_I − ŷ_I = (P_II)⁻¹ (Py)_I        (Dubrule, Mathematical Geology 15, 687 (1983)).

For one row this is r_i/(1 − H_ii): r = D·Py and 1 − H_ii = D_ii·P_ii.
"""

from __future__ import annotations

import numpy as np


def projector(kernel: np.ndarray, noise: np.ndarray, *, mean: bool = True) -> np.ndarray:
    """P of a kernel and a noise a row, float64 (n, n); without `mean`, M⁻¹ alone: the mean is 0."""
    inverse = np.linalg.inv(kernel + np.diag(noise))
    inverse = (inverse + inverse.T) / 2
    if not mean:
        return inverse
    ones = inverse.sum(axis=0)
    return inverse - np.outer(ones, ones) / ones.sum()


def operator(p: np.ndarray, groups: list[np.ndarray] | None = None) -> np.ndarray:
    """T, float64 (n, n), so that T·y are left-out residuals.

    `groups` are, for each row, the rows that are left out with it, itself first; by default itself alone.
    """
    if groups is None:
        return p / np.diag(p)[:, None]
    return np.stack([np.linalg.solve(p[np.ix_(rows, rows)], p[rows])[0] for rows in groups])


def mean_weights(kernel: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Share of each row in the estimated mean, float64 (n,), of sum 1."""
    ones = np.linalg.solve(kernel + np.diag(noise), np.ones(len(noise)))
    return ones / ones.sum()

"""How well predicted changes agree with measured ones, perturbation by perturbation; undefined is NaN, never 0.

Every function takes changes as float arrays (n_perturbations, n_genes), NaN where not measured, and gives a value a
perturbation, shape (n_perturbations,). `kept` says which genes count, boolean (n_perturbations, n_genes).
"""

from __future__ import annotations

import numpy as np

FLAT = 1e-5  # a spread below this share of the changes themselves is rounding, not a prediction
LEAST = 3  # genes that a correlation needs


def pearson(predicted: np.ndarray, measured: np.ndarray, kept: np.ndarray, *,
            centre: np.ndarray | float = 0.0) -> np.ndarray:
    """Pearson correlation over genes of both changes less `centre`; NaN where a side is the same for all genes.

    With the control (0) as centre this is PCC of changes; with the mean change of the training perturbations, shape
    (n_genes,), it is that of Systema (Viñas Torné et al. 2025), for which the mean itself predicts nothing.
    """
    kept = kept & np.isfinite(predicted) & np.isfinite(measured) & np.isfinite(centre)
    n = np.maximum(kept.sum(axis=1), 1)
    sides, flat = [], kept.sum(axis=1) < LEAST
    for side in (predicted, measured):
        size = np.sqrt((np.where(kept, np.maximum(np.abs(side), np.abs(centre)), 0.0) ** 2).sum(axis=1) / n)
        moved = np.where(kept, side - centre, 0.0)
        moved = np.where(kept, moved - moved.sum(axis=1, keepdims=True) / n[:, None], 0.0)
        flat = flat | (np.sqrt((moved**2).sum(axis=1) / n) <= FLAT * size)
        sides.append(moved)
    left, right = sides
    spread = np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
    found = (left * right).sum(axis=1) / np.where(flat | (spread == 0), 1.0, spread)
    return np.where(flat | (spread == 0), np.nan, np.clip(found, -1, 1))


def squared_error(predicted: np.ndarray, measured: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Mean squared error over genes."""
    return _mean((predicted - measured) ** 2, kept)


def root_squared_error(predicted: np.ndarray, measured: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Root of the mean squared error over genes."""
    return np.sqrt(squared_error(predicted, measured, kept))


def distance(predicted: np.ndarray, measured: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Euclidean distance over the genes kept (Ahlmann-Eltze et al. 2025: those highest in control)."""
    n = (kept & np.isfinite(measured)).sum(axis=1)
    return np.sqrt(squared_error(predicted, measured, kept) * n)


def same_direction(predicted: np.ndarray, measured: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Share of genes whose predicted sign is the measured one; no change predicted is never right of a gene that did.

    DAC, directional accuracy of changes.
    """
    return _mean((np.sign(predicted) == np.sign(measured)).astype(float), kept & np.isfinite(measured))


def _mean(values: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Mean over the genes kept that have a value; NaN where there is none."""
    kept = kept & np.isfinite(values)
    n = kept.sum(axis=1)
    return np.where(n > 0, np.where(kept, values, 0.0).sum(axis=1) / np.maximum(n, 1), np.nan)

"""Measured changes drawn to their mean by as much as they are noise.

Empirical Bayes in closed form (Efron and Morris, JASA 70, 311 (1975), with unequal errors): a gene's changes lie
around their mean with a variance that is what is left of the seen variance when the mean squared standard error is
taken off, and each change is the better known the smaller its own error.
"""

from __future__ import annotations

import numpy as np


def shrunk(values: np.ndarray, se: np.ndarray) -> np.ndarray:
    """E(true change | seen change) of each gene: m + τ²/(τ² + se²)·(seen − m).

    Parameters
    ----------
    values, se
        Changes and their standard errors, (n_perturbations, n_genes); where an error is not known, nothing is shrunk.

    Returns
    -------
    float32 of that shape.
    """
    error = np.where(np.isfinite(se), se, 0).astype(np.float64) ** 2
    mean = values.mean(axis=0, dtype=np.float64)
    seen = values.var(axis=0, ddof=1, dtype=np.float64) if len(values) > 1 else np.zeros(values.shape[1])
    real = np.maximum(seen - error.mean(axis=0), 0)
    share = np.where(error > 0, real / np.maximum(real + error, 1e-300), 1.0)
    return (mean + share * (values - mean)).astype(np.float32)

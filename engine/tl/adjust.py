"""False discovery rates where some tests have no p."""

from __future__ import annotations

import numpy as np


def adjusted(p: np.ndarray) -> np.ndarray:
    """Benjamini–Hochberg over the values that are there; NaN stays NaN."""
    from scipy.stats import false_discovery_control

    p = np.asarray(p, dtype=float)
    known = np.isfinite(p)
    out = np.full(len(p), np.nan)
    out[known] = false_discovery_control(p[known]) if known.any() else []
    return out

"""How well a set of signed targets fits the changed genes: overlap p, z, its bias and the call; for many sets at once.

Definitions after Krämer et al., Bioinformatics 30, 523 (2014).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from engine.causal.changes import Changes

LEAST_BIAS = 0.25  # |μ| above which z is corrected for it
CALLED_Z, CALLED_P = 2.0, 0.01
ACTIVATED, INHIBITED = "activated", "inhibited"


def scores(members: Any, signs: Any, weights: Any, changes: Changes, *, at: Any = slice(None)) -> pd.DataFrame:
    """Score each set of targets against the changed genes.

    Parameters
    ----------
    members, signs, weights
        Dense or sparse arrays (n_sets, n_columns): 1 for a target, its sign (1, −1, 0 not known), and its weight.
    at
        Which genes of `changes` the columns are; all of them by default.

    Returns
    -------
    A row a set: n_targets, n_changed, n_signed (changed targets with a sign and a direction), p (one-sided Fisher
    against the measured universe), z (NaN without such targets), bias (μ = μ_data · μ_TR, the latter of those
    targets), corrected (whether z = Σw(x − μ)/√Σw², since |μ| > 0.25; else z = Σwx/√Σw²), call.
    """
    import pandas as pd

    changed, up = changes.changed.astype(float)[at], changes.direction[at]
    known, signed = np.abs(up), signs * weights
    n_targets, n_changed = (np.rint(x).astype(int) for x in (members.sum(axis=1), members @ changed))
    n_signed, net = np.rint(abs(signs) @ known), signs @ known
    with np.errstate(invalid="ignore", divide="ignore"):
        bias = np.where(n_signed > 0, changes.bias * net / n_signed, 0.0)
        corrected = np.abs(bias) > LEAST_BIAS
        centre = np.where(corrected, bias, 0.0)
        z = (signed @ up - centre * (abs(signed) @ known)) / np.sqrt(signed**2 @ known)
    z = np.where(n_signed > 0, z, np.nan)
    p = overlap_p(n_changed, n_targets, changes.n_changed, len(changes.genes))
    found = {"n_targets": n_targets, "n_changed": n_changed, "n_signed": n_signed.astype(int), "p": p, "z": z,
             "bias": bias, "corrected": corrected, "call": called(z, p)}  # fmt: skip
    return pd.DataFrame(found)


def overlap_p(n_both: np.ndarray, n_targets: np.ndarray, n_changed: int, n_universe: int) -> np.ndarray:
    """P of so many changed targets or more by chance: Fisher's exact test, one-sided."""
    from scipy.stats import hypergeom

    return np.minimum(hypergeom.sf(np.asarray(n_both) - 1, n_universe, n_changed, np.asarray(n_targets)), 1.0)


def called(z: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Activated or inhibited where |z| ≥ 2 and p < 0.01; empty text elsewhere."""
    sure = (np.abs(np.nan_to_num(z)) >= CALLED_Z) & (p < CALLED_P)
    return np.where(sure, np.where(z > 0, ACTIVATED, INHIBITED), "")


def measured(names: pd.Series, changes: Changes) -> pd.DataFrame:
    """log2fc and de_fdr of genes as they were measured; NaN where they were not."""
    import pandas as pd

    own = pd.DataFrame({"log2fc": changes.log2fc, "de_fdr": changes.fdr}, index=changes.genes)
    return own.reindex(names).reset_index(drop=True)

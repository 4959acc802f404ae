"""Activity of regulators by a univariate linear model over all measured genes, without a threshold.

Badia-i-Mompel et al., Bioinformatics Advances 2, vbac016 (2022): a straight line of the change of all genes on the
signed weights of one regulator, 0 for genes that are not its targets; the activity is the t of its slope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.causal.edges import Targets
from engine.tl.adjust import adjusted

if TYPE_CHECKING:
    import pandas as pd

LEAST_TARGETS = 5


def activity(values: np.ndarray, targets: Targets, *, least: int = LEAST_TARGETS) -> pd.DataFrame:
    """Activity of every regulator with enough signed targets.

    Parameters
    ----------
    values
        One number a gene, such as its log2 fold change, float64 (n_genes,).
    least
        Measured targets with a sign that a regulator needs.

    Returns
    -------
    regulator, n (its signed targets), t = r·√((n_genes − 2)/(1 − r²)), p (two-sided), fdr.
    """
    import pandas as pd
    from scipy.stats import t as student

    mor, n = targets.signs * targets.weights, len(values)
    count = np.asarray((mor != 0).sum(axis=1)).ravel()
    mor, names, count = mor[count >= least], targets.sources[count >= least], count[count >= least]
    centred = values - values.mean()
    mean = np.asarray(mor.sum(axis=1)).ravel() / n
    spread = np.asarray((mor**2).sum(axis=1)).ravel() - n * mean**2
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.clip((mor @ centred) / np.sqrt(spread * (centred @ centred)), -1.0, 1.0)
        slope_t = r * np.sqrt((n - 2) / ((1 - r) * (1 + r)))
    p = 2 * student.sf(np.abs(slope_t), n - 2)
    return pd.DataFrame({"regulator": names, "n": count, "t": slope_t, "p": p, "fdr": adjusted(p)})

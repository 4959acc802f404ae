"""How much of a network's correction to the core is taken: what held-out perturbations say, or nothing of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FEWEST = 5  # held-out perturbations, to open a gate
DOUBT = 0.05  # chance at most that a network without gain opens it


@dataclass(frozen=True)
class Gate:
    """Strength 0 (the core alone) to 1, and what it rests on.

    `core` and `both` are root mean square errors on the held-out perturbations, the second with a strength
    that each of them had no part in, None of too few; `n` is their number.
    """

    strength: float
    core: float | None
    both: float | None
    n: int
    says: str


def gate(residual: np.ndarray, correction: np.ndarray, *, what: str) -> Gate:
    """Set a gate by least squares, when the gain is beyond doubt by a paired test over perturbations.

    Parameters
    ----------
    residual, correction
        Measured change less the core's, and what the network adds, (n_perturbations, n_genes); NaN in the first
        does not count.
    what
        The perturbations in words, for the sentence: "single genes".
    """
    from scipy import stats

    n = len(residual)
    if n < FEWEST:
        return Gate(0.0, None, None, n, f"Core alone for {what}: {n} of them were held out, and it takes {FEWEST} "
                    "to tell whether the network helps.")  # fmt: skip
    crossed, squared, own = _moments(residual, correction)
    others = _strength(crossed.sum() - crossed, squared.sum() - squared)
    both = own - 2 * others * crossed + others**2 * squared
    gain = own - both
    error = gain.std(ddof=1) / np.sqrt(n)
    sure = gain.mean() > stats.t.ppf(1 - DOUBT, n - 1) * error and gain.mean() > 0
    strength = float(_strength(crossed.sum(), squared.sum())) if sure else 0.0
    core_error, both_error = (float(np.sqrt(x.mean())) for x in (own, both))
    share = 100 * (1 - both.mean() / own.mean()) if own.mean() > 0 else 0.0
    told = f"{share:.1f} % of the squared error of the core on {n} held-out {what}"
    says = (f"The network takes away {told}; {strength:.2f} of its correction is added." if strength else
            f"Core alone for {what}: the network would take away {told}, which may be chance.")  # fmt: skip
    return Gate(strength, core_error, both_error, n, says)


def _moments(residual: np.ndarray, correction: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean over the genes that count of r · c, c² and r², a value a perturbation."""
    counts = np.isfinite(residual)
    n = np.maximum(counts.sum(1), 1)
    r, c = (np.where(counts, x, 0).astype(np.float64) for x in (residual, correction))
    return (r * c).sum(1) / n, (c * c).sum(1) / n, (r * r).sum(1) / n


def _strength(crossed, squared):
    return np.clip(crossed / np.maximum(squared, 1e-12), 0.0, 1.0)

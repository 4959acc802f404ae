"""Does it beat the mean? Left-out errors in words, with a paired bootstrap over perturbations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.metrics.perturbation.agreement import pearson
from engine.perturb.changes import squares
from engine.perturb.pairs import LEAST_PAIRS
from engine.perturb.singles import PREDICTORS, Singles

if TYPE_CHECKING:
    from engine.perturb.fit import Fitted

DRAWS = 2000


def left_out_scores(singles: Singles) -> dict[str, dict[str, float | None]]:
    """Predictor → of what it told of each single without it: mse; pcc, mean Pearson correlation of changes; systema,
    the same of changes less the mean of the other singles. None where a side is constant."""
    truth, counts = singles.changes.values, singles.changes.counts
    found = {}
    for name, told in singles.left_out.items():
        plain = pearson(told, truth, counts)
        mean = singles.left_out["mean"]
        without = pearson(told - mean, truth - mean, counts)
        found[name] = {"mse": float(singles.errors[name].mean()), "pcc": _mean(plain), "systema": _mean(without)}
    return found


def fall(before: np.ndarray, after: np.ndarray, *, seed: int = 0) -> tuple[float, float, float]:
    """By which share the mean error fell, and the bounds of 95 % by a bootstrap over perturbations, paired."""
    draws = np.random.default_rng(seed).integers(0, len(before), (DRAWS, len(before)))
    shares = 1 - after[draws].mean(axis=1) / np.maximum(before[draws].mean(axis=1), 1e-300)
    return 1 - after.mean() / max(before.mean(), 1e-300), *np.quantile(shares, [0.025, 0.975])


def by_name(errors: np.ndarray, names: list[str]) -> np.ndarray:
    """Mean error of each perturbation, float64 (n_names,): one that was left out in two ways is no two of them."""
    row = np.unique(names, return_inverse=True)[1]
    return np.bincount(row, errors) / np.bincount(row)


def verdict(singles: Singles, *, seed: int = 0) -> list[str]:
    """Sentences on unseen single genes."""
    n, errors, best = len(singles.changes.names), singles.errors, singles.best
    rivals = {name: fall(errors["mean"], errors[name], seed=seed) for name in errors if name != "mean"}
    if not singles.ridge.amounts.any():
        rivals.pop("ridge")
    if best != "mean":
        share, low, high = rivals[best]
        sure = "" if low > 0 else "; the interval holds 0, so that is not certain"
        return [f"Of {n} perturbations of one gene, each told without itself, {PREDICTORS[best]} errs "
                f"{_percent(share)} less than the mean of the others in mean square (95 % interval {_percent(low)} to "
                f"{_percent(high)}, bootstrap over perturbations{sure})."]  # fmt: skip
    nearest = max(rivals, key=lambda name: rivals[name][0])
    share, low, high = rivals[nearest]
    ridge = " No kind of likeness of genes lessens the error." if "ridge" not in rivals else ""
    errs = "as much in mean square" if _percent(max(abs(low), abs(high))) == _percent(0) else (
        f"{_more(-share)} in mean square (95 % interval {_more(-high)} to {_more(-low)}, bootstrap over perturbations)"
    )
    return [f"Nothing beats the mean here: of {n} perturbations of one gene, each told without itself, the next, "
            f"{PREDICTORS[nearest]}, errs {errs}.{ridge}",
            "So every gene that was not perturbed is told the mean of the screen: what such perturbations have in "
            "common, and nothing that is this gene's own."]  # fmt: skip


def _more(share: float) -> str:
    return f"{_percent(abs(share))} {'less' if share < 0 else 'more'}"


def _percent(share: float) -> str:
    return f"{round(100 * share, 1) + 0.0:.1f} %"


def _mean(values: np.ndarray) -> float | None:
    return float(np.nanmean(values)) if np.isfinite(values).any() else None


def pair_verdict(fitted: Fitted, *, seed: int = 0) -> list[str]:
    """Sentences on pairs, against the sum of their parts."""
    found = []
    for kind, left_out in fitted.left_out.items():
        if left_out.sums is None or len(left_out.names) < LEAST_PAIRS:
            continue
        told, summed = (by_name(squares(left_out.truth - each, left_out.counts), left_out.names)
                        for each in (left_out.told, left_out.sums))  # fmt: skip
        n, (share, low, high) = len(told), fall(summed, told, seed=seed)
        if share == 0:
            found.append(f"Of {n} pairs ({kind[6:]}), nothing learned beats the sum of the parts.")
        else:
            found.append(f"Of {n} pairs ({kind[6:]}), each told without itself, the core errs "
                         f"{_percent(share)} less than the sum of the parts in mean square (95 % interval "
                         f"{_percent(low)} to {_percent(high)}, bootstrap over pairs).")  # fmt: skip
    return found

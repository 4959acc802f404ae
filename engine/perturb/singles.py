"""What is told of one gene that was not perturbed, by what left-out perturbations vouch for.

The best by left-out error of no change, the mean, the low-rank linear model and the multi-kernel ridge: the mean,
unless another gains more than the standard error of that gain over perturbations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.errors import InvalidStudy
from engine.perturb.changes import (
    Changes,
    changes_of,
    mean_of_others,
    mean_where,
    singles_of,
    squares,
    target_mask,
)
from engine.perturb.linear import Linear, fit_linear, left_out_linear, pseudobulk
from engine.perturb.ridge import Ridge, fit_ridge, gains
from engine.types import GeneKnowledge, Screen

LEAST_SINGLES = 3
PREDICTORS = {"mean": "the mean of the screen", "no change": "no change", "linear": "the low-rank linear model",
              "ridge": "the multi-kernel ridge"}  # fmt: skip


@dataclass(frozen=True)
class Singles:
    """All that is learned of single genes.

    `changes` of the training singles; `ridge` and `linear` fitted to them; `left_out`, predictor → what it told of each
    single without it, float32 (n, n_genes); `errors`, predictor → its mean squared error of each, float64 (n,); `best`,
    the predictor that is used.
    """

    changes: Changes
    ridge: Ridge
    linear: Linear
    left_out: dict[str, np.ndarray] = field(repr=False)
    errors: dict[str, np.ndarray] = field(repr=False)
    best: str

    def without(self, rows: Sequence[int]) -> np.ndarray:
        """What would be told of those rows without all of them, float32 (len(rows), n_genes).

        Of the linear model, which has no closed form for several, without each alone.
        """
        at = np.asarray(rows)
        if self.best in ("linear", "no change") or len(at) == 1:
            return self.left_out[self.best][at]
        if self.best == "mean":
            rest = mean_where(*(np.delete(each, at, axis=0) for each in (self.changes.values, self.changes.counts)))
            return np.tile(rest.astype(np.float32), (len(at), 1))
        block = self.ridge.p[np.ix_(at, at)]
        return (self.changes.values[at] - np.linalg.solve(block, self.ridge.dual[at])).astype(np.float32)


def fit_singles(screen: Screen, known: GeneKnowledge, *, seed: int = 0, by: str = "") -> Singles:
    """Learn from the single perturbations of a screen; `by` takes a predictor whatever its error.

    Raises
    ------
    InvalidStudy
        When there are fewer than three.
    """
    names = singles_of(screen)
    if len(names) < LEAST_SINGLES:
        raise InvalidStudy(f"To learn what a gene does takes {LEAST_SINGLES} perturbations of single genes at least, "
                           f"found {len(names)}. Add perturbations, or simulate from a study without any.")  # fmt: skip
    changes = changes_of(screen, names)
    ridge = fit_ridge(changes, [kernel.between(names, names) for kernel in known.kernels], seed=seed)
    shape = changes.values, pseudobulk(screen, changes.values), target_mask(names, screen.genes).astype(np.float32)
    left_out = {"mean": mean_of_others(changes),
                "no change": np.zeros_like(changes.values),
                "linear": left_out_linear(*shape, seed=seed),
                "ridge": changes.values - ridge.dual / np.diag(ridge.p)[:, None]}  # fmt: skip
    if not ridge.amounts.any():
        left_out["ridge"] = left_out["mean"]
    left_out = {name: told.astype(np.float32) for name, told in left_out.items()}
    errors = {name: squares(changes.values - told, changes.counts) for name, told in left_out.items()}
    return Singles(changes, ridge, fit_linear(*shape), left_out, errors, by or best_of(errors))


def best_of(errors: dict[str, np.ndarray]) -> str:
    """The predictor of least error of those that beat the mean by more than the standard error; else the mean."""
    better = [name for name, error in errors.items() if name != "mean" and gains(errors["mean"], error)]
    return min(["mean", *better], key=lambda name: errors[name].mean())

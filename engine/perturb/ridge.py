"""Multi-kernel ridge: how much each kind of evidence says of what a perturbation does, by left-out perturbations.

M = D + Σ a_k K_k, a_k ≥ 0: the penalty is in the scale of a. The amounts are raised one by one, each step the one that
lessens the left-out error most; a kernel enters only where it gains more than the standard error of that gain over
perturbations. Who looks at many kernels finds one that gains by chance: so the whole search is done again with the
perturbed genes of all kernels permuted, and its gain must exceed that of each permutation (19: p = 0.05). Else, as
where it begins, all amounts are 0: the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.perturb.changes import Changes
from engine.perturb.left_out import mean_weights, operator, projector

AMOUNTS = tuple(10.0 ** np.linspace(-2, 1.5, 8))  # variance explained by a kernel, over that of the noise
MOST_ROWS = 250  # on so many perturbations amounts are chosen
STEPS, PERMUTATIONS = 24, 19


@dataclass(frozen=True)
class Ridge:
    """A fitted ridge over the rows of `Changes`.

    `amounts`, float64 (n_kernels,); `noise`, float64 (n,); `kernel`, Σ a_k K_k, and `p`, its projector, both
    float64 (n, n); `mean`, float64 (n_genes,), and `dual`, Py, float32 (n, n_genes).
    """

    amounts: np.ndarray
    noise: np.ndarray
    kernel: np.ndarray
    p: np.ndarray
    mean: np.ndarray
    dual: np.ndarray

    def predict(self, cross: np.ndarray) -> np.ndarray:
        """Changes of genes by Σ a_k K_k with the rows, (n_genes_asked, n): float32 (n_genes_asked, n_genes)."""
        return (self.mean + cross @ self.dual).astype(np.float32)


def fit_ridge(changes: Changes, kernels: Sequence[np.ndarray], *, seed: int = 0) -> Ridge:
    """Choose the amounts by left-out error and fit.

    Parameters
    ----------
    kernels
        Likeness of the perturbed genes by each kind of evidence, float64 (n, n).
    """
    rows = np.arange(len(changes.names))
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MOST_ROWS, replace=False))
    values = changes.values.astype(np.float64)
    noises = _noises(values, changes.noise)
    gram = values[rows] @ values[rows].T
    amounts, noise = choose([kernel[np.ix_(rows, rows)] for kernel in kernels], [x[rows] for x in noises], gram,
                            seed=seed)  # fmt: skip
    return fit_amounts(values, kernels, amounts, noises[noise])


def fit_amounts(values: np.ndarray, kernels: Sequence[np.ndarray], amounts: np.ndarray, noise: np.ndarray) -> Ridge:
    """Fit with given amounts and noise."""
    kernel = sum((a * k for a, k in zip(amounts, kernels, strict=True)), np.zeros((len(values), len(values))))
    p = projector(kernel, noise)
    return Ridge(np.asarray(amounts), noise, kernel, p, mean_weights(kernel, noise) @ values,
                 (p @ values).astype(np.float32))  # fmt: skip


def choose(kernels: Sequence[np.ndarray], noises: Sequence[np.ndarray], gram: np.ndarray, *,
           seed: int = 0) -> tuple[np.ndarray, int]:
    """Amounts of the kernels, and which noise: those of least left-out error; no kernel and the first noise, unless
    the gain over that is more than its standard error and more than that of permuted genes.

    Parameters
    ----------
    gram
        Y·Yᵀ, float64 (n, n): all that the errors need of the changes.
    """
    rng, plain = np.random.default_rng(seed), errors(np.zeros_like(gram), noises[0], gram)
    amounts, error, noise = _search(kernels, noises, gram)
    if not gains(plain, error) or not amounts.any():
        return np.zeros(len(kernels)), 0
    for _ in range(PERMUTATIONS):
        order = rng.permutation(len(gram))
        if _search([kernel[np.ix_(order, order)] for kernel in kernels], noises, gram)[1].sum() <= error.sum():
            return np.zeros(len(kernels)), 0
    return amounts, noise


def errors(kernel: np.ndarray, noise: np.ndarray, gram: np.ndarray) -> np.ndarray:
    """Summed squared left-out error of each perturbation, float64 (n,)."""
    t = operator(projector(kernel, noise))
    return np.einsum("ij,ij->i", t @ gram, t)


def gains(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether errors fell by more than the standard error of their fall."""
    fall = before - after
    if len(fall) < 2 or fall.mean() <= 1e-6 * before.mean():
        return False
    return bool(fall.mean() > fall.std(ddof=1) / np.sqrt(len(fall)))


def _search(kernels, noises, gram) -> tuple[np.ndarray, np.ndarray, int]:
    """Amounts, errors and noise of the best search, one from each noise."""
    units = [1 / max(np.trace(_centred(kernel)) / len(kernel), 1e-12) for kernel in kernels]
    found = [(*_climb(kernels, units, noise, gram), i) for i, noise in enumerate(noises)]
    return min(found, key=lambda each: each[1].sum())


def _climb(kernels, units, noise, gram) -> tuple[np.ndarray, np.ndarray]:
    amounts, total = np.zeros(len(kernels)), np.zeros_like(gram)
    now = errors(total, noise, gram)
    for _ in range(STEPS):
        best, step = now, None
        for k, kernel in enumerate(kernels):
            for amount in (0.0, *AMOUNTS):
                if amount * units[k] == amounts[k]:
                    continue
                tried = errors(total + (amount * units[k] - amounts[k]) * kernel, noise, gram)
                enters = amounts[k] > 0 or gains(now, tried)
                if enters and tried.sum() < best.sum():
                    best, step = tried, (k, amount * units[k])
        if step is None or best.sum() > 0.999 * now.sum():
            break
        total = total + (step[1] - amounts[step[0]]) * kernels[step[0]]
        amounts[step[0]], now = step[1], best
    return amounts, now


def _noises(values: np.ndarray, noise: np.ndarray) -> list[np.ndarray]:
    """The same for all; and, where errors are known, as large as what is its own and its error together."""
    same = np.ones(len(values))
    if noise.max(initial=0) <= 0 or noise.std() < 1e-6 * noise.mean():
        return [same]
    own = max(values.var(axis=0, ddof=1).mean() - noise.mean(), 0.05 * noise.mean())
    return [same, (own + noise) / (own + noise).mean()]


def _centred(kernel: np.ndarray) -> np.ndarray:
    return kernel - kernel.mean(axis=0) - kernel.mean(axis=1)[:, None] + kernel.mean()

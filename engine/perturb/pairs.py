"""What two perturbations do together: nearly the sum, and as much else as left-out pairs vouch for.

δ_AB = c + β₁δ_A + β₂δ_B + B·(z_A ∘ z_B): β is least squares over all pairs and genes, drawn to 1 as if κ more pairs
had been exactly additive; c and B are a ridge on what is left, over products of the component scores z of the two
parts. How far each is drawn to the sum is chosen by left-out error, in closed form; the bare sum is among the choices
and stays where nothing gains more than the standard error of its gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from engine.perturb.left_out import operator, projector
from engine.perturb.ridge import gains

PRIOR_PAIRS = (np.inf, 30.0, 10.0, 3.0, 1.0)  # κ
CONSTANT = (0.0, 0.1, 0.3, 1.0, 3.0)  # variance of c over that of noise
TOGETHER = (0.0, 0.03, 0.1, 0.3, 1.0)  # the same of the products
LEAST_PAIRS = 8  # below, pairs are taken to add up


@dataclass(frozen=True)
class PairModel:
    """`beta`, float64 (2,); `coef`, float32 (1 + n_components, n_genes): c, then B."""

    beta: np.ndarray
    coef: np.ndarray
    n: int = 0
    choice: tuple[float, float, float] = (np.inf, 0.0, 0.0)

    def predict(self, first: np.ndarray, second: np.ndarray, products: np.ndarray) -> np.ndarray:
        """Changes of pairs by their parts, (n, n_genes) each, and their products, (n, n_components)."""
        told = self.beta[0] * first + self.beta[1] * second
        return (told + self.coef[0] + products @ self.coef[1:]).astype(np.float32)


def additive_model(n_components: int, n_genes: int, *, n: int = 0) -> PairModel:
    """The sum, with nothing learned."""
    return PairModel(np.ones(2), np.zeros((1 + n_components, n_genes), np.float32), n)


def fit_pairs(first: np.ndarray, second: np.ndarray, truth: np.ndarray, products: np.ndarray,
              groups: list[np.ndarray], *, n_pairs: int) -> tuple[PairModel, np.ndarray]:
    """Fit, and predict each row without its group.

    Parameters
    ----------
    first, second, truth
        Changes of the parts and of the pair, (n, n_genes); 0 in all three where a gene does not count.
    products
        z_A ∘ z_B, (n, n_components).
    groups
        For each row the rows that are left out with it, itself first.
    n_pairs
        Pairs that the rows are of, each once and then, in the same order, each once more or not; with fewer than
        `LEAST_PAIRS` the parts are added and nothing is learned.

    Returns
    -------
    The model, and left-out predictions, float32 (n, n_genes).
    """
    if n_pairs < LEAST_PAIRS:
        return additive_model(products.shape[1], truth.shape[1], n=n_pairs), (first + second).astype(np.float32)
    sides = [each.astype(np.float64) for each in (truth, first, second)]
    grams = np.stack([[a @ b.T for b in sides] for a in sides])  # (3, 3, n, n)
    betas = {kappa: _left_out_betas(grams, kappa, groups) for kappa in PRIOR_PAIRS}
    choice, t = _choose(grams, betas, products, groups, n_pairs)
    signs = _signs(betas[choice[0]])
    rest = sum(signs[:, i, None] * (t @ sides[i]) for i in range(3))
    return _fit(sides, grams, products, choice, n_pairs), (truth - rest).astype(np.float32)


def _choose(grams, betas, products, groups, n_pairs: int) -> tuple[tuple[float, float, float], np.ndarray]:
    """The choice of least left-out error, and its operator; a pair that stands twice counts once."""
    def of_pairs(error: np.ndarray) -> np.ndarray:
        return error.reshape(-1, n_pairs).mean(axis=0)

    plain = np.einsum("ia,ib,abi->i", _signs(betas[np.inf]), _signs(betas[np.inf]),
                      np.diagonal(grams, axis1=2, axis2=3))  # fmt: skip
    best, least = ((np.inf, 0.0, 0.0), np.eye(len(products))), plain
    for constant, together in product(CONSTANT, TOGETHER):
        kernel = _kernel(products, constant, together)
        t = operator(projector(kernel, np.ones(len(products)), mean=False), groups)
        each = np.einsum("abij,ij->abi", np.einsum("ij,abjk->abik", t, grams, optimize=True), t)
        for kappa, beta in betas.items():
            error = np.einsum("ia,ib,abi->i", _signs(beta), _signs(beta), each)
            if error.sum() < least.sum() and gains(of_pairs(plain), of_pairs(error)):
                best, least = ((kappa, constant, together), t), error
    return best


def _signs(beta: np.ndarray) -> np.ndarray:
    """What truth, first and second count in the residual δ − β₁·first − β₂·second, float64 (n, 3)."""
    return np.column_stack([np.ones(len(beta)), -beta])


def _left_out_betas(grams: np.ndarray, kappa: float, groups: list[np.ndarray]) -> np.ndarray:
    """β without each group, float64 (n, 2)."""
    own = np.diagonal(grams, axis1=2, axis2=3)  # (3, 3, n)
    whole = own.sum(axis=2)
    return np.stack([_beta(whole - own[:, :, rows].sum(axis=2), own.shape[2] - len(rows), kappa) for rows in groups])


def _beta(sums: np.ndarray, n: int, kappa: float) -> np.ndarray:
    if not np.isfinite(kappa) or n < 1:
        return np.ones(2)
    normal, right = sums[1:, 1:], sums[1:, 0]
    prior = kappa * np.trace(normal) / (2 * n)
    if prior <= 0:
        return np.ones(2)
    return np.linalg.solve(normal + prior * np.eye(2), right + prior)


def _fit(sides, grams, products, choice, n_pairs) -> PairModel:
    kappa, constant, together = choice
    own = np.diagonal(grams, axis1=2, axis2=3)
    beta = _beta(own.sum(axis=2), own.shape[2], kappa)
    rest = sides[0] - beta[0] * sides[1] - beta[1] * sides[2]
    dual = projector(_kernel(products, constant, together), np.ones(len(products)), mean=False) @ rest
    coef = np.vstack([constant * dual.sum(axis=0), together * products.T @ dual])
    return PairModel(beta, coef.astype(np.float32), n_pairs, choice)


def _kernel(products: np.ndarray, constant: float, together: float) -> np.ndarray:
    return constant + together * products @ products.T

"""Low-rank linear model: the change of gene g by perturbing gene p is bilinear in vectors of g and p.

Ahlmann-Eltze, Huber and Anders, Nature Methods 22, 1657 (2025): Y ≈ G W Pᵀ + b, W = (GᵀG + λI)⁻¹GᵀY P(PᵀP + λI)⁻¹,
λ = 0.1. G are the first 10 principal components of the training pseudobulk, genes as rows; P are the rows of G of the
perturbed genes; b is the mean change of each gene. A pair has the sum of two vectors. A perturbed gene that is not
among the measured ones has no vector: 0 is taken, so it takes no part in W, and b is predicted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.perturb.changes import changes_of, target_mask
from engine.types import Screen, targets_of

N_COMPONENTS, PENALTY = 10, 0.1


@dataclass(frozen=True)
class Linear:
    """`vectors` G, (n_genes, 10); `weights` G·W, (n_genes, 10); `mean` b, (n_genes,)."""

    vectors: np.ndarray
    weights: np.ndarray
    mean: np.ndarray

    def predict(self, places: np.ndarray) -> np.ndarray:
        """Changes of perturbations by their vectors P, (n, 10): float32 (n, n_genes)."""
        return (self.mean + places @ self.weights.T).astype(np.float32)


def fit_linear(delta: np.ndarray, pseudobulk: np.ndarray, targets: np.ndarray) -> Linear:
    """Fit to perturbations.

    Parameters
    ----------
    delta
        Changes, (n_perturbations, n_genes).
    pseudobulk
        Mean expression in each perturbation, of that shape; of a table without control, the changes.
    targets
        1 where a gene is a target, of that shape.
    """
    centred = _centred(pseudobulk)
    axes, w = _weights(centred @ centred.T, centred @ delta.T, targets @ centred.T)
    vectors = centred.T.astype(np.float64) @ axes
    return Linear(vectors, vectors @ w, delta.mean(axis=0, dtype=np.float64))


def pseudobulk(screen: Screen, delta: np.ndarray) -> np.ndarray:
    """Mean expression in each perturbation, float32 as `delta`; the changes themselves where control is not known."""
    control = screen.control
    return (delta + control).astype(np.float32) if np.isfinite(control).all() else delta


def linear(screen: Screen, names: Sequence[str]) -> np.ndarray:
    """The low-rank linear model fitted to all other perturbations, float32 (n_names, n_genes)."""
    others = [name for name in screen.names if name not in set(names)] or list(screen.names)
    delta = changes_of(screen, others, targets=True).values
    fit = fit_linear(delta, pseudobulk(screen, delta), target_mask(others, screen.genes).astype(np.float32))
    return fit.predict(places(names, screen.genes, fit.vectors))


def places(names: Sequence[str], genes: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """P of perturbations by name, float (n_names, 10)."""
    import pandas as pd

    index, found = pd.Index(genes), np.zeros((len(names), vectors.shape[1]))
    for row, name in enumerate(names):
        found[row] = sum((vectors[index.get_loc(gene)] for gene in targets_of(name) if gene in index), 0)
    return found


def left_out_linear(delta: np.ndarray, pseudobulk: np.ndarray, targets: np.ndarray, *, most: int = 300,
                    seed: int = 0) -> np.ndarray:
    """Prediction for each perturbation of a fit without it, float32 (n_perturbations, n_genes).

    With more than `most` perturbations, several are left out at once. All but the last step is done on products of
    perturbations with perturbations, of which the rows and columns left out are left away.
    """
    centred, n = _centred(pseudobulk), len(delta)
    grams = centred @ centred.T, centred @ delta.T, targets @ centred.T
    coef, mean, total = np.zeros((n, n)), np.empty(delta.shape), delta.sum(axis=0, dtype=np.float64)
    order = np.random.default_rng(seed).permutation(n)
    for out in np.array_split(order, min(n, most)):
        rest = np.setdiff1d(order, out)
        axes, w = _weights(*(gram[np.ix_(rest, rest)] for gram in grams))
        coef[np.ix_(out, rest)] = grams[2][np.ix_(out, rest)] @ axes @ w.T @ axes.T
        mean[out] = (total - delta[out].sum(axis=0, dtype=np.float64)) / len(rest)
    return (mean + coef @ centred).astype(np.float32)


def _weights(gram: np.ndarray, cross: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Axes A so that G = Zᵀ·A, and W, by Z·Zᵀ, Z·Yᵀ and targets·Zᵀ, each (n, n): Z is the centred pseudobulk."""
    n = min(N_COMPONENTS, len(gram))
    axes = np.linalg.eigh(gram.astype(np.float64))[1][:, ::-1][:, :n]
    of_targets = at @ axes
    within = axes.T @ (cross - cross.mean(axis=1, keepdims=True)) @ of_targets
    left, right = axes.T @ gram @ axes + PENALTY * np.eye(n), of_targets.T @ of_targets + PENALTY * np.eye(n)
    return axes, np.linalg.solve(left, within) @ np.linalg.inv(right)


def _centred(pseudobulk: np.ndarray) -> np.ndarray:
    return pseudobulk - pseudobulk.mean(axis=1, keepdims=True)

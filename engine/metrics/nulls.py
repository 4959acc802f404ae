"""Embeddings that know nothing, or one trivial thing: what a measure gives without biology."""

from __future__ import annotations

import numpy as np


def random_vectors(n_rows: int, n_latent: int, *, seed: int) -> np.ndarray:
    """Standard normal vectors, float32, shape (n_rows, n_latent)."""
    return np.random.default_rng(seed).standard_normal((n_rows, n_latent)).astype(np.float32)


def random_by_name(genes: np.ndarray, n_latent: int, *, seed: int) -> np.ndarray:
    """One random vector a gene name, the same in every dataset, float32, shape (n_rows, n_latent)."""
    names, place = np.unique(genes, return_inverse=True)
    return random_vectors(len(names), n_latent, seed=seed)[place]


def groups_of_like_degree(degree: np.ndarray, n_groups: int) -> np.ndarray:
    """Equal groups of rows in order of their degree, int64, shape (n_rows,); ties by row."""
    groups = np.empty(len(degree), np.int64)
    for label, rows in enumerate(np.array_split(np.argsort(degree, kind="stable"), n_groups)):
        groups[rows] = label
    return groups

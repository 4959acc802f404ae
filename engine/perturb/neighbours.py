"""Neighbours of genes, for the graphs of a network: by a kernel, or by expression in control cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.types import GeneKernel, GeneKnowledge, Screen

ROWS = 512  # genes compared with all others at a time
LEAST = 0.05


def related_pairs(kernel: GeneKernel | None, genes: Sequence[str], k: int) -> np.ndarray:
    """Pairs of genes (numbers i < j, int64 (2, n_pairs)) among the k most alike of either; none without a kernel."""
    at = np.flatnonzero([kernel.knows(gene) for gene in genes]) if kernel else np.empty(0, int)
    known, found = [genes[i] for i in at], [np.empty((2, 0), np.int64)]
    for start in range(0, len(known), ROWS):
        like = kernel.between(known[start : start + ROWS], known)
        like[np.arange(len(like)), start + np.arange(len(like))] = 0
        i, j = _most(like, k)
        found.append(np.stack([at[start + i], at[j]]))
    return _unordered(np.concatenate(found, axis=1))


def expression_pairs(screen: Screen, genes: Sequence[str], known: GeneKnowledge, k: int) -> np.ndarray:
    """Pairs that go together in control cells; of a table without cells, by the kernel of expression if there is one.

    The measured genes must be the first of `genes`.
    """
    if "control" not in screen.adata.varm:
        return related_pairs(kernel_of(known, "expression"), genes, k)
    x = np.asarray(screen.adata.varm["control"], np.float32)
    x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    found = [np.empty((2, 0), np.int64)]
    for start in range(0, len(x), ROWS):
        like = x[start : start + ROWS] @ x.T
        like[np.arange(len(like)), start + np.arange(len(like))] = 0
        i, j = _most(like, k)
        found.append(np.stack([start + i, j]))
    return _unordered(np.concatenate(found, axis=1))


def kernel_of(known: GeneKnowledge, *names: str) -> GeneKernel | None:
    """The first of these kernels that is there."""
    by_name = {kernel.name: kernel for kernel in known.kernels}
    return next((by_name[name] for name in names if name in by_name), None)


def nearest(kernel: GeneKernel | None, gene: str, genes: Sequence[str], k: int) -> dict[int, float]:
    """Numbers of the k genes most like one, with shares of sum 1; empty where nothing is known of it."""
    if kernel is None or not kernel.knows(gene):
        return {}
    like = kernel.between([gene], list(genes))[0]
    best = [i for i in np.argsort(-like, kind="stable")[:k] if like[i] >= LEAST and genes[i] != gene]
    total = sum(like[i] for i in best)
    return {int(i): float(like[i] / total) for i in best}


def _most(like: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    k = min(k, like.shape[1])
    columns = np.argpartition(-like, k - 1, axis=1)[:, :k]
    i, at = (np.take_along_axis(like, columns, axis=1) >= LEAST).nonzero()
    return i, columns[i, at]


def _unordered(pairs: np.ndarray) -> np.ndarray:
    return np.unique(np.sort(pairs, axis=0), axis=1)

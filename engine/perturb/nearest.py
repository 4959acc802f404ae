"""The trained perturbation that a gene is most like, and how like, by the evidence that counts here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.types import GeneKnowledge

BLOCK = 4096
FAR = 0.05  # a gene is far where it is less like its nearest than this share of the perturbed genes are like theirs


@dataclass(frozen=True)
class Nearest:
    """For each gene its most like training single (row; −1 where nothing knows both) and likeness, 0 to 1."""

    row: np.ndarray
    likeness: np.ndarray


def nearest(known: GeneKnowledge, shares: np.ndarray, genes: Sequence[str], singles: Sequence[str]) -> Nearest:
    """By the kernels that count, each by its share; by all alike where none counts. A gene is not its own nearest.

    A likeness is Σ s_k K_k(a, b) / √(Σ s_k K_k(a, a) · Σ s_k K_k(b, b)).
    """
    shares = np.asarray(shares) if np.sum(shares) > 0 else np.ones(len(known.kernels))
    own = _own(known, shares, singles)
    row, likeness = np.full(len(genes), -1), np.zeros(len(genes))
    at = {gene: i for i, gene in enumerate(singles)}
    for start in range(0, len(genes), BLOCK):
        part = list(genes[start : start + BLOCK])
        pairs = [(share, kernel) for share, kernel in zip(shares, known.kernels, strict=True) if share > 0]
        like = sum((share * kernel.between(part, list(singles)) for share, kernel in pairs),
                   np.zeros((len(part), len(singles))))  # fmt: skip
        like /= np.sqrt(np.maximum(np.outer(_own(known, shares, part), own), 1e-12))
        for i, gene in enumerate(part):
            if gene in at:
                like[i, at[gene]] = 0
        found = like.argmax(axis=1)
        likeness[start : start + BLOCK] = np.clip(like[np.arange(len(part)), found], 0, 1)
        row[start : start + BLOCK] = np.where(likeness[start : start + BLOCK] > 0, found, -1)
    return Nearest(row, likeness)


def far_below(likeness: np.ndarray) -> float:
    """Likeness below which a gene is far from all that was perturbed, of the perturbed genes' own nearest."""
    return float(np.quantile(likeness, FAR)) if len(likeness) else 0.0


def _own(known: GeneKnowledge, shares: np.ndarray, genes: Sequence[str]) -> np.ndarray:
    """Σ s_k K_k(a, a): a kernel says 1 of a gene that it knows."""
    return sum((share * np.array([kernel.knows(gene) for gene in genes], float)
                for share, kernel in zip(shares, known.kernels, strict=True)), np.zeros(len(genes)))  # fmt: skip

"""Training pairs as examples of each class: both parts seen, one told without its gene, or both.

Who meets a pair of which one gene was not seen must have been taught by pairs of which one part was told, not seen.
An example of such a class is left out together with every pair that shares a gene that it takes as unseen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.perturb.changes import Changes
from engine.perturb.singles import Singles
from engine.types import CLASSES, targets_of

NONE_SEEN, ONE_SEEN, BOTH_SEEN = CLASSES[1:]
N_SCORES = 10


@dataclass(frozen=True)
class Scores:
    """Component scores of changes: `(change − centre) · axes`; `axes` float32 (n_genes, n), of unit spread."""

    centre: np.ndarray
    axes: np.ndarray

    def of(self, changes: np.ndarray) -> np.ndarray:
        """Scores, (n, n_components)."""
        return (changes - self.centre) @ self.axes

    def products(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """z_A ∘ z_B, as long as 1 on average."""
        return self.of(first) * self.of(second) / np.sqrt(max(self.axes.shape[1], 1))


@dataclass(frozen=True)
class Examples:
    """Pairs of one class: `pair`, the row of each in the table of pairs; see `fit_pairs` for the others."""

    pair: np.ndarray
    first: np.ndarray
    second: np.ndarray
    groups: list[np.ndarray]


def scores_of(parts: np.ndarray) -> Scores:
    """Leading components of the changes of singles."""
    centre = parts.mean(axis=0)
    off = (parts - centre).astype(np.float64)
    square, axes = np.linalg.eigh(off @ off.T)  # the scores' squared lengths, the last the largest
    n = min(N_SCORES, max(len(parts) // 2, 1), int((square > 1e-9 * max(square[-1], 1e-12)).sum()))
    square, axes = square[::-1][:n], axes[:, ::-1][:, :n]
    return Scores(centre, (off.T @ axes * np.sqrt(len(parts)) / np.maximum(square, 1e-12)).astype(np.float32))


def stronger_first(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The parts of each pair, that of the larger change first."""
    swap = (np.square(second).sum(axis=1) > np.square(first).sum(axis=1))[:, None]
    return np.where(swap, second, first), np.where(swap, first, second)


def known_pairs(pairs: Changes, singles: Singles) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the pairs of which both singles were seen, and the rows of those singles, (n, 2)."""
    row = {name: i for i, name in enumerate(singles.changes.names)}
    found = [(i, *(row[gene] for gene in targets_of(name))) for i, name in enumerate(pairs.names)
             if all(gene in row for gene in targets_of(name))]  # fmt: skip
    table = np.array(found, dtype=int).reshape(-1, 3)
    return table[:, 0], table[:, 1:]


def examples(kind: str, rows: np.ndarray, genes: np.ndarray, parts: np.ndarray, singles: Singles) -> Examples:
    """Examples of a class from pairs of which both singles were seen.

    Parameters
    ----------
    rows, genes
        As `known_pairs` gave them.
    parts
        What a seen single brings to a pair, (n_singles, n_genes).
    """
    if kind == BOTH_SEEN:
        sides = stronger_first(parts[genes[:, 0]], parts[genes[:, 1]])
        return Examples(rows, *sides, [np.array([i]) for i in range(len(rows))])
    if kind == NONE_SEEN:
        told = np.stack([singles.without(pair) for pair in genes])
        sides = stronger_first(told[:, 0], told[:, 1])
        return Examples(rows, *sides, [_sharing(genes, i, pair) for i, pair in enumerate(genes)])
    both = np.vstack([genes, genes])
    seen, unseen = np.hstack([genes.T, genes[:, ::-1].T])
    told = singles.left_out[singles.best][unseen]
    return Examples(np.concatenate([rows, rows]), parts[seen], told,
                    [_sharing(both, i, gene) for i, gene in enumerate(unseen)])  # fmt: skip


def _sharing(genes: np.ndarray, i: int, left_out: np.ndarray) -> np.ndarray:
    """The examples with any of the genes left out, example i first."""
    share = np.flatnonzero(np.isin(genes, left_out).any(axis=1))
    return np.concatenate([[i], share[share != i]])

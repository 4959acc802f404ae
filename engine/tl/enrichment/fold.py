"""Like terms under the best of them: terms that share most of their genes say one thing, not many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from engine.tl.enrichment.matched import Sets

if TYPE_CHECKING:
    import pandas as pd

THRESHOLD = 0.5
BLOCK = 512  # terms compared with all others at a time


def collapse(table: pd.DataFrame, sets: Sets, threshold: float = THRESHOLD) -> pd.DataFrame:
    """`table` with a column `like`: the term that each stands under, itself when it stands alone or is the best.

    From the first row down, a term that is under none takes in all later ones with a Jaccard index of at least
    `threshold`. Nothing is left out, and no number changes.

    Parameters
    ----------
    table
        Rows by rank, with a column `term`.
    sets
        Genes of each of these terms, cut to the background.
    """
    terms = table["term"].tolist()
    near = _near(_members(terms, sets), threshold)
    head = np.full(len(terms), -1)
    for i in range(len(terms)):
        if head[i] < 0:
            head[i] = i
            others = near[i]
            head[others[(others > i) & (head[others] < 0)]] = i
    return table.assign(like=[terms[i] for i in head])


def _members(terms: list[str], sets: Sets) -> sparse.csr_matrix:
    """Which genes each term has, (n_terms, n_genes)."""
    place: dict[str, int] = {}
    columns = [[place.setdefault(gene, len(place)) for gene in set(sets[term])] for term in terms]
    lengths = np.array([0, *map(len, columns)])
    indices = np.array([gene for genes in columns for gene in genes], dtype=np.int32)
    return sparse.csr_matrix((np.ones(len(indices), np.float32), indices, np.cumsum(lengths)),
                             shape=(len(terms), max(len(place), 1)))  # fmt: skip


def _near(members: sparse.csr_matrix, threshold: float) -> list[np.ndarray]:
    """For each term the places of those at least so like it."""
    size, found = np.diff(members.indptr), []
    for start in range(0, members.shape[0], BLOCK):
        shared = (members[start : start + BLOCK] @ members.T).tocsr()
        for row in range(shared.shape[0]):
            part = slice(shared.indptr[row], shared.indptr[row + 1])
            others, both = shared.indices[part], shared.data[part]
            found.append(others[both >= threshold * (size[start + row] + size[others] - both)])
    return found

"""Which guides a cell has, from counts of guides: its top guide in a screen of one guide a cell, all in one of many."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.screens.names import CONTROL, CONTROL_WORDS

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

LEAST = 5  # counts of a guide that a cell must have: 5 against 0 is a split that chance gives once in 32
DOUBTFUL = 0.05  # share of cells in which two guides of one strength would be split as unevenly
MANY = 0.2  # share of the cells with a guide that have two targets, above which cells took many guides each
SHOWN = 0.5  # share of a cell's guide counts that the table shows, below which most of its guides are not in it
TOTALS = re.compile(r"(n_?)?(s?g_?rna|guide)s?[_.]?(n_?)?(umis?|counts?|total)s?", re.IGNORECASE)


@dataclass(frozen=True)
class Assigned:
    """Which targets each cell has, bool CSR (n_cells, n_targets), and how that was judged.

    `many` says that cells took many guides each: a cell without a guide of a target is then compared with, not a
    cell without any. `weak` and `tied` count cells without a clear guide.
    """

    targets: list[str]
    has: sparse.csr_matrix
    many: bool
    weak: int
    tied: int

    @property
    def rule(self) -> str:
        """How guides were called, as a sentence."""
        if self.many:
            return f"A cell has a target where it has {LEAST} or more counts of one of its guides."
        return (f"A cell has its top guide where that has {LEAST} or more counts and leads the guides of every other "
                f"target by more than two guides alike would by chance (binomial p < {DOUBTFUL:g}).")


def assign(counts: sparse.csr_matrix, targets: list[str], obs: pd.DataFrame) -> Assigned:
    """The targets of each cell.

    With one guide a cell, counts of guides that did not infect it are few and alike: the top target is the cell's
    when the next one would lead by so much in less than one of 20 cells if both were there (binomial test of their
    two counts). With many guides a cell (a fifth of the cells with guides have two targets, or a column of totals
    says that most guides are not shown) every target with enough counts is the cell's.

    Parameters
    ----------
    counts
        Counts of guides, CSR (n_cells, n_guides).
    targets
        The target of each guide; control guides say so in the usual words.
    obs
        Table of cells, where a column may hold the total of guide counts.
    """
    from scipy import sparse

    names = [CONTROL if CONTROL_WORDS.fullmatch(target) else target for target in targets]
    kinds = list(dict.fromkeys(names))
    place = {name: i for i, name in enumerate(kinds)}
    of = sparse.csr_matrix((np.ones(len(names)), (np.arange(len(names)), [place[name] for name in names])))
    strongest = _strongest(counts, np.array([place[name] for name in names]), len(kinds))
    has = strongest >= LEAST
    carriers = np.asarray(has.sum(axis=1)).ravel()
    many = bool((carriers > 1).sum() > MANY * max((carriers > 0).sum(), 1)) or _mostly_hidden(counts @ of, obs)
    if many:
        return Assigned(kinds, has.tocsr(), True, int((carriers == 0).sum()), 0)
    return _top(strongest, kinds)


def _strongest(counts: sparse.csr_matrix, target: np.ndarray, n_targets: int) -> sparse.csr_matrix:
    """The count of the strongest guide of each target in each cell."""
    from scipy import sparse

    coo = counts.tocoo()
    order = np.lexsort((-coo.data, target[coo.col], coo.row))
    rows, columns, values = coo.row[order], target[coo.col[order]], coo.data[order]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    kept = values[first], (rows[first], columns[first])
    return sparse.csr_matrix(kept, shape=(counts.shape[0], n_targets))


def _mostly_hidden(by_target: sparse.csr_matrix, obs: pd.DataFrame) -> bool:
    """Whether a column of totals says that the table shows less than half of the guides of most cells."""
    shown = np.asarray(by_target.sum(axis=1)).ravel()
    for column in obs:
        if TOTALS.fullmatch(str(column)) and obs[column].dtype.kind in "iuf":
            total = obs[column].to_numpy(np.float64)
            there = total > 0
            return bool(there.any() and np.median(shown[there] / total[there]) < SHOWN)
    return False


def _top(strongest: sparse.csr_matrix, kinds: list[str]) -> Assigned:
    from scipy import sparse, stats

    dense = np.zeros((strongest.shape[0], max(len(kinds), 2)))
    dense[:, : len(kinds)] = strongest.toarray()
    order = np.argsort(-dense, axis=1, kind="stable")[:, :2]
    first, second = np.take_along_axis(dense, order, axis=1).T
    enough = first >= LEAST
    clear = stats.binom.sf(first - 1, first + second, 0.5) < DOUBTFUL
    cells = np.flatnonzero(enough & clear)
    has = sparse.csr_matrix((np.ones(len(cells), bool), (cells, order[cells, 0])), shape=(len(dense), len(kinds)))
    return Assigned(kinds, has, False, int((~enough).sum()), int((enough & ~clear).sum()))

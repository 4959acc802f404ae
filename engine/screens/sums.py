"""Changes of the mean by perturbation, from sums alone: no object a cell, memory by perturbations × genes.

With c_s the mean of control cells of stratum s and n_ps the cells of perturbation p in it, the change matched by
stratum is Σ_s n_ps/N_p · (x̄_ps − c_s) = Σ x / N_p − Σ_s n_ps/N_p · c_s, so that no sum by perturbation and stratum is
needed. Where the control of p is everybody else (cells with many guides each), c_s is replaced by the mean of the
stratum without p's cells, which weights the cells of p by 1 + n_ps/(N_s − n_ps), and the stratum by N_s/(N_s − n_ps).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.progress import Progress
from engine.screens.cells import ScreenCells
from engine.screens.strata import MATCHED


@dataclass(frozen=True, eq=False)
class Controls:
    """Control cells by stratum, in all and by random half.

    `mean` float64 (3, n_strata, n_genes): all, half a, half b; `spread` the variance of the mean of a stratum's
    controls, (n_strata, n_genes); `n` of all cells that controls are taken from, (3, n_strata); `matched` whether a
    stratum has controls of its own, else the mean is that of all controls; over all strata: `overall`, `sd` and
    `detected`, each (n_genes,), of `n_cells` cells.
    """

    mean: np.ndarray
    spread: np.ndarray
    n: np.ndarray
    matched: np.ndarray
    overall: np.ndarray
    sd: np.ndarray
    detected: np.ndarray
    n_cells: int

    def of(self, genes: np.ndarray) -> Controls:
        """Of some genes, by their places."""
        return Controls(self.mean[:, :, genes], self.spread[:, genes], self.n, self.matched, self.overall[genes],
                        self.sd[genes], self.detected[genes], self.n_cells)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Changes:
    """Change of each mean, its standard error, and changes by half; each float32 (n_perturbations, n_genes)."""

    delta: np.ndarray
    se: np.ndarray
    half_a: np.ndarray
    half_b: np.ndarray


class ControlSums:
    """Takes blocks of control cells, and gives their means by stratum."""

    def __init__(self, cells: ScreenCells, half: np.ndarray) -> None:
        self._cells, self._half = cells, half
        shape = len(cells.strata), len(cells.genes)
        self._sums, self._squares = np.zeros((2, *shape)), np.zeros(shape)
        self._seen = np.zeros(len(cells.genes))

    def add(self, places: np.ndarray, values) -> None:
        """Take the control cells among a block of cells."""
        from scipy import sparse

        inside = np.flatnonzero(self._cells.pool[places])
        if not len(inside):
            return
        values, at = values[inside].astype(np.float64), places[inside]
        n_strata = len(self._cells.strata)
        row = self._cells.stratum[at] + n_strata * self._half[at]
        gather = sparse.csr_matrix((np.ones(len(at)), (row, np.arange(len(at)))), shape=(2 * n_strata, len(at)))
        self._sums += (gather @ values).toarray().reshape(self._sums.shape)
        self._seen += values.getnnz(axis=0)
        values.data **= 2
        both = gather[:n_strata] + gather[n_strata:]
        self._squares += (both @ values).toarray()

    def means(self) -> Controls:
        """The means of what was taken."""
        pool = np.flatnonzero(self._cells.pool)
        n_half = np.zeros((2, len(self._cells.strata)))
        np.add.at(n_half, (self._half[pool], self._cells.stratum[pool]), 1)
        n, sums = np.stack([n_half.sum(0), *n_half]), np.stack([self._sums.sum(0), *self._sums])
        total = n.sum(1)
        overall = sums.sum(1) / np.maximum(total, 1)[:, None]
        mean = np.where((n > 0)[:, :, None], sums / np.maximum(n, 1)[:, :, None], overall[:, None, :])
        matched = n[0] >= MATCHED
        mean[:, ~matched] = overall[:, None, :]
        variance = _variance(self._squares, mean[0] if matched.any() else sums[0] / np.maximum(n[0], 1)[:, None], n[0])
        whole = _variance(self._squares.sum(0), overall[0], total[0])
        spread = np.where(matched[:, None], variance / np.maximum(n[0], 1)[:, None], whole / max(total[0], 1))
        return Controls(mean, spread, n, matched, overall[0], np.sqrt(whole), self._seen / max(total[0], 1),
                        int(total[0]))  # fmt: skip


def changes_of(cells: ScreenCells, controls: Controls, genes: np.ndarray, half: np.ndarray, *, watch=None,
               progress: Progress | None = None) -> Changes:  # fmt: skip
    """The change of every perturbation, from one pass over its cells.

    Parameters
    ----------
    controls
        Of `genes` alone.
    genes
        Places of the genes among those of `cells`, shape (n_genes,).
    half
        0 or 1 of each cell, at random.
    watch
        Called with the places and the values (all genes) of every block.
    """
    from scipy import sparse

    progress, taken = progress or Progress(), _Weights(cells, controls, half)
    shape = len(cells.names), len(genes)
    sums, plain, squares, cross = np.zeros((3, *shape)), np.zeros(shape), np.zeros(shape), np.zeros(shape)
    keep = (np.asarray(cells.has.sum(axis=1)).ravel() > 0) if watch is None else cells.stratum >= 0
    done, total = 0, max(int(keep.sum()), 1)
    for places, block in cells.blocks(keep):
        if watch is not None:
            watch(places, block)
        values, has = block[:, genes].astype(np.float64), cells.has[places].astype(np.float64).T.tocsr()
        for i in range(3):
            sums[i] += (taken.weighted(has, places, i) @ values).toarray()
        plain += (has @ values).toarray()
        centre = controls.mean[0][cells.stratum[places]]
        rows = np.repeat(np.arange(values.shape[0]), np.diff(values.indptr))
        shifted = sparse.csr_matrix((values.data * centre[rows, values.indices], values.indices, values.indptr),
                                    shape=values.shape)  # fmt: skip
        cross += (has @ shifted).toarray()
        values.data **= 2
        squares += (has @ values).toarray()
        done += len(places)
        progress.step(done / total)
        progress.check()
    return _changes(taken, controls, sums, plain, squares, cross)


class _Weights:
    """How many cells of a perturbation are in each stratum, and what each cell and each control mean weighs."""

    def __init__(self, cells: ScreenCells, controls: Controls, half: np.ndarray) -> None:
        from scipy import sparse

        self._cells, self._half, self._n_strata = cells, half, len(cells.strata)
        everyone = np.flatnonzero(cells.stratum >= 0)
        of = sparse.csr_matrix((np.ones(len(everyone)), (everyone, cells.stratum[everyone])),
                               shape=(cells.n_cells, self._n_strata))  # fmt: skip
        has = cells.has.astype(np.float64)
        parts = [has.T @ sparse.diags((half == h).astype(np.float64)) @ of for h in (0, 1)]
        a, b = (part.toarray() for part in parts)
        self.n = np.stack([a + b, a, b])  # (3, n_perturbations, n_strata)
        self.total = np.maximum(self.n.sum(2), 1e-12)
        rest = np.maximum(controls.n[:, None, :] - self.n, 1e-12) if cells.control is None else np.inf
        self.more = self.n / rest if cells.control is None else np.zeros_like(self.n)
        self.inflated = 1 + self.more if cells.control is None else np.ones_like(self.n)

    def weighted(self, has, places: np.ndarray, which: int):
        """What each cell of a block adds to the mean of each perturbation: of all cells, or of half a or b alone."""
        from scipy import sparse

        coo = has.tocoo()
        cell = places[coo.col]
        value = (1 + self.more[which][coo.row, self._cells.stratum[cell]]) / self.total[which][coo.row]
        value = value if which == 0 else value * (self._half[cell] == which - 1)
        return sparse.csr_matrix((value, (coo.row, coo.col)), shape=has.shape)

    @property
    def shares(self) -> np.ndarray:
        """Weight of each stratum's control, (3, n_perturbations, n_strata)."""
        return self.n / self.total[:, :, None]


def _changes(taken: _Weights, controls: Controls, sums, plain, squares, cross) -> Changes:
    share = taken.shares
    deltas = [sums[i] - (share[i] * taken.inflated[i]) @ controls.mean[i] for i in range(3)]
    n = taken.n[0].sum(1)
    around = plain / n[:, None] - share[0] @ controls.mean[0]
    scatter = squares - 2 * cross + taken.n[0] @ controls.mean[0] ** 2 - n[:, None] * around**2
    variance = np.maximum(scatter, 0) / np.maximum(n - 1, 1)[:, None]
    se = np.sqrt(variance / n[:, None] + share[0] ** 2 @ controls.spread)
    return Changes(*(part.astype(np.float32) for part in (deltas[0], se, deltas[1], deltas[2])))


def _variance(squares: np.ndarray, mean: np.ndarray, n: np.ndarray | float) -> np.ndarray:
    """Unbiased variance from sums of squares."""
    n = np.asarray(n, np.float64)[..., None]
    return np.maximum(squares - n * mean**2, 0) / np.maximum(n - 1, 1)

"""One cell type with its network: what a change of some genes does to its cells, and how far that leans on the fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.perturb.propagation.steps import N_STEPS, Range, clip, first_change, propagate

SPREAD_CELLS = 200  # cells that the spread is told from


@dataclass(frozen=True)
class Wired:
    """Cells of one type and the coefficients that were fitted in them.

    `x` log levels, CSR float32 (n_cells, n_genes); `regulator` and `target` places of genes, int (n_edges,); `coef`
    (n_edges,); `left_out` coefficients without each block of cells, (n_edges, n_blocks); `seen` the range of levels.
    """

    x: object
    regulator: np.ndarray
    target: np.ndarray
    coef: np.ndarray
    left_out: np.ndarray
    seen: Range

    def touched(self, held: np.ndarray) -> np.ndarray:
        """Places of the genes that a change of `held` can reach, those among them, rising."""
        found = np.zeros(self.x.shape[1], bool)
        found[held] = True
        for _ in range(N_STEPS):
            found[self.target[found[self.regulator]]] = True
        return np.flatnonzero(found)


@dataclass(frozen=True)
class Held:
    """Genes that are held at a share of their expression, by their places; those of `assumed` where they have some."""

    doses: dict[int, float]
    assumed: frozenset[int] = frozenset()

    @property
    def places(self) -> np.ndarray:
        return np.array(sorted(self.doses), dtype=np.int64)


@dataclass(frozen=True)
class Moved:
    """What changed in the cells of one type.

    `genes` places of the genes that can change, (n_touched,); `delta` float32 (n_cells, n_touched); `left` number of
    cells in which each would have left the range, (n_touched,); `capped` cells in which a dose was held to that range.
    """

    genes: np.ndarray
    delta: np.ndarray
    left: np.ndarray
    capped: int


@dataclass(frozen=True)
class _Ready:
    """Some cells on the genes that can change, with Δ₀ and the edges among these genes."""

    genes: np.ndarray
    x: np.ndarray
    held: np.ndarray
    start: np.ndarray
    seen: Range
    edges: np.ndarray
    ends: tuple[np.ndarray, np.ndarray]

    @classmethod
    def of(cls, wired: Wired, held: Held, cells: np.ndarray | None = None) -> _Ready:
        genes = wired.touched(held.places)
        x = (wired.x if cells is None else wired.x[cells])[:, genes].toarray()
        at, seen = np.searchsorted(genes, held.places), Range(wired.seen.low[genes], wired.seen.high[genes])
        start = [first_change(x[:, i], held.doses[gene], most=float(seen.high[i]), everywhere=gene not in held.assumed)
                 for gene, i in zip(held.places.tolist(), at, strict=True)]  # fmt: skip
        row, column = (np.searchsorted(genes, ends) for ends in (wired.regulator, wired.target))
        row, column = np.minimum(row, len(genes) - 1), np.minimum(column, len(genes) - 1)
        edges = np.flatnonzero((genes[row] == wired.regulator) & (genes[column] == wired.target))
        return cls(genes, x, at, np.stack(start, axis=1), seen, edges, (row[edges], column[edges]))

    def moved(self, coef: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Δ by these coefficients, within the range that was seen, and how many cells each gene would have left it."""
        from scipy.sparse import csr_array

        network = csr_array((coef[self.edges].astype(np.float32), self.ends), shape=(len(self.genes),) * 2)
        return clip(self.x, propagate(self.x, self.held, self.start, network), self.seen)


def move(wired: Wired, held: Held, *, cells: np.ndarray | None = None, coef: np.ndarray | None = None) -> Moved:
    """Δ in every cell when genes are left with so much of their expression, kept within the range that was seen.

    Parameters
    ----------
    cells
        Places of the cells to move; all of them when None.
    coef
        Other coefficients than those of the fit.
    """
    ready = _Ready.of(wired, held, cells)
    delta, left = ready.moved(wired.coef if coef is None else coef)
    more = [i for gene, i in zip(held.places.tolist(), ready.held, strict=True) if held.doses[gene] > 1]
    full = (delta[:, more] > 0) & (ready.x[:, more] + delta[:, more] >= ready.seen.high[more] * (1 - 1e-6))
    return Moved(ready.genes, delta, left, int(full.any(axis=1).sum()))


def spread(wired: Wired, held: Held, *, most: int = SPREAD_CELLS) -> tuple[np.ndarray, np.ndarray]:
    """Places of touched genes, and the mean change without each block of cells in the fit, (n_blocks, n_touched)."""
    n_cells = wired.x.shape[0]
    ready = _Ready.of(wired, held, np.unique(np.linspace(0, n_cells - 1, min(n_cells, most)).astype(int)))
    return ready.genes, np.stack([ready.moved(coef)[0].mean(axis=0) for coef in wired.left_out.T])


def jackknife(means: np.ndarray) -> np.ndarray:
    """Standard error from values without one block of data each: √((m − 1)/m · Σ(θₖ − θ̄)²), over the first axis."""
    m = len(means)
    return np.sqrt((m - 1) / m * np.square(means - means.mean(axis=0)).sum(axis=0))

"""One cell type with its network: what a change of some genes does to its cells, and how far that leans on the fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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

    @cached_property
    def shape(self) -> tuple[int, int]:
        return (self.x.shape[1],) * 2

    def network(self, coef: np.ndarray):
        """Coefficients as a sparse array (n_genes, n_genes) from regulator to target."""
        from scipy.sparse import csr_array

        return csr_array((coef.astype(np.float32), (self.regulator, self.target)), shape=self.shape)

    def touched(self, held: np.ndarray) -> np.ndarray:
        """Places of the genes that a change of `held` can reach, those among them, rising."""
        found = np.unique(held)
        for _ in range(N_STEPS):
            found = np.union1d(found, self.target[np.isin(self.regulator, found)])
        return found


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
class Held:
    """Genes that are held at a share of their expression, by their places; those of `assumed` where they have some."""

    doses: dict[int, float]
    assumed: frozenset[int] = frozenset()

    @property
    def places(self) -> np.ndarray:
        return np.array(sorted(self.doses), dtype=np.int64)


def move(wired: Wired, held: Held, *, cells: np.ndarray | None = None, coef: np.ndarray | None = None) -> Moved:
    """Δ in every cell when genes are left with so much of their expression, kept within the range that was seen.

    Parameters
    ----------
    cells
        Places of the cells to move; all of them when None.
    coef
        Other coefficients than those of the fit.
    """
    genes = wired.touched(held.places)
    x = (wired.x if cells is None else wired.x[cells])[:, genes].toarray()
    at, seen = np.searchsorted(genes, held.places), Range(wired.seen.low[genes], wired.seen.high[genes])
    start = np.stack([first_change(x[:, i], held.doses[gene], most=float(seen.high[i]),
                                   everywhere=gene not in held.assumed)
                      for gene, i in zip(held.places.tolist(), at, strict=True)], axis=1)  # fmt: skip
    network = wired.network(wired.coef if coef is None else coef)[genes][:, genes]
    delta, left = clip(x, propagate(x, at, start, network), seen)
    more = [i for gene, i in zip(held.places.tolist(), at, strict=True) if held.doses[gene] > 1]
    full = (delta[:, more] > 0) & (x[:, more] + delta[:, more] >= seen.high[more] * (1 - 1e-6))
    return Moved(genes, delta, left, int(full.any(axis=1).sum()))


def spread(wired: Wired, held: Held) -> tuple[np.ndarray, np.ndarray]:
    """Places of touched genes, and the mean change without each block of cells in the fit, (n_blocks, n_touched)."""
    n_cells = wired.x.shape[0]
    few = np.unique(np.linspace(0, n_cells - 1, min(n_cells, SPREAD_CELLS)).astype(int))
    found = [move(wired, held, cells=few, coef=wired.left_out[:, k]) for k in range(wired.left_out.shape[1])]
    return found[0].genes, np.stack([one.delta.mean(axis=0) for one in found])


def jackknife(means: np.ndarray) -> np.ndarray:
    """Standard error from values without one block of data each: √((m − 1)/m · Σ(θₖ − θ̄)²), over the first axis."""
    m = len(means)
    return np.sqrt((m - 1) / m * np.square(means - means.mean(axis=0)).sum(axis=0))

"""Each gene regressed on the regulators it may have, and how far the coefficients lean on which cells were seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

N_BLOCKS = 20  # random parts of the cells, left out one after the other


@dataclass(frozen=True)
class Fitted:
    """One number an edge, float64 (n_edges,): `coef` of the target on the level of its regulator, `r` of the two.

    `left_out` are the coefficients without each block of cells, float32 (n_edges, n_blocks).
    """

    coef: np.ndarray
    r: np.ndarray
    left_out: np.ndarray


def regress(x, regulator: np.ndarray, target: np.ndarray, *, penalty: float, n_blocks: int = N_BLOCKS,
            seed: int = 0) -> Fitted:
    """Ridge of every target on its own regulators, the intercept free, levels not scaled.

    (ZᵀZ + αI) b = Zᵀy with Z and y centred: the base of the simulation of Kamimoto et al., Nature 614, 742 (2023).
    All targets share one matrix of products, so that thousands take seconds.

    Parameters
    ----------
    x
        Log levels, CSR or dense (n_cells, n_genes).
    regulator, target
        Places of the two genes of each edge, int (n_edges,); a pair is there once, and no gene regulates itself.
    """
    if not len(target):
        return Fitted(np.zeros(0), np.zeros(0), np.zeros((0, n_blocks), np.float32))
    names, row = np.unique(regulator, return_inverse=True)
    aims, column = np.unique(target, return_inverse=True)
    block = np.random.default_rng(seed).permutation(np.arange(x.shape[0]) % n_blocks)
    parts = [_moments(x[block == k], names, aims, row, column) for k in range(n_blocks)]
    whole = _Moments(*(sum(values) for values in zip(*(vars(part).values() for part in parts), strict=True)))
    groups = _groups(column)
    left_out = [_solved(whole.without(part), row, column, groups, penalty) for part in parts]
    return Fitted(_solved(whole, row, column, groups, penalty), whole.correlation(row, column),
                  np.stack(left_out, axis=1).astype(np.float32))  # fmt: skip


def correlations(x, regulator: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Pearson's r of the two genes of each edge, 0 where one never varies, shape (n_edges,)."""
    names, row = np.unique(regulator, return_inverse=True)
    aims, column = np.unique(target, return_inverse=True)
    return _moments(x, names, aims, row, column).correlation(row, column)


@dataclass(frozen=True)
class _Moments:
    """Sums over cells: their number, levels of regulators and targets, squares of targets, products."""

    n: int
    of_regulators: np.ndarray  # (n_regulators,)
    of_targets: np.ndarray  # (n_targets,)
    squares: np.ndarray  # (n_targets,)
    products: np.ndarray  # (n_regulators, n_regulators)
    crossed: np.ndarray  # (n_edges,): regulator times target

    def without(self, part: _Moments) -> _Moments:
        return _Moments(*(one - other for one, other in zip(vars(self).values(), vars(part).values(), strict=True)))

    def centred(self, row: np.ndarray, column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Products of what is left of levels without their mean: among regulators, and of each edge."""
        among = self.products - np.outer(self.of_regulators, self.of_regulators / self.n)
        return among, self.crossed - self.of_regulators[row] * self.of_targets[column] / self.n

    def correlation(self, row: np.ndarray, column: np.ndarray) -> np.ndarray:
        """Pearson's r of each edge, 0 where one of the two never varies."""
        among, crossed = self.centred(row, column)
        spread = np.diag(among)[row] * (self.squares - self.of_targets**2 / self.n)[column]
        return np.where(spread > 1e-12, crossed / np.sqrt(np.maximum(spread, 1e-12)), 0.0)


def _moments(x, names: np.ndarray, aims: np.ndarray, row: np.ndarray, column: np.ndarray) -> _Moments:
    z, y = (_dense(x[:, genes]) for genes in (names, aims))
    return _Moments(len(z), z.sum(axis=0), y.sum(axis=0), np.square(y).sum(axis=0), z.T @ z, (z.T @ y)[row, column])


def _dense(x) -> np.ndarray:
    return (x.toarray() if hasattr(x, "toarray") else np.asarray(x)).astype(np.float64)


def _groups(column: np.ndarray) -> list[np.ndarray]:
    """Places of edges, a row a target, for all targets of one number of regulators: (n_targets, n_regulators) each."""
    order = np.argsort(column, kind="stable")
    counts = np.bincount(column)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return [order[starts[counts == k][:, None] + np.arange(k)] for k in np.unique(counts) if k]


def _solved(moments: _Moments, row: np.ndarray, column: np.ndarray, groups: list[np.ndarray],
            penalty: float) -> np.ndarray:
    among, crossed = moments.centred(row, column)
    coef = np.zeros(len(row))
    for edges in groups:
        at = row[edges]
        left = among[at[:, :, None], at[:, None, :]] + penalty * np.eye(edges.shape[1])
        coef[edges] = np.linalg.solve(left, crossed[edges][..., None])[..., 0]
    return coef

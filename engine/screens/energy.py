"""Did a perturbation do anything? E-distance of its cells from control, tested by relabelling."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.progress import Progress
from engine.screens.cells import ScreenCells

MOST_CELLS = 300  # of a perturbation that are looked at
MOST_CONTROLS = 600
MOST_FITTED = 4000  # cells that the components are learned from
GENES = 2000  # most variable ones that the components see
COMPONENTS = 50


def e_distance(x: np.ndarray, y: np.ndarray) -> float:
    """E-distance of two groups of cells, 2 δ − σ_x − σ_y, with squared Euclidean distances as in scPerturb.

    δ is the mean squared distance between the groups, σ that within one over pairs of different cells (scPerturb's
    sample correction): an unbiased estimate of twice the squared distance of the two means, so that it may be
    negative where they are one.

    Source
    ------
    Peidli et al., scPerturb, Nature Methods 2024.

    Parameters
    ----------
    x, y
        Principal components of cells, shapes (n, n_components) and (m, n_components); n and m at least 2.
    """
    gap = x.mean(0) - y.mean(0)
    return float(2 * (gap @ gap - sum(part.var(0, ddof=1).sum() / len(part) for part in (x, y))))


def permuted_p(x: np.ndarray, y: np.ndarray, *, strata: tuple[np.ndarray, np.ndarray] | None = None,
               permutations: int, seed: int) -> tuple[float, float]:  # fmt: skip
    """E-distance of two groups and its p: how often relabelled cells lie as far apart.

    Cells change places within their stratum alone. Each stratum is first moved to its common mean, so that
    strata which the groups share unevenly set nothing apart.

    Parameters
    ----------
    strata
        Number of the stratum of each cell of both groups; None where there is one.
    permutations
        Number of relabellings; p is (1 + those as far apart) / (1 + `permutations`).
    """
    both = np.concatenate([x, y]).astype(np.float64)
    stratum = np.zeros(len(both), int) if strata is None else np.unique(np.concatenate(strata), return_inverse=True)[1]
    first = np.arange(len(both)) < len(x)
    n = np.bincount(stratum)
    means = np.stack([np.bincount(stratum, column) for column in both.T], axis=1) / n[:, None]
    both -= means[stratum]
    labels = np.concatenate([first[None], _relabelled(first, stratum, permutations, seed)]).astype(np.float64)
    values = _distances(both, labels)
    as_far = (values[1:] >= values[0] - 1e-12 * abs(values[0])).sum()
    return float(values[0]), (1 + int(as_far)) / (1 + permutations)


def _relabelled(first: np.ndarray, stratum: np.ndarray, permutations: int, seed: int) -> np.ndarray:
    """Random labels, bool (permutations, n_cells), as many of the first group in each stratum as there are."""
    rng = np.random.default_rng(seed)
    key = rng.random((permutations, len(first))) + stratum
    order = np.argsort(key, axis=1)
    of_first = np.concatenate([np.arange(part.sum()) < first[part].sum() for part in _parts(stratum)])
    labels = np.zeros((permutations, len(first)), bool)
    np.put_along_axis(labels, order, np.broadcast_to(of_first, labels.shape), axis=1)
    return labels


def _parts(stratum: np.ndarray) -> list[np.ndarray]:
    return [stratum == s for s in range(stratum.max() + 1)]


def _distances(cells: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """E-distance for every labelling, (n_labellings,); labels 1 for the first group."""
    n, m = labels[0].sum(), len(cells) - labels[0].sum()
    squares = (cells**2).sum(1)
    sums_x, squares_x = labels @ cells, labels @ squares
    sums_y, squares_y = cells.sum(0) - sums_x, squares.sum() - squares_x
    spread = [(total - (sums**2).sum(1) / size) / ((size - 1) * size)
              for total, sums, size in ((squares_x, sums_x, n), (squares_y, sums_y, m))]
    return 2 * (((sums_x / n - sums_y / m) ** 2).sum(1) - spread[0] - spread[1])


@dataclass(eq=False)
class Sample:
    """A few cells of every perturbation and of control, and their components once these are learned.

    `looked_at` are places of the cells that are compared, `fitted` of those that the components are learned from;
    both rise. `scores` float32 (len(looked_at), n_components).
    """

    looked_at: np.ndarray
    fitted: np.ndarray
    scores: np.ndarray
    genes: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    axes: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    _parts: list = field(default_factory=list)

    def take(self, places: np.ndarray, values) -> None:
        """Keep what the components are learned from."""
        inside = np.isin(places, self.fitted)
        if inside.any():
            self._parts.append(values[inside])

    def learn(self, seed: int) -> None:
        """The components of what was kept: the most variable genes, centred."""
        from scipy import sparse
        from sklearn.decomposition import PCA

        values = sparse.vstack(self._parts, format="csr")
        self._parts = []
        mean = np.asarray(values.mean(axis=0)).ravel()
        variance = np.asarray(values.multiply(values).mean(axis=0)).ravel() - mean**2
        self.genes = np.sort(np.argsort(-variance, kind="stable")[: min(GENES, int((variance > 0).sum()))])
        dense = values[:, self.genes].toarray()
        many = max(min(COMPONENTS, min(dense.shape) - 1), 1)
        self.axes = PCA(many, svd_solver="randomized", random_state=seed).fit(dense).components_.T
        self.scores = np.zeros((len(self.looked_at), many), np.float32)

    def place(self, places: np.ndarray, values) -> None:
        """Where the cells of a block that are compared lie; a common shift does not matter, so none is centred."""
        inside = np.flatnonzero(np.isin(places, self.looked_at))
        if len(inside):
            at = np.searchsorted(self.looked_at, places[inside])
            self.scores[at] = values[inside][:, self.genes] @ self.axes


def sample_of(cells: ScreenCells, seed: int) -> Sample:
    """Choose the cells to look at: at most so many of each perturbation and of control, at random."""
    rng = np.random.default_rng(seed)
    by_name = cells.has.tocsc()
    chosen = [_some(rng, by_name.indices[start:stop], MOST_CELLS)
              for start, stop in zip(by_name.indptr[:-1], by_name.indptr[1:], strict=True)]  # fmt: skip
    pool = _some(rng, np.flatnonzero(cells.pool), MOST_CONTROLS if cells.control is not None else 2 * MOST_CONTROLS)
    each = max(MOST_FITTED // (len(chosen) + 1), 2)
    fitted = np.concatenate([_some(rng, part, each) for part in (*chosen, pool)])
    looked_at = np.unique(np.concatenate([*chosen, pool]))
    return Sample(looked_at, np.unique(fitted), np.zeros((len(looked_at), 0), np.float32))


def energy_tests(cells: ScreenCells, sample: Sample, *, permutations: int, seed: int,
                 progress: Progress | None = None) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """E-distance and p of every perturbation, each float64 (n_perturbations,)."""
    progress = progress or Progress()
    has = cells.has[sample.looked_at].tocsc()
    pool, stratum = cells.pool[sample.looked_at], cells.stratum[sample.looked_at]
    found = np.full((2, len(cells.names)), np.nan)
    rng = np.random.default_rng(seed)
    for i in range(len(cells.names)):
        mine = has.indices[has.indptr[i] : has.indptr[i + 1]]
        mine = mine if len(mine) <= MOST_CELLS else np.sort(rng.choice(mine, MOST_CELLS, replace=False))
        others = pool.copy()
        others[has.indices[has.indptr[i] : has.indptr[i + 1]]] = False
        theirs = np.flatnonzero(others)
        if len(mine) > 1 and len(theirs) > 1:
            found[:, i] = permuted_p(sample.scores[mine], sample.scores[theirs], permutations=permutations,
                                     strata=(stratum[mine], stratum[theirs]), seed=int(rng.integers(2**31)))
        progress.step((i + 1) / len(cells.names))
        progress.check()
    return found[0], found[1]


def _some(rng: np.random.Generator, places: np.ndarray, most: int) -> np.ndarray:
    return places if len(places) <= most else rng.choice(places, most, replace=False)

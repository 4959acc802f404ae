"""Where a change would lead cells on their map, against the same change with its genes shuffled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.tl.neighbours import nearest

if TYPE_CHECKING:
    import pandas as pd

N_NEIGHBOURS = 31  # the cell itself counts as the first
TEMPERATURE = 0.05  # of the softmax over cosines, as velocyto has it
SQUARES = 22  # on the longer side of the map
LEAST_CELLS = 5  # in a square that gets an arrow
LEVELS, LEAST_GENES = 10, 20  # groups of genes by their mean level, within which they are shuffled; genes in one


@dataclass(frozen=True)
class Ground:
    """The cells that are led somewhere.

    `components` principal components float32 (n_cells, k); `places` on the map (n_cells, 2); `labels` their types;
    `loadings` float32 (n_genes, k) of every gene; `strata` int (n_genes,), groups of genes that may be exchanged.
    """

    components: np.ndarray
    places: np.ndarray
    labels: np.ndarray
    loadings: np.ndarray
    strata: np.ndarray

    def ways(self, genes: np.ndarray, delta: np.ndarray, n: int, seed: int) -> Iterator[np.ndarray]:
        """The change in components, (n_cells, k), and then `n` times with the genes shuffled within their strata.

        Of each cell's change over all genes scaled to length 1, so that a product with a unit vector is a cosine.
        """
        rng, delta = np.random.default_rng(seed), _unit(delta)
        yield delta @ self.loadings[genes]
        for _ in range(n):
            yield delta @ self.loadings[shuffled(self.strata, rng)[genes]]


def strata_of(mean: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Groups of genes of like mean level, those of `apart` by themselves, int (n_genes,)."""
    found = np.zeros(len(mean), np.int64)
    for k, which in enumerate((apart, ~apart)):
        n = max(int(which.sum()), 1)
        order = np.argsort(np.argsort(mean[which], kind="stable"), kind="stable")
        found[which] = k * LEVELS + order * min(LEVELS, max(n // LEAST_GENES, 1)) // n
    return found


def shuffled(strata: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A place for each gene, of its own stratum, shape (n_genes,)."""
    order = np.argsort(strata, kind="stable")
    mixed = np.lexsort((rng.random(len(strata)), strata))
    found = np.empty(len(strata), np.int64)
    found[order] = mixed
    return found


@dataclass(frozen=True)
class Led:
    """What `lead` found: arrows and types as tables, the p of so many arrows beyond chance, the width of a square."""

    arrows: pd.DataFrame
    towards: pd.DataFrame
    p: float
    width: float


def lead(ground: Ground, genes: np.ndarray, delta: np.ndarray, *, moving: np.ndarray, permutations: int,
         seed: int) -> Led:
    """Arrows on the map and the way to each cell type, each against shuffled changes.

    A cell's chance to become its neighbour is the softmax over its neighbours of the cosine between its change and the
    displacement to each (La Manno et al., Nature 560, 494, 2018); its arrow is the mean direction on the map by these
    chances, less that of equal chances.

    Parameters
    ----------
    genes, delta
        Places of the changed genes, int (n_changed,), and their change, float32 (n_cells, n_changed).
    moving
        The cells that change, bool (n_cells,); the others can only be led to.
    """
    moving, delta = np.flatnonzero(moving), delta[moving]
    neighbours = nearest(ground.components, n_neighbours=N_NEIGHBOURS).rows[moving]
    step = _unit(ground.components[neighbours] - ground.components[moving, None])  # (n_moving, n_neighbours, k)
    on_map = _unit(ground.places[neighbours] - ground.places[moving, None])  # (n_moving, n_neighbours, 2)
    squares = _Squares.of(ground.places, moving)
    aims = _Aims.of(ground, moving)
    found = [(squares.mean(_arrows(way, step, on_map)), aims.score(way))
             for way in ground.ways(genes, delta, permutations, seed)]  # fmt: skip
    arrows, scores = np.stack([one for one, _ in found]), np.stack([two for _, two in found])
    table, p = squares.table(arrows)
    return Led(table, aims.table(scores), p, squares.width)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def _arrows(way: np.ndarray, step: np.ndarray, on_map: np.ndarray) -> np.ndarray:
    """Mean direction of each cell on the map, (n_cells, 2); 0 where nothing changes."""
    cosine = np.einsum("ck,cnk->cn", way, step)
    chance = np.exp((cosine - cosine.max(axis=1, keepdims=True)) / TEMPERATURE)
    chance = chance / chance.sum(axis=1, keepdims=True) - 1 / chance.shape[1]
    return np.einsum("cn,cnd->cd", chance, on_map)


@dataclass(frozen=True)
class _Squares:
    """Squares of the map with enough cells: which one each cell is in (−1 for none), and where their cells lie."""

    square: np.ndarray
    centres: np.ndarray
    n_cells: np.ndarray
    width: float

    @classmethod
    def of(cls, places: np.ndarray, moving: np.ndarray) -> _Squares:
        low = places.min(axis=0)
        width = max(float(np.ptp(places, axis=0).max()), 1e-6) / SQUARES
        at = np.minimum(((places[moving] - low) / width).astype(int), SQUARES - 1)
        _, square, counts = np.unique(at, axis=0, return_inverse=True, return_counts=True)
        sums = np.stack([np.bincount(square.ravel(), places[moving, side]) for side in (0, 1)], axis=1)
        kept = counts >= LEAST_CELLS
        number = np.where(kept, np.cumsum(kept) - 1, -1)
        return cls(number[square.ravel()], (sums / counts[:, None])[kept], counts[kept], width)

    def mean(self, arrows: np.ndarray) -> np.ndarray:
        """The mean arrow of the cells of each square, (n_squares, 2)."""
        inside = self.square >= 0
        sums = [np.bincount(self.square[inside], arrows[inside, d], len(self.n_cells)) for d in (0, 1)]
        return np.stack(sums, axis=1) / self.n_cells[:, None]

    def table(self, arrows: np.ndarray) -> tuple[pd.DataFrame, float]:
        """The first arrows against the others, (1 + n, n_squares, 2), and the p of how many are beyond."""
        import pandas as pd

        p = _p_of_rows(np.linalg.norm(arrows, axis=2))
        beyond = (p <= 0.05).sum(axis=1)
        ends = np.concatenate([self.centres, arrows[0]], axis=1)
        table = pd.DataFrame(ends, columns=["x", "y", "dx", "dy"])
        table = table.assign(n_cells=self.n_cells, p=p[0], beyond=p[0] <= 0.05)
        return table, float((beyond >= beyond[0]).mean())


def _p_of_rows(values: np.ndarray) -> np.ndarray:
    """For each row and column the share of rows, itself counted, whose value is as large; same shape."""
    from scipy.stats import rankdata

    n = len(values)
    return (n + 1 - rankdata(values, method="min", axis=0)) / n if values.size else values


@dataclass(frozen=True)
class _Aims:
    """For each type the unit vectors from every cell of other types to its centre; where there are two types."""

    names: list[str]
    others: list[np.ndarray]
    ways: list[np.ndarray]

    @classmethod
    def of(cls, ground: Ground, moving: np.ndarray) -> _Aims:
        labels, components = ground.labels[moving], ground.components[moving]
        names = [name for name in sorted(set(ground.labels.tolist())) if (labels != name).any()]
        others = [np.flatnonzero(labels != name) for name in names]
        centres = [ground.components[ground.labels == name].mean(axis=0) for name in names]
        ways = [_unit(centre - components[rest]) for centre, rest in zip(centres, others, strict=True)]
        return cls(names, others, ways)

    def score(self, way: np.ndarray) -> np.ndarray:
        """Mean cosine with the way to each type, (n_types,)."""
        return np.array([np.einsum("ck,ck->c", way[rest], aim).mean()
                         for rest, aim in zip(self.others, self.ways, strict=True)])  # fmt: skip

    def table(self, scores: np.ndarray) -> pd.DataFrame:
        """The first scores against the others, (1 + n, n_types)."""
        import pandas as pd
        from scipy.stats import false_discovery_control

        columns = ["n_cells", "score", "null_low", "null_high", "p", "fdr"]
        if not self.names:
            return pd.DataFrame(columns=columns, index=pd.Index([], name="cell_type"), dtype=float)
        p = np.minimum(1, 2 * np.minimum(_p_of_rows(scores)[0], _p_of_rows(-scores)[0]))
        low, high = np.quantile(scores[1:], [0.025, 0.975], axis=0)
        values = [[len(rest) for rest in self.others], scores[0], low, high, p, false_discovery_control(p)]
        return pd.DataFrame(dict(zip(columns, values, strict=True)), index=pd.Index(self.names, name="cell_type"))

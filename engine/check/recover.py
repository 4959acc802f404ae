"""Counts had back from normalised values: in a cell each value is f(k · count) with one k and whole counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.check.scan import read_rows, stream
from engine.io.matrix import Matrix
from engine.progress import Progress

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

BASES = (np.e, 2.0, 10.0, 0.0)  # of log(1 + k · count); 0 is no logarithm
TOLERANCE = 0.02, 1e-3, 0.2  # distance from a whole count: at least, per count, at most
HIGHEST_UNIT = 6  # the smallest count of a cell that is tried
LARGEST_LOG = 20.0  # natural logarithm of 5e8: no cell has so many counts
CLEAR = 0.99  # share of the cells in which all values must come back whole
DEPTH_NAME = re.compile(
    r"(n_?counts?(_\w+)?|n_?umis?|n_?reads?|n_?fragments?|"
    r"(total|sum)[_. ]?(counts?|umis?|reads?|fragments)(_per_cell)?|"
    r"(umi|read|counts?)_?(counts?|sum|depth|total)|(seq(uencing)?_?)?depth|lib(rary)?_?size|"
    r"passed_filters|(gene|rna)_n_umis|fragments)", re.IGNORECASE
)  # fmt: skip
SAMPLE = 400


@dataclass(frozen=True)
class Recipe:
    """How counts were normalised: log_base(1 + target · count / depth).

    `base` 0 means no logarithm. `depth` names the obs column of totals; None takes the smallest value of each
    cell for a count of 1. `target` is the total that cells were brought to, None where it is not known.
    """

    base: float
    depth: str | None = None
    target: float | None = None

    def depth_of(self, obs: pd.DataFrame) -> np.ndarray | None:
        """Totals per cell, float64 (n_cells,); None where no column has them."""
        return None if self.depth is None else obs[self.depth].to_numpy(dtype=np.float64)

    def counts(self, block: sparse.csr_matrix, depth: np.ndarray | None) -> tuple[sparse.csr_matrix, np.ndarray]:
        """Whole counts of a block (n_cells, n_genes), and which of its cells came back whole, bool (n_cells,)."""
        block = block.astype(np.float64)
        block.eliminate_zeros()
        rows = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
        values = unlogged(block.data, self.base)
        unit = _smallest(block, values) if depth is None else self.target / depth
        counts, good = _whole(values, unit, rows, tries=HIGHEST_UNIT if depth is None else 1)
        block.data = np.round(counts)
        return block, good


def unlogged(values: np.ndarray, base: float) -> np.ndarray:
    """The inverse of log_base(1 + x)."""
    return values if base == 0 else np.expm1(np.minimum(values * np.log(base), 80.0))


def depth_columns(obs: pd.DataFrame) -> list[str]:
    """Columns that may hold the total counts of cells, by name and kind."""
    import pandas as pd

    found = [str(name) for name in obs if DEPTH_NAME.fullmatch(str(name)) and pd.api.types.is_numeric_dtype(obs[name])]
    good = [name for name in found if not pd.api.types.is_bool_dtype(obs[name]) and obs[name].notna().all()]
    return [name for name in good if len(obs) and float(obs[name].min()) > 0 and obs[name].nunique() > 1]


def find_recipe(matrix: Matrix, obs: pd.DataFrame) -> Recipe | None:
    """How the matrix was made from counts, judged on some of its cells; None when it was not, or not so."""
    if not all(matrix.shape):
        return None
    starts = sorted({int(matrix.shape[0] * part) for part in (0, 0.3, 0.6, 0.9)})
    blocks = [(start, read_rows(matrix, start, min(start + SAMPLE // 4, matrix.shape[0]))) for start in starts]
    if any((block.data < 0).any() or not np.isfinite(block.data).all() for _, block in blocks):
        return None
    for base in BASES:
        for column in [*depth_columns(obs), None]:
            recipe = _try(blocks, obs, base, column)
            if recipe is not None:
                return recipe
    return None


def recovered_share(matrix: Matrix, recipe: Recipe, obs: pd.DataFrame, progress: Progress | None = None) -> float:
    """Share of all cells in which every value comes back as a whole count."""
    depth, start, good = recipe.depth_of(obs), 0, 0
    for block in stream(matrix, progress):
        stop = start + block.shape[0]
        good += int(recipe.counts(block, None if depth is None else depth[start:stop])[1].sum())
        start = stop
    return good / max(start, 1)


def _try(blocks: list, obs: pd.DataFrame, base: float, column: str | None) -> Recipe | None:
    if base and max(block.data.max(initial=0) for _, block in blocks) * np.log(base) > LARGEST_LOG:
        return None
    units = np.concatenate([_smallest(block, unlogged(block.data, base)) for _, block in blocks])
    cells = np.concatenate([np.arange(start, start + block.shape[0]) for start, block in blocks])
    if _only_rounded(units):
        return None
    recipe = Recipe(base)
    if column is not None:
        target = _common(units * obs[column].to_numpy(np.float64)[cells])
        if target is None:
            return None
        recipe = Recipe(base, column, target)
    depth = recipe.depth_of(obs)
    good, informed = [], 0
    for start, block in blocks:
        counts, whole = recipe.counts(block, None if depth is None else depth[start : start + block.shape[0]])
        good.append(whole)
        informed += int((counts.data >= 2).sum())
    if not informed or np.concatenate(good).mean() < CLEAR:
        return None
    return recipe if column is not None else Recipe(base, None, _common_total(blocks, base))


def _common_total(blocks: list, base: float) -> float | None:
    """The total that all cells have once the logarithm is undone; None when they differ."""
    totals = np.concatenate([
        np.bincount(np.repeat(np.arange(block.shape[0]), np.diff(block.indptr)), unlogged(block.data, base),
                    minlength=block.shape[0]) for _, block in blocks
    ])  # fmt: skip
    middle = float(np.median(totals))
    return _rounded(middle) if middle > 0 and np.mean(np.abs(totals / middle - 1) < 1e-3) > 0.9 else None


def _common(targets: np.ndarray) -> float | None:
    """The least target that many cells share: those whose smallest count is 1; None when there is none."""
    targets = targets[np.isfinite(targets)]
    for part in (0.1, 0.3, 0.5):
        target = float(np.quantile(targets, part, method="nearest")) if len(targets) else 0.0
        if target > 0 and np.mean(np.abs(targets / target - 1) < 1e-3) > 0.25:
            return _rounded(target)
    return None


def _rounded(number: float) -> float:
    """A number that is nearly a round one, as the round one."""
    near = float(f"{number:.3g}")
    return near if abs(number - near) < 1e-4 * abs(near) else number


def _smallest(block: sparse.csr_matrix, values: np.ndarray) -> np.ndarray:
    """Smallest value above 0 of each cell, NaN where there is none."""
    smallest = np.full(block.shape[0], np.nan)
    filled = np.diff(block.indptr) > 0
    if filled.any():
        smallest[filled] = np.minimum.reduceat(np.where(values > 0, values, np.inf), block.indptr[:-1][filled])
    return np.where(np.isfinite(smallest), smallest, np.nan)


def _only_rounded(units: np.ndarray) -> bool:
    """Whether the smallest values of the cells are 0.01, 0.02 … or the like: rounding, which looks like counts.

    Those of log(1 + count) are whole numbers, and are counts.
    """
    units = units[np.isfinite(units)]
    if not len(units) or _near_whole(units):
        return False
    return any(_near_whole(units / step) and np.median(units) < 100 * step for step in (0.1, 0.01, 0.001))


def _near_whole(numbers: np.ndarray) -> bool:
    return bool(np.mean(np.abs(numbers - np.round(numbers)) < 1e-3) > 0.95)


def _whole(values: np.ndarray, unit: np.ndarray, rows: np.ndarray, *, tries: int) -> tuple[np.ndarray, np.ndarray]:
    """Values per unit of their cell, the unit divided by 1, 2, … until all of a cell are whole."""
    n_cells = len(unit)
    counts = values / unit[rows]
    good = _all_whole(counts, rows, n_cells)
    for divisor in range(2, tries + 1):
        if good.all():
            break
        more = np.where(good[rows], counts, values / unit[rows] * divisor)
        now = _all_whole(more, rows, n_cells) & ~good
        counts = np.where(now[rows], more, counts)
        good |= now
    return counts, good


def _all_whole(counts: np.ndarray, rows: np.ndarray, n_cells: int) -> np.ndarray:
    least, per_count, most = TOLERANCE
    off = np.abs(counts - np.round(counts)) > np.minimum(least + per_count * counts, most)
    return np.bincount(rows[off], minlength=n_cells) == 0

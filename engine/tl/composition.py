"""Which cell types became more or less frequent between two conditions, the donor being the unit."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from engine.tl.adjust import adjusted

if TYPE_CHECKING:
    import pandas as pd


def shares(cell_type: np.ndarray, cell_unit: np.ndarray, n_units: int) -> tuple[list[str], np.ndarray]:
    """Cell types in alphabetical order, and their share of the cells of each unit, (n_types, n_units).

    A cell whose unit is −1 is left out; a unit without a cell has NaN.
    """
    used = cell_unit >= 0
    types, which = np.unique(cell_type[used].astype(str), return_inverse=True)
    table = np.zeros((len(types), n_units))
    np.add.at(table, (which, cell_unit[used]), 1)
    total = table.sum(axis=0)
    return types.tolist(), np.divide(table, total, out=np.full_like(table, np.nan), where=total > 0)


def changed_composition(types: list[str], share: np.ndarray, case: np.ndarray, *,
                        pair: np.ndarray | None = None) -> pd.DataFrame:
    """Mean share of each cell type on both sides, p and FDR, a row a cell type in the order of `types`.

    Welch's t of the arcsine of the square root of the shares, a paired t where donors are in both, as in
    propeller (Phipson et al., Bioinformatics 38, 4720, 2022) but without its moderation. The arcsine makes the
    variance of a share nearly the same whatever the share, and a cell type that a donor lacks needs no count
    made up for it, as a log ratio would. NaN where a side has one unit, or nothing varies. FDR by Benjamini and
    Hochberg. Shares add up to 1: where one cell type grows, others fall.
    """
    import pandas as pd

    control, cases = share[:, ~case], share[:, case]
    p = _paired(share, case, pair) if pair is not None else _welch(share, case)
    return pd.DataFrame({"control": _mean(control), "case": _mean(cases), "p": p, "fdr": adjusted(p)},
                        index=pd.Index(types, name="cell_type"))  # fmt: skip


def _mean(share: np.ndarray) -> np.ndarray:
    return np.nanmean(share, axis=1)


def _welch(share: np.ndarray, case: np.ndarray) -> np.ndarray:
    from scipy.stats import ttest_ind

    angle = np.arcsin(np.sqrt(share))
    with _quiet():
        return ttest_ind(angle[:, case], angle[:, ~case], axis=1, equal_var=False, nan_policy="omit").pvalue


def _paired(share: np.ndarray, case: np.ndarray, pair: np.ndarray) -> np.ndarray:
    from scipy.stats import ttest_1samp

    angle = np.arcsin(np.sqrt(share))
    donors = [donor for donor in np.unique(pair) if {*case[pair == donor]} == {True, False}]
    change = np.stack([angle[:, (pair == d) & case].mean(axis=1) - angle[:, (pair == d) & ~case].mean(axis=1)
                       for d in donors], axis=1)  # fmt: skip
    with _quiet():
        return ttest_1samp(change, 0, axis=1, nan_policy="omit").pvalue


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing is said of shares that do not vary: they have no p, or one that is above any level."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        yield

"""The partners of one gene under two conditions, with the interval of each correlation and of its change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import unknown
from engine.tl.differential.jackknife import LEAST_CHANGE, reach
from engine.types import Contrast

if TYPE_CHECKING:
    import pandas as pd

STATES = ("gained", "lost", "kept", "unclear")
COLUMNS = ("partner", "control", "control_low", "control_high", "case", "case_low", "case_high",
           "change", "change_low", "change_high", "state")  # fmt: skip


def partners_of(contrast: Contrast, gene: str) -> pd.DataFrame:
    """Every other compared gene, largest change first; low and high bound 95 % intervals.

    State: "gained" or "lost" as `engine.tl.differential.jackknife` counts them: the interval of the change excludes 0,
    the change is at least 0.1, and the correlation of the case is the larger or the smaller in size. "kept" where
    it is neither, and both correlations are of one sign with intervals that exclude 0; else "unclear". Columns are
    those of `COLUMNS`.

    Raises
    ------
    UnknownName
        When the gene is not among those compared.
    """
    import pandas as pd

    places = np.flatnonzero(contrast.genes == gene)
    if not len(places):
        raise unknown("gene", gene, contrast.genes, where="among those compared")
    at, to_end = int(places[0]), quantile(contrast)
    rows = {side: contrast.adata.obsp[side][at].astype(np.float64) for side in ("control", "case")}
    se = {name: contrast.adata.obsp[f"{name}_se"][at].astype(np.float64) for name in (*rows, "change")}
    rows["change"] = rows["case"] - rows["control"]
    table = {"partner": contrast.genes}
    for name, values in rows.items():
        widest = 2.0 if name == "change" else 1.0
        table |= {name: values, f"{name}_low": np.maximum(values - to_end * se[name], -widest),
                  f"{name}_high": np.minimum(values + to_end * se[name], widest)}  # fmt: skip
    found = pd.DataFrame(table)
    found["state"] = _states(found)
    found = found.drop(index=at)
    return found.iloc[np.argsort(-np.nan_to_num(found["change"].abs()), kind="stable")].reset_index(drop=True)


def quantile(contrast: Contrast) -> float:
    """Standard errors from an estimate to the ends of its 95 % interval."""
    design = contrast.facts["design"]
    return reach(design["n_control"] + design["n_case"], paired=design["unit"] == "paired donors")


def _states(table: pd.DataFrame) -> np.ndarray:
    apart = {name: (table[f"{name}_low"] > 0) | (table[f"{name}_high"] < 0) for name in ("control", "case", "change")}
    changed = apart["change"] & (table["change"].abs() >= LEAST_CHANGE)
    stronger = table["case"].abs() >= table["control"].abs()
    kept = apart["control"] & apart["case"] & (np.sign(table["control"]) == np.sign(table["case"]))
    return np.select([changed & stronger, changed, kept], STATES[:3], default=STATES[3])

"""The partners of one gene under two conditions, with the interval of each correlation and of its change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import unknown
from engine.types import Contrast

if TYPE_CHECKING:
    import pandas as pd

STATES = ("gained", "lost", "kept", "unclear")
COLUMNS = ("partner", "control", "control_low", "control_high", "case", "case_low", "case_high",
           "change", "change_low", "change_high", "state")  # fmt: skip


def partners_of(contrast: Contrast, gene: str) -> pd.DataFrame:
    """Every other compared gene, largest change first; low and high bound 95 % intervals.

    State: "gained" or "lost" where the interval of the change excludes 0 and the correlation of the case is the
    larger or the smaller in size; "kept" where it does not, and both correlations are of one sign with intervals
    that exclude 0; else "unclear". Columns are those of `COLUMNS`.

    Raises
    ------
    UnknownName
        When the gene is not among those compared.
    """
    import pandas as pd

    places = np.flatnonzero(contrast.genes == gene)
    if not len(places):
        raise unknown("gene", gene, contrast.genes, where="among those compared")
    at, reach = int(places[0]), quantile(contrast)
    rows = {side: contrast.adata.obsp[side][at].astype(np.float64) for side in ("control", "case")}
    se = {side: contrast.adata.obsp[f"{side}_se"][at].astype(np.float64) for side in rows}
    rows["change"] = rows["case"] - rows["control"]
    se["change"] = np.hypot(se["control"], se["case"])
    table = {"partner": contrast.genes}
    for name, values in rows.items():
        widest = 2.0 if name == "change" else 1.0
        table |= {name: values, f"{name}_low": np.maximum(values - reach * se[name], -widest),
                  f"{name}_high": np.minimum(values + reach * se[name], widest)}  # fmt: skip
    found = pd.DataFrame(table)
    found["state"] = _states(found)
    found = found.drop(index=at)
    return found.iloc[np.argsort(-np.nan_to_num(found["change"].abs()), kind="stable")].reset_index(drop=True)


def quantile(contrast: Contrast) -> float:
    """Standard errors from an estimate to the ends of its 95 % interval: Student's t, one unit a side fixed."""
    from scipy.stats import t

    design = contrast.facts["design"]
    return float(t.ppf(0.975, max(design["n_control"] + design["n_case"] - 2, 1)))


def _states(table: pd.DataFrame) -> np.ndarray:
    apart = {name: (table[f"{name}_low"] > 0) | (table[f"{name}_high"] < 0) for name in ("control", "case", "change")}
    stronger = table["case"].abs() > table["control"].abs()
    kept = apart["control"] & apart["case"] & (np.sign(table["control"]) == np.sign(table["case"]))
    return np.select([apart["change"] & stronger, apart["change"], kept], STATES[:3], default=STATES[3])

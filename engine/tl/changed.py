"""The partners of one gene in two conditions: which it gained, which it lost, with intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.errors import unknown
from engine.types import Contrast

COVERAGE = 0.95
LEAST = 0.1  # change of a correlation below which a partner is neither gained nor lost
STATES = ("gained", "lost", "kept", "unclear")


def partners_of(contrast: Contrast, gene: str) -> pd.DataFrame:
    """A row per other compared gene, the most changed first.

    Columns partner; control, case, change (case − control), each with its 95 % interval as `_low` and `_high`:
    estimate ± t · jackknife standard error, t with as many degrees of freedom as units − 2; the errors of the two
    conditions are taken as independent. state: gained or lost, where the interval of the change excludes 0, the
    change is at least 0.1 and |correlation| grew or shrank; kept, where it did not change and both correlations
    exclude 0 on the same side; else unclear.

    Raises
    ------
    UnknownName
        When the gene was not compared.
    """
    genes = contrast.genes
    if gene not in set(genes.tolist()):
        raise unknown("gene", gene, genes, where="among the compared genes")
    place = int(np.flatnonzero(genes == gene)[0])
    others = np.arange(len(genes)) != place
    control, case, control_se, case_se = (_row(contrast, name, place)[others]
                                          for name in ("control", "case", "control_se", "case_se"))  # (n_genes − 1,)
    change, change_se = case - control, np.hypot(control_se, case_se)
    t = quantile(contrast)
    table = pd.DataFrame({"partner": genes[others]})
    for name, values, se in (("control", control, control_se), ("case", case, case_se), ("change", change, change_se)):
        widest = 2.0 if name == "change" else 1.0
        table[name] = values
        table[f"{name}_low"] = np.maximum(values - t * se, -widest)
        table[f"{name}_high"] = np.minimum(values + t * se, widest)
    table["state"] = states(table)
    return table.sort_values("change", key=np.abs, ascending=False, kind="stable").reset_index(drop=True)


def quantile(contrast: Contrast) -> float:
    """Student's t that a 95 % interval of this contrast reaches to."""
    from scipy.stats import t

    design = contrast.facts["design"]
    return float(t.ppf((1 + COVERAGE) / 2, max(design["n_control"] + design["n_case"] - 2, 1)))


def states(table: pd.DataFrame) -> np.ndarray:
    """What became of each partner, by the columns of `partners_of`."""
    changed = _excludes_zero(table, "change") & (table["change"].abs() >= LEAST)
    grew = table["case"].abs() > table["control"].abs()
    same = _excludes_zero(table, "control") & _excludes_zero(table, "case") & (table["control"] * table["case"] > 0)
    return np.select([changed & grew, changed & ~grew, ~changed & same], STATES[:3], STATES[3])


def _excludes_zero(table: pd.DataFrame, name: str) -> pd.Series:
    return (table[f"{name}_low"] > 0) | (table[f"{name}_high"] < 0)


def _row(contrast: Contrast, name: str, place: int) -> np.ndarray:
    return np.asarray(contrast.correlations(name)[place], dtype=float).ravel()

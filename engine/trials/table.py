"""The long table of trials, and its summary: means and standard deviations over seeds, undefined values counted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from engine.trials.one import Trial

COLUMNS = ("method", "label", "kind", "split", "seed", "class", "perturbation", "measure", "value")
MEAN, SECONDS, ALL = "mean", "seconds", "all"


def long_table(trials: Iterable[Trial]) -> pd.DataFrame:
    """A row a method, split, seed, class, perturbation (or `mean`) and measure.

    A mean is over the values that are defined, NaN where none is; `seconds` is that of a whole trial, class `all`.
    """
    from engine.trials.choose import contestant

    parts = []
    for trial in trials:
        who = contestant(trial.method)
        given = {"method": who.name, "label": who.label, "kind": who.kind, "split": trial.split, "seed": trial.seed}
        values = trial.values.rename_axis("perturbation").reset_index()
        each = values.melt(["perturbation", "class"], var_name="measure", value_name="value")
        means = each.groupby(["class", "measure"], sort=False, observed=True)["value"].mean().reset_index()
        took = pd.DataFrame({"class": [ALL], "measure": [SECONDS], "value": [trial.seconds]})
        parts.append(pd.concat([each, means.assign(perturbation=MEAN), took.assign(perturbation=MEAN)]).assign(**given))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS)).astype({"seed": int, "value": float})
    found = pd.concat(parts, ignore_index=True)[list(COLUMNS)]
    words = dict.fromkeys(set(COLUMNS) - {"seed", "value"}, "category")  # a table of five folds has 10^5 rows
    return found.astype(words | {"seed": int, "value": float})


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation over seeds of the means of every method, class and measure.

    Returns
    -------
    Columns method, label, kind, class, measure, mean, sd (NaN with one seed), seeds, n (perturbations held out,
    each once), missing (values that are not defined, of `values` in all).
    """
    keys = ["method", "label", "kind", "class", "measure"]
    mean, each = table[table["perturbation"] == MEAN], table[table["perturbation"] != MEAN]
    over = mean.groupby(keys, sort=False, observed=True)["value"]
    found = over.agg(mean="mean", sd="std", seeds="size").reset_index()
    by = each.groupby(keys, sort=False, observed=True)
    counts = pd.DataFrame({"n": by["perturbation"].nunique(), "values": by["value"].size(),
                           "missing": by["value"].size() - by["value"].count()}).reset_index()  # fmt: skip
    found = found.merge(counts, on=keys, how="left")
    return found.astype({"n": "Int64", "values": "Int64", "missing": "Int64"})

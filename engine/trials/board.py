"""A long table of trials, sorted by class, method and measure, so that any two methods are soon beside each other."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from engine.metrics.perturbation import BY_NAME
from engine.trials.choose import NEGATIVE
from engine.trials.one import PDS_CHANCE
from engine.trials.paired import Difference, compare
from engine.trials.table import MEAN
from engine.types.perturbations import CLASSES

NOTHING = pd.Series(dtype=float, index=pd.MultiIndex.from_arrays([[], []]))
Key = tuple[str, str]  # class, method


@dataclass(frozen=True)
class Board:
    """Values of each class and method, a row a perturbation and seed and a column a measure; labels and kinds by name.

    `means` are those over perturbations, then over seeds.
    """

    values: dict[Key, pd.DataFrame] = field(repr=False)
    means: dict[tuple[str, str, str], float] = field(repr=False)
    labels: dict[str, str]
    kinds: dict[str, str]

    @classmethod
    def of(cls, table: pd.DataFrame) -> Board:
        """From the long table."""
        who = table.drop_duplicates("method").astype({"method": str}).set_index("method")
        mean = table["perturbation"] == MEAN
        keys = ["class", "method", "perturbation", "seed"]
        each = table.loc[~mean, [*keys, "measure", "value"]].astype(dict.fromkeys([*keys[:3], "measure"], str))
        wide = each.set_index([*keys, "measure"])["value"].unstack("measure")
        values = {key: part.droplevel([0, 1]) for key, part in wide.groupby(level=[0, 1])}
        told = table[mean].groupby(["class", "method", "measure"], sort=False, observed=True)["value"].mean()
        return cls(values, told.to_dict(), who["label"].to_dict(), who["kind"].to_dict())

    @property
    def classes(self) -> list[str]:
        """Classes with held-out perturbations, in their order."""
        there = {held_out for held_out, _ in self.values}
        return [one for one in CLASSES if one in there]

    def methods(self, held_out: str) -> list[str]:
        """Names of the methods tried on a class, in the order of the table."""
        there = {method for one, method in self.values if one == held_out}
        return [method for method in self.labels if method in there]

    def of_method(self, held_out: str, method: str, measure: str) -> pd.Series:
        """Values by perturbation and seed; NaN where not defined."""
        found = self.values.get((held_out, method))
        return NOTHING if found is None or measure not in found else found[measure]

    def mean(self, held_out: str, method: str, measure: str) -> float:
        """Mean over seeds of the means over perturbations; NaN where nothing is defined."""
        return self.means.get((held_out, method, measure), float("nan"))

    def n(self, held_out: str) -> int:
        """How many perturbations of a class were held out, each counted once."""
        names = (values.index.get_level_values(0) for (one, _), values in self.values.items() if one == held_out)
        return len(set().union(*map(set, names)))

    def guess(self, held_out: str, measure: str) -> float | None:
        """What a guess gives on a measure; None where only computing it can tell."""
        if measure != "pds":
            return BY_NAME[measure].chance
        levels = [mean for (one, _, name), mean in self.means.items() if one == held_out and name == PDS_CHANCE]
        return next((level for level in levels if level == level), None)

    def beyond_guess(self, held_out: str, method: str, measure: str) -> Difference | None:
        """A method beside what a guess gives; None where either is not known."""
        values = self.of_method(held_out, method, measure)
        if measure == "pds":
            return compare(values, self.of_method(held_out, method, PDS_CHANCE), measure)
        level = self.guess(held_out, measure)
        return None if level is None else compare(values, level, measure)

    def beside(self, held_out: str, one: str, other: str, measure: str) -> Difference | None:
        """Two methods; the train mean, which Systema PCC leaves undefined, counts there as the guess that it is."""
        if other == NEGATIVE and measure == "pcc_systema":
            return self.beyond_guess(held_out, one, measure)
        return compare(self.of_method(held_out, one, measure), self.of_method(held_out, other, measure), measure)

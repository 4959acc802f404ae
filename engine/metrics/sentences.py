"""What follows from a comparison, in plain sentences that claim no more than its seeds bear out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from engine.metrics.measures import MEASURES
from engine.metrics.summary import LESS_IS_BETTER, SCORE, SIX, margin, standings, with_scores

ABOVE, LEVEL, BELOW, UNTOLD = "above", "level", "below", "untold"
ABOUT = ("score", "gaps", "measures", "nulls", "parts", "tasks", "seeds")
LABELS = {measure.name: measure.label[0].lower() + measure.label[1:] for measure in MEASURES}
PROPER = ("Pearson", "MuSe")  # labels that keep their capital inside a sentence
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def verdict(table: pd.DataFrame, measure: str, one: str, other: str) -> str | None:
    """Where the method `one` stands to `other` on a measure: above (better), level, below or untold.

    They differ when the mean of their differences, paired by seed, is more than twice its standard error.
    With one seed in common that is untold; without a value of both at any seed, None.
    """
    values = table[table["measure"] == measure].dropna(subset="value").pivot(
        index="seed", columns="method", values="value")  # fmt: skip
    if not {one, other} <= set(values.columns):
        return None
    difference = (values[one] - values[other]).dropna()
    if len(difference) < 2:
        return UNTOLD if len(difference) else None
    mean, error = difference.mean(), difference.std() / math.sqrt(len(difference))
    if abs(mean) <= 2 * error or mean == 0:
        return LEVEL
    return ABOVE if (mean > 0) != (measure in LESS_IS_BETTER) else BELOW


def sentences(table: pd.DataFrame, about: Sequence[str] = ABOUT) -> list[str]:
    """What the long table says of the model beside rivals, nulls, its own parts and gene-level tasks.

    `about` names what is told, of `ABOUT`.
    """
    names = dict(zip(table["method"], table["label"], strict=True))
    kinds = dict(zip(table["method"], table["kind"], strict=True))
    model = next((name for name, kind in kinds.items() if kind == "model"), None)
    if model is None:
        return ["MuSe-GNN has not been scored yet: run it to compare."]
    told = _Telling(with_scores(table), names, kinds, model)
    return [sentence for what in about for sentence in getattr(told, f"of_{what}")()]


class _Telling:
    def __init__(self, table: pd.DataFrame, names: dict[str, str], kinds: dict[str, str], model: str) -> None:
        self._table, self._names, self._kinds, self._model = table, names, kinds, model
        self._label, self._rivals = names[model], [name for name, kind in kinds.items() if kind == "rival"]

    def of_score(self) -> list[str]:
        """Who is first by Avg Score, and by how much."""
        standing = standings(self._table)
        found = margin(standing)
        if found is None:
            return ["No rival has been scored at the same seeds yet, so there is no Avg Score."]
        place = standing.set_index("method").loc[self._model, "place"]
        if math.isnan(place):
            return [f"{self._label} has too few of the six measures for an Avg Score."]
        n, first, second = int(standing["place"].notna().sum()), found.first, found.second
        if place > 1:
            second = self._model
        lead = self._lead(standing, first, second)
        lead += {LEVEL: ", which is no more than seeds differ",
                 UNTOLD: " at one seed, which cannot tell"}.get(self._verdict(SCORE, first, second), "")  # fmt: skip
        if place == 1:
            return [f"{self._label} is first of {n} by Avg Score, {lead}."]
        rank = ORDINALS[int(place) - 1] if place <= len(ORDINALS) else f"number {place:.0f}"
        return [f"{self._names[first]} is first of {n} by Avg Score, {lead}; {self._label} is {rank}."]

    def of_gaps(self) -> list[str]:
        """Which methods lack values, since a mean of the rest may flatter."""
        standing = standings(self._table)
        short = standing[standing["place"].notna() & (standing["missing"] > 0)]
        return [f"{row.label} lacks {row.missing} of {len(SIX) * row.n} values; its Avg Score is the mean of the rest."
                for row in short.itertuples()]  # fmt: skip

    def of_measures(self) -> list[str]:
        """Where the model beats every rival, and where it does not."""
        wins, rest = [], []
        for measure in SIX:
            stands = {name: self._verdict(measure, self._model, name) for name in self._rivals}
            stands = {name: stand for name, stand in stands.items() if stand in (ABOVE, LEVEL, BELOW)}
            better = [self._names[name] for name, stand in stands.items() if stand == BELOW]
            level = [self._names[name] for name, stand in stands.items() if stand == LEVEL]
            if stands and not better and not level:
                wins.append(LABELS[measure])
            elif stands:
                rest.append(self._short(measure, better, level))
        return ([f"{self._label} is better than every rival on {_listing(wins)}."] if wins else []) + rest

    def of_nulls(self) -> list[str]:
        """What is reached without biology, or without learning, just as well."""
        by_null = {}
        for name in (name for name, kind in self._kinds.items() if kind == "null"):
            short = [LABELS[m] for m in SIX if self._verdict(m, self._model, name) in (LEVEL, BELOW)]
            if short:
                by_null.setdefault(tuple(short), []).append(self._small(name))
        return [f"{self._label} is no better than {_listing(nulls, 'or')} on {_listing(list(short))}."
                for short, nulls in by_null.items()]  # fmt: skip

    def of_parts(self) -> list[str]:
        """What each part of the model is worth by Avg Score."""
        means = self._table[self._table["measure"] == SCORE].groupby("method")["value"].mean()
        words = {ABOVE: "worse", LEVEL: "as good: the part does not pay here", BELOW: "better: the part harms here"}
        said = []
        for name in (name for name, kind in self._kinds.items() if kind == "ablation"):
            stand = self._verdict(SCORE, self._model, name)
            if stand in words:
                numbers = f"{means[name]:.2f} against {means[self._model]:.2f}"
                said.append(f"{self._names[name]} it is {words[stand]} (Avg Score {numbers}).")
        return said

    def of_tasks(self) -> list[str]:
        """How the model stands to the best rival on the gene-level tasks."""
        tasks = [m for m in self._table["measure"].unique() if m.endswith("/auroc") and "/none/" not in m]
        stands = [self._among(measure) for measure in tasks]
        known = [stand for stand in stands if stand in (ABOVE, LEVEL, BELOW)]
        if not known:
            return []
        ahead, level, behind = (known.count(stand) for stand in (ABOVE, LEVEL, BELOW))
        return [f"Of {len(known)} gene-level tests (AUROC) {self._label} is ahead of every rival on {ahead or 'none'}, "
                f"level with the best on {level or 'none'}, behind the best on {behind or 'none'}."]

    def of_seeds(self) -> list[str]:
        """How far the seeds bear."""
        n = self._table["seed"].nunique()
        if n == 1:
            return ["One seed cannot tell whether a difference would come again: run at least three."]
        return [f"{n} seeds: a difference counts when it is more than twice its standard error over seeds."]

    def _among(self, measure: str) -> str | None:
        stands = [self._verdict(measure, self._model, name) for name in self._rivals]
        return next((stand for stand in (BELOW, LEVEL, UNTOLD, ABOVE) if stand in stands), None)

    def _lead(self, standing: pd.DataFrame, first: str, second: str) -> str:
        scores = standing.set_index("method")["score"]
        if scores[second] <= 0:
            return f"{scores[first]:.2f} against {scores[second]:.2f} of {self._names[second]}"
        return f"{(scores[first] / scores[second] - 1) * 100:.0f}\u202f% above {self._names[second]}"

    def _short(self, measure: str, better: list[str], level: list[str]) -> str:
        said = [f"{_listing(better)} {'is' if len(better) == 1 else 'are'} better than {self._label}"] if better else []
        verb = "is" if len(level) == 1 else "are"
        said += [f"{_listing(level)} {verb} as good" + ("" if better else f" as {self._label}")] if level else []
        return f"On {LABELS[measure]} {', and '.join(said)}."

    def _small(self, name: str) -> str:
        label = self._names[name]
        return label if label.startswith(PROPER) else label[0].lower() + label[1:]

    def _verdict(self, measure: str, one: str, other: str) -> str | None:
        return verdict(self._table, measure, one, other)


def _listing(words: list[str], last: str = "and") -> str:
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))

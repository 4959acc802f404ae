"""What follows from trials, in plain sentences that claim no more than the perturbations bear out."""

from __future__ import annotations

import pandas as pd

from engine.metrics.perturbation import BY_NAME
from engine.trials.choose import NEGATIVE, POSITIVE
from engine.trials.one import PDS_CHANCE
from engine.trials.paired import BEATS, LEAST, NOT_BETTER, UNTOLD, WORSE, Difference, compare, values_of
from engine.trials.table import MEAN, chance_of
from engine.types.perturbations import CLASSES
from engine.words import listing, plural

TOLD = ("pcc_delta", "pcc_systema", "pds", "l2_highest", "rmse")
TELL_APART = ("pcc_systema", "pds")
CORE = "core"
ON = {"unseen single": "On unseen singles", "pair, none seen": "On pairs of two unseen genes",
      "pair, one seen": "On pairs with one gene seen", "pair, both seen": "On pairs of seen genes"}  # fmt: skip
VERBS = {BEATS: "beats", NOT_BETTER: "is not better than", WORSE: "is worse than", UNTOLD: "cannot be told from"}
NAMES = {NEGATIVE: "the train mean"}
NO_TRIAL = "Nothing has been tried yet: run it to compare."


def sentences(table: pd.DataFrame, *, subject: str = CORE) -> list[str]:
    """What the long table says of one method beside the others, class by class, the conclusion of each first.

    Where the subject was not tried, the best other method by the first measure stands in.
    """
    classes = classes_of(table)
    if not classes:
        return [NO_TRIAL]
    told = [text for held_out in classes for text in _Telling(table, held_out, subject).all()]
    return [*told, *_of_undefined(table), *_of_numbers(table)]


def classes_of(table: pd.DataFrame) -> list[str]:
    """Classes with held-out perturbations, in their order."""
    there = set(table["class"])
    return [one for one in CLASSES if one in there]


def tells_apart(table: pd.DataFrame, held_out: str, method: str) -> bool | None:
    """Whether a method tells one perturbation of a class from another: above a guess by Systema PCC or PDS.

    The gain must be certain and large enough to matter. None where there are too few perturbations to say.
    """
    found = {measure: stand for measure in TELL_APART if (stand := beyond_chance(table, held_out, method, measure))}
    if not found or max(stand.n for stand in found.values()) < LEAST:
        return None
    return any(stand.stands == BEATS and stand.mean >= BY_NAME[measure].margin
               for measure, stand in found.items())


def beyond_chance(table: pd.DataFrame, held_out: str, method: str, measure: str) -> Difference | None:
    """A method beside what a guess gives on a measure with a known chance; None where either is not known."""
    values = values_of(table, method, measure, held_out)
    if measure == "pds":
        return compare(values, values_of(table, method, PDS_CHANCE, held_out), measure)
    chance = chance_of(table, measure, held_out)
    return None if chance is None else compare(values, chance, measure)


def stand(table: pd.DataFrame, held_out: str, one: str, other: str, measure: str) -> Difference | None:
    """Two methods on a measure; the train mean, which Systema PCC leaves undefined, counts there as the guess it is."""
    if other == NEGATIVE and measure == "pcc_systema":
        return beyond_chance(table, held_out, one, measure)
    return compare(values_of(table, one, measure, held_out), values_of(table, other, measure, held_out), measure)


class _Telling:
    def __init__(self, table: pd.DataFrame, held_out: str, subject: str) -> None:
        self._table, self._class = table, held_out
        rows = table[(table["class"] == held_out) & (table["perturbation"] == MEAN)]
        self._labels = dict(zip(rows["method"], rows["label"], strict=True))
        self._kinds = dict(zip(rows["method"], rows["kind"], strict=True))
        self._means = rows.groupby(["method", "measure"])["value"].mean()
        self._one = self._subject(subject)

    def all(self) -> list[str]:
        """Whether anything is told apart, then measure by measure, then what a replicate reaches."""
        if not self._one:
            return [f"{ON[self._class]} only controls were tried: run a method to compare."]
        by_measure = [self._of(measure) for measure in TOLD[:4] if self._has(measure)]
        if not self._has("l2_highest"):
            by_measure += [self._of("rmse")] if self._has("rmse") else []
        return list(filter(None, [self._apart(), *by_measure, self._replicate(), self._coverage()]))

    def _subject(self, wanted: str) -> str:
        if wanted in self._kinds:
            return wanted
        others = [name for name, kind in self._kinds.items() if kind != "control"]
        return max(others, key=lambda name: self._mean(name, "pcc_delta"), default="")

    def _mean(self, method: str, measure: str) -> float:
        found = self._means.get((method, measure), float("nan"))
        return found if found == found else float("-inf")

    def _has(self, measure: str) -> bool:
        return self._mean(self._one, measure) > float("-inf")

    def _apart(self) -> str:
        tried = [name for name, kind in self._kinds.items() if kind != "control"]
        told = {name: tells_apart(self._table, self._class, name) for name in tried}
        able, unsure = [name for name in tried if told[name]], [name for name in tried if told[name] is None]
        on = ON[self._class]
        if able:
            numbers = [f"{self._label(name)} (Systema {_number(self._mean(name, 'pcc_systema'))}, PDS "
                       f"{_number(self._mean(name, 'pds'))})" for name in able]  # fmt: skip
            return (f"{on} {listing(numbers)} {'tells' if len(able) == 1 else 'tell'} one target from another "
                    f"better than a guess (0 and {_number(self._means.get((self._one, PDS_CHANCE)))}).")  # fmt: skip
        if unsure:
            return f"{on} there are too few perturbations to say whether any method tells one target from another."
        return (f"{on} no method tells one target from another: by Systema PCC and PDS none is certain to be beyond a "
                "guess by as much as .02.")  # fmt: skip

    def _of(self, measure: str) -> str:
        """One measure: the subject's mean, whom it beats, and whom it does not."""
        groups: dict[str, list[str]] = {}
        others = [name for name in self._kinds if name not in (self._one, POSITIVE)]
        for name in others:
            found = stand(self._table, self._class, self._one, name, measure)
            if found is not None:
                groups.setdefault(found.stands, []).append(self._beside(name, found))
        said = [f"{VERBS[how]} {listing(groups[how])}" for how in VERBS if how in groups]
        if not said:
            return ""
        label = BY_NAME[measure].label
        about = label if label[:2].isupper() or measure == "pcc_systema" else label[0].lower() + label[1:]
        return (f"{ON[self._class]}, {about}: {self._label(self._one)} "
                f"({_number(self._mean(self._one, measure))}) {'; it '.join(said)}.")  # fmt: skip

    def _beside(self, name: str, found: Difference) -> str:
        """Another method with the difference to it, its interval and p."""
        return (f"{self._label(name)} ({_signed(found.mean)}, {_signed(found.low)} to {_signed(found.high)}, "
                f"p {_p(found.p)})")  # fmt: skip

    def _replicate(self) -> str:
        reached = self._mean(POSITIVE, "pcc_delta")
        if reached == float("-inf"):
            return ""
        return (f"{ON[self._class]} half of the cells predicts the other half with a PCC of changes of "
                f"{_number(reached)}; the train mean reaches {_number(self._mean(NEGATIVE, 'pcc_delta'))}, "
                f"{self._label(self._one)} {_number(self._mean(self._one, 'pcc_delta'))}.")  # fmt: skip

    def _coverage(self) -> str:
        held = self._mean(self._one, "coverage_90")
        if held == float("-inf"):
            return ""
        fair = "as they should" if 0.85 <= held <= 0.95 else "too few" if held < 0.85 else "more than they should"
        return (f"{ON[self._class]} the 90 % intervals of {self._label(self._one)} hold {100 * held:.0f} % of genes on "
                f"average, {fair}.")  # fmt: skip

    def _label(self, name: str) -> str:
        label = NAMES.get(name, self._labels.get(name, name))
        first = label.split()[0]
        return label if name in NAMES or first.isupper() else label[0].lower() + label[1:]


def _of_undefined(table: pd.DataFrame) -> list[str]:
    """Which methods lack values of a told measure, since a mean over the rest may flatter."""
    each = table[(table["perturbation"] != MEAN) & table["measure"].isin(TOLD) & (table["method"] != POSITIVE)]
    said = []
    for (label, measure), part in each.groupby(["label", "measure"], sort=False)["value"]:
        known, n = part.notna().sum(), len(part)
        if 0 < known < n:
            said.append(f"{label}: {BY_NAME[measure].label} is not defined for {n - known} of {n} values; its mean is "
                        "of the rest.")  # fmt: skip
    return said


def _of_numbers(table: pd.DataFrame) -> list[str]:
    """How far perturbations and seeds bear."""
    each = table[table["perturbation"] != MEAN]
    n, seeds = each["perturbation"].nunique(), each["seed"].nunique()
    return [f"{plural(n, 'perturbation')} held out at {plural(seeds, 'seed')}: differences are paired by perturbation, "
            "with 95 % intervals of a bootstrap over perturbations (+ is better); seeds are no new "
            "perturbations. “Not better” rules a gain that matters out; “cannot be told” does not."]  # fmt: skip


def _number(x: float) -> str:
    if not abs(x) < float("inf"):
        return "–"
    return (f"{x:.3f}" if abs(x) < 10 else f"{x:.1f}").replace("-", "\u2212")


def _signed(x: float) -> str:
    return ("+" if x >= 0 else "") + _number(x)


def _p(p: float) -> str:
    return f"{p:.2g}" if p >= 0.001 else "< 0.001"


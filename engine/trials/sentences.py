"""What follows from trials, in plain sentences that claim no more than the perturbations bear out."""

from __future__ import annotations

import pandas as pd

from engine.metrics.perturbation import BY_NAME
from engine.trials.board import Board
from engine.trials.choose import CORE, NEGATIVE, POSITIVE
from engine.trials.paired import BEATS, LEAST, NOT_BETTER, SAME, UNTOLD, WORSE, Difference
from engine.trials.table import MEAN
from engine.words import listing, plural

TOLD = ("pcc_delta", "pcc_systema", "pds", "l2_highest", "rmse")
TELL_APART = ("pds", "centroid_accuracy")  # a prediction that is the same for all gets no more than a guess of them
ON = {"unseen single": "On unseen singles", "pair, none seen": "On pairs of two unseen genes",
      "pair, one seen": "On pairs with one gene seen", "pair, both seen": "On pairs of seen genes"}  # fmt: skip
BY = {"pcc_delta": "PCC of changes over all genes", "pcc_systema": "PCC by Systema", "pds": "PDS",
      "l2_highest": "L2 over the genes highest in control", "rmse": "RMSE"}  # fmt: skip
VERBS = (BEATS, SAME, NOT_BETTER, UNTOLD, WORSE)
NOTHING_CHANGES = "no-change"
NO_TRIAL = "Nothing has been tried yet: run it to compare."


def sentences(table: pd.DataFrame, *, subject: str = CORE) -> list[str]:
    """What the long table says of one method beside the others, class by class, and how far that bears."""
    board = Board.of(table)
    told = [text for held_out in board.classes for text in of_class(board, held_out, subject=subject)]
    return [*told, *of_bearing(table)] if told else [NO_TRIAL]


def of_class(board: Board, held_out: str, *, subject: str = CORE) -> list[str]:
    """What is said of a class of held-out perturbations, the conclusion first.

    Where the subject was not tried, the best method that is no control stands in.
    """
    return _Telling(board, held_out, subject).all()


def of_bearing(table: pd.DataFrame) -> list[str]:
    """Which values are missing, and how far perturbations and seeds bear."""
    return [*_of_undefined(table), *_of_numbers(table)]


def tells_apart(board: Board, held_out: str, method: str) -> bool | None:
    """Whether the predictions of a method lie nearer to their own perturbation than a guess would, by PDS or centroids.

    The gain must be certain and large enough to matter. None where there are too few perturbations to say.
    """
    found = {measure: stand for measure in TELL_APART if (stand := board.beyond_guess(held_out, method, measure))}
    if not found or max(stand.n for stand in found.values()) < LEAST:
        return None
    return any(stand.stands == BEATS and stand.mean >= BY_NAME[name].margin for name, stand in found.items())


class _Telling:
    def __init__(self, board: Board, held_out: str, subject: str) -> None:
        self._board, self._class, self._on = board, held_out, ON[held_out]
        self._methods = board.methods(held_out)
        self._tried = [name for name in self._methods if board.kinds[name] != "control"]
        self._one = subject if subject in self._methods else max(
            self._tried, key=lambda name: _known(self._mean(name, "pcc_delta")), default="")  # fmt: skip

    def all(self) -> list[str]:
        """Whether anything is told apart, then measure by measure, what a replicate reaches, and coverage."""
        if not self._one:
            return [f"{self._on} only controls were tried: run a method to compare."]
        if self._board.n(self._class) < LEAST:
            return [f"{self._on} there are too few perturbations ({self._board.n(self._class)}) to say which method is "
                    "better."]  # fmt: skip
        measures = [name for name in TOLD if _there(self._mean(self._one, name))]
        if "l2_highest" in measures:
            measures.remove("rmse")
        return list(filter(None, [self._apart(), *map(self._of, measures), self._replicate(), self._coverage()]))

    def _mean(self, method: str, measure: str) -> float:
        return self._board.mean(self._class, method, measure)

    def _apart(self) -> str:
        able = [name for name in self._tried if tells_apart(self._board, self._class, name)]
        guess = f"{_number(self._board.guess(self._class, 'pds'))} by PDS"
        if able:
            numbers = [f"{self._label(name)} ({_number(self._mean(name, 'pds'))})" for name in able]
            verb = "tells" if len(able) == 1 else "tell"
            return (f"{self._on} {listing(numbers)} {verb} one perturbation from another better than a guess "
                    f"({guess}).")  # fmt: skip
        return (f"{self._on} no method tells one perturbation from another: none is certain to be nearer to its own "
                f"than a guess ({guess}) by as much as .05{self._systema()}.")  # fmt: skip

    def _systema(self) -> str:
        """The highest PCC by Systema, and that of no change, which is the same for all."""
        best = max((_known(self._mean(name, "pcc_systema")) for name in self._tried), default=float("-inf"))
        if not _there(best):
            return ""
        still = self._mean(NOTHING_CHANGES, "pcc_systema")
        beside = f", that of no change, which is the same for all, {_number(still)}" if _there(still) else ""
        return f"; the highest PCC by Systema is {_number(best)}{beside}"

    def _of(self, measure: str) -> str:
        """One measure: the subject's mean, whom it beats, and whom it does not."""
        groups: dict[str, list[tuple[str, Difference]]] = {}
        for name in self._methods:
            found = self._board.beside(self._class, self._one, name, measure)
            if found is not None and name not in (self._one, POSITIVE):
                groups.setdefault(found.stands, []).append((name, found))
        said = [f"{how} {self._named(groups[how], measure, how)}" for how in VERBS if how in groups]
        if not said:
            return ""
        return (f"{self._on} by {BY[measure]} {self._label(self._one)} ({_number(self._mean(self._one, measure))}) "
                f"{'; it '.join(said)}.")  # fmt: skip

    def _named(self, group: list[tuple[str, Difference]], measure: str, how: str) -> str:
        """Methods with their means; of the nearest the gain over it with its interval, + being better."""
        means = [self._mean(name, measure) for name, _ in group]
        words = [f"{self._label(name)} ({_number(mean if _there(mean) else found.other)})"
                 for (name, found), mean in zip(group, means, strict=True)]  # fmt: skip
        if how == SAME:
            return listing(words)
        _, nearest = min(group, key=lambda one: abs(one[1].mean))
        gain = f"{_signed(nearest.mean)}, 95 % interval {_signed(nearest.low)} to {_signed(nearest.high)}"
        return f"{listing(words)} ({'' if len(group) == 1 else 'the nearest '}by {gain})"

    def _replicate(self) -> str:
        reached = self._mean(POSITIVE, "pcc_delta")
        if not _there(reached):
            return ""
        said = (f"{self._on} half of the cells predicts the other half with a PCC of changes of {_number(reached)}; "
                f"{self._label(self._one)} reaches {_number(self._mean(self._one, 'pcc_delta'))}.")  # fmt: skip
        if _known(self._mean(NEGATIVE, "pcc_delta")) > reached:
            said += (" The mean of the screen is above that: what all perturbations share here is to a large part the "
                     "error of the control's own mean, and a PCC of changes rewards whatever repeats it.")  # fmt: skip
        return said

    def _coverage(self) -> str:
        held = self._mean(self._one, "coverage_90")
        if not _there(held):
            return ""
        fair = "as they should" if 0.85 <= held <= 0.95 else "too few" if held < 0.85 else "more than they should"
        return (f"{self._on} the 90 % intervals of {self._label(self._one)} hold {100 * held:.0f} % of genes on "
                f"average, {fair}.")  # fmt: skip

    def _label(self, name: str) -> str:
        """A method inside a sentence."""
        label = self._board.labels[name]
        first = label.split()[0]
        if first.isupper():
            return label
        return ("the " if first in ("Core", "Mean", "Sum") else "") + label[0].lower() + label[1:]


def _of_undefined(table: pd.DataFrame) -> list[str]:
    """Which methods lack values of a told measure, since a mean over the rest may flatter."""
    each = table[(table["perturbation"] != MEAN) & table["measure"].isin(TOLD) & (table["method"] != POSITIVE)]
    lacking: dict[tuple[str, int, int], list[str]] = {}
    for (label, measure), part in each.groupby(["label", "measure"], sort=False, observed=True)["value"]:
        known, n = int(part.notna().sum()), len(part)
        if 0 < known < n:
            lacking.setdefault((measure, n - known, n), []).append(label)
    return [f"{BY_NAME[measure].label} is not defined for {missing} of {n} values of {listing(labels)}; the mean is of "
            "the rest." for (measure, missing, n), labels in lacking.items()]  # fmt: skip


def _of_numbers(table: pd.DataFrame) -> list[str]:
    each = table[table["perturbation"] != MEAN]
    n, seeds = each["perturbation"].nunique(), each["seed"].nunique()
    return [f"{plural(n, 'perturbation')} held out at {plural(seeds, 'seed')}: differences are paired by perturbation "
            "(+ is better), with intervals of a bootstrap over perturbations; seeds are no new perturbations. “Is not "
            "better” rules a gain that matters out, “cannot be told” does not."]  # fmt: skip


def _there(x: float) -> bool:
    return abs(x) < float("inf")


def _known(x: float) -> float:
    return x if x == x else float("-inf")


def _number(x: float | None) -> str:
    if x is None or not _there(x):
        return "–"
    return (f"{x:.3f}" if abs(x) < 10 else f"{x:.1f}").replace("-", "\u2212")


def _signed(x: float) -> str:
    return ("+" if x >= 0 else "") + _number(x)

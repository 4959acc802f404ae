"""One trial: a method learns from the training perturbations of a split at a seed and is scored on the others."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.metrics.perturbation import MEASURES, HeldOut, coverage, score
from engine.metrics.perturbation.among import chance_of_discrimination
from engine.perturb.changes import mean_where
from engine.store import Store
from engine.trials.choose import CORE, POSITIVE
from engine.trials.intervals import told_with_intervals
from engine.trials.splits import Part, parts_of
from engine.types import META, GeneKnowledge, Screen

if TYPE_CHECKING:
    import pandas as pd

PDS_CHANCE = "pds_chance"  # what a guess gives of PDS, which depends on how many are held out together
COLUMNS = (*(measure.name for measure in MEASURES), PDS_CHANCE)


@dataclass(frozen=True)
class Trial:
    """What a method reached: `values` has a row a held-out perturbation, columns class and those of `COLUMNS`."""

    method: str
    split: str
    seed: int
    screen: str
    seconds: float
    notes: tuple[str, ...]
    values: pd.DataFrame = field(repr=False)


def try_method(screen: Screen, method: str, split: str, seed: int, known: GeneKnowledge, *, name: str) -> Trial:
    """Learn, predict and score, part by part; only the training perturbations of a part are handed to the method.

    Parameters
    ----------
    name
        Id of the screen.
    """
    import pandas as pd

    started, tables, notes = time.monotonic(), [], []
    for part in parts_of(screen.names, split, seed):
        train = screen.of(list(part.train))
        guess = (_replicate(screen, part) if method == POSITIVE
                 else _predicted(screen, train, part, method, known, seed))  # fmt: skip
        notes += [note for note in guess.notes if note not in notes]
        tables += [_scored(screen, train, part, one, guess) for one in part.test]
    values = pd.concat(tables).reindex(columns=["class", *COLUMNS])
    return Trial(method, split, seed, name, time.monotonic() - started, tuple(notes), values)


def write_trial(name: str, trial: Trial, *, store: Store) -> None:
    """Keep a trial under its id."""
    from anndata import AnnData

    adata = AnnData(trial.values[list(COLUMNS)].to_numpy(np.float64), obs=trial.values[["class"]])
    adata.var_names = list(COLUMNS)
    facts = {key: value for key, value in vars(trial).items() if key != "values"}
    adata.uns[META] = json.dumps(facts)
    store.write(name, adata)


def read_trial(name: str, *, store: Store) -> Trial:
    """A stored trial."""
    import pandas as pd

    adata = store.read(name)
    facts: dict[str, Any] = json.loads(adata.uns[META])
    values = pd.DataFrame(adata.X, index=adata.obs_names.astype(str), columns=adata.var_names.astype(str))
    values.insert(0, "class", adata.obs["class"].astype(str).to_numpy())
    return Trial(values=values, **(facts | {"notes": tuple(facts["notes"])}))


@dataclass(frozen=True)
class _Guess:
    """Changes predicted of the names held out, in order of the part, and what they are held against."""

    change: np.ndarray
    truth: np.ndarray
    se: np.ndarray
    intervals: dict[int, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)  # level in per cent → low, high
    notes: tuple[str, ...] = ()


def _predicted(screen: Screen, train: Screen, part: Part, method: str, known: GeneKnowledge, seed: int) -> _Guess:
    """What a method tells of the perturbations held out; it is given the training perturbations and no more."""
    from engine.perturb.methods import METHODS

    held = list(part.held_out)
    if method == CORE:
        change, intervals = told_with_intervals(train, part, known, seed)
    else:
        change, intervals = METHODS[method].predict(train, held, known, seed), {}
    change = np.asarray(change, dtype=np.float64)
    bounds = {level: (change - half, change + half) for level, half in intervals.items()}
    return _Guess(change, *_measured(screen, held), bounds)


def _measured(screen: Screen, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Measured changes and their standard errors, NaN where none is known."""
    held = screen.adata[names]
    change = np.asarray(held.X, dtype=np.float64)
    se = np.asarray(held.layers["se"], dtype=np.float64) if "se" in held.layers else np.full(change.shape, np.nan)
    return change, se


def _replicate(screen: Screen, part: Part) -> _Guess:
    """Half a predicts half b, each with the standard error of half the cells; nothing for a table without cells."""
    held = screen.adata[list(part.held_out)]
    if "half_a" not in held.layers:
        nothing = np.full(held.shape, np.nan)
        return _Guess(nothing, nothing, nothing, notes=("A table of changes has no cells to halve, so that there is no "
                                                        "replicate to compare with.",))  # fmt: skip
    half_a, half_b = (np.asarray(held.layers[half], dtype=np.float64) for half in ("half_a", "half_b"))
    return _Guess(half_a, half_b, np.sqrt(2) * np.asarray(held.layers["se"], dtype=np.float64))


def _scored(screen: Screen, train: Screen, part: Part, one: str, guess: _Guess) -> pd.DataFrame:
    """Every measure of the perturbations of one class."""
    at = [part.held_out.index(name) for name in part.test[one]]
    centre = mean_where(train.delta, np.isfinite(train.delta))
    truth = HeldOut(part.test[one], screen.genes, guess.truth[at], guess.se[at], screen.control, centre)
    table = score(guess.change[at], truth)
    for level, (low, high) in guess.intervals.items():
        table[f"coverage_{level}"] = coverage(low[at], high[at], truth)
    table[PDS_CHANCE] = chance_of_discrimination(len(at))
    table.insert(0, "class", one)
    return table

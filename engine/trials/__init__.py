"""Trials of methods that predict perturbations: splits, methods × seeds, controls, paired bootstrap, sentences."""

from engine.trials.choose import choose, contestant, contestants
from engine.trials.run import NOT_TRIED, Key, Outcome, need_one, read_trials, run, trials_there
from engine.trials.splits import SPLITS, Part, Split, find_split, parts_of
from engine.trials.table import long_table, summary

__all__ = [
    "NOT_TRIED", "SPLITS", "Key", "Outcome", "Part", "Split", "choose", "contestant", "contestants", "find_split",
    "long_table", "need_one", "parts_of", "read_trials", "run", "summary", "trials_there",
]  # fmt: skip

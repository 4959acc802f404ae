"""Published figures of predicted perturbations, to stand beside ours; each is marked as theirs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from engine.types import Screen
from engine.types.perturbations import targets_of

FILE = Path(__file__).parents[2] / "data" / "published" / "perturbation.tsv"
PAIRS = "pairs"  # their figures take all pairs together
FULL_NORMAN = (100, 120)  # singles and pairs that a screen must have to be theirs


@lru_cache(maxsize=1)
def published() -> pd.DataFrame:
    """Columns dataset, class (an own class, or `pairs`), genes, method, measure, value, conditions, source, figure."""
    return pd.read_csv(FILE, sep="\t", keep_default_na=False)


def beside(held_out: str) -> pd.DataFrame:
    """The figures of a class of held-out perturbations."""
    table = published()
    return table[table["class"] == (PAIRS if held_out.startswith("pair") else held_out)]


def how_far_alike(screen: Screen) -> str:
    """A sentence on what the published figures are worth beside those of a screen."""
    counts = [sum(len(targets_of(name)) == n for name in screen.names) for n in (1, 2)]
    theirs = "norman" in screen.facts["title"].lower() and all(
        n >= least for n, least in zip(counts, FULL_NORMAN, strict=True))  # fmt: skip
    if theirs:
        return ("Measured on the same screen by others, with their splits, genes and definitions: near to the figures "
                "of this page, not the same.")  # fmt: skip
    return ("Measured on other data, the full Norman screen of K562 cells, by others and with their splits, genes and "
            "definitions: they say what size of figure to expect, not who wins here.")  # fmt: skip

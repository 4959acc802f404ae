"""Which matrix of a file holds whole counts, or from which they can be had back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.check.recover import Recipe, find_recipe, recovered_share
from engine.check.scan import Scan, read_rows, scan
from engine.check.views import Recovered
from engine.errors import InvalidFile
from engine.io.matrix import Matrix, Opened
from engine.progress import Progress, Span

if TYPE_CHECKING:
    import pandas as pd

COUNTS_LAYER = re.compile(r"layers/(raw_?counts?|counts?|umis?|raw|counts?_\w+)$", re.IGNORECASE)
SAMPLE = 200  # cells looked at before a whole matrix is read


@dataclass(frozen=True)
class Counts:
    """Where counts are.

    `key` names the matrix to use; `scan` are its facts. `whole` says that it holds counts, `recipe` how counts
    are had back from it where it does not, None where they cannot be. `say` tells it in words.
    """

    key: str
    scan: Scan
    whole: bool
    recipe: Recipe | None
    say: str


def find_counts(opened: Opened, progress: Progress | None = None) -> Counts:
    """Look for whole counts in layers named after counts, X, raw and other layers; then for a way back to them.

    Raises
    ------
    InvalidFile
        When there is no matrix at all, or a part of it cannot be read.
    """
    progress = progress or Progress()
    order = _order(opened.matrices)
    if not order:
        raise InvalidFile("A matrix of cells by genes was expected, found none. Export the counts too.")
    scanned: dict[str, Scan] = {}
    for key in order:
        if _promising(opened.matrices[key]):
            scanned[key] = _scan(opened, key, Span(progress, 0.0, 0.6))
            if scanned[key].whole:
                return Counts(key, scanned[key], True, None, f"Whole counts in {place(key)}")
    for key in order:
        recipe = find_recipe(opened.matrices[key], opened.obs)
        if recipe is not None:
            share = recovered_share(opened.matrices[key], recipe, opened.obs, Span(progress, 0.6, 0.8))
            if share >= 0.99:
                facts = scanned.get(key) or _scan(opened, key, Span(progress, 0.8, 1.0))
                return Counts(key, facts, False, recipe, _say_recipe(recipe, share))
    key = "X" if "X" in opened.matrices else order[0]
    facts = scanned.get(key) or _scan(opened, key, Span(progress, 0.8, 1.0))
    return Counts(key, facts, False, None, _say_lost(facts))


def first_promising(opened: Opened) -> str:
    """The first matrix, in the order of the search, whose first cells look like counts; else the first of all."""
    order = _order(opened.matrices)
    return next((key for key in order if key != "raw" and _promising(opened.matrices[key])), order[0])


def genes_of(opened: Opened, key: str) -> pd.DataFrame:
    """The table of the genes of a matrix."""
    return opened.raw_var if key == "raw" and opened.raw_var is not None else opened.var


def recovered(opened: Opened, counts: Counts) -> Matrix:
    """The matrix with its counts had back."""
    return Recovered(opened.matrices[counts.key], counts.recipe, counts.recipe.depth_of(opened.obs))


def place(key: str) -> str:
    """Where a matrix is, in words."""
    where, _, name = key.partition("/")
    return {"X": "the main matrix (X)", "raw": "the raw matrix"}.get(where, f"layer '{name}'")


def sample_cells(matrix: Matrix, *, size: int = SAMPLE) -> list:
    """Up to `size` cells from four places of the matrix, as (first cell, CSR block)."""
    n_cells = matrix.shape[0]
    step = max(size // 4, 1)
    starts = sorted({min(int(n_cells * part), max(n_cells - step, 0)) for part in (0, 0.3, 0.6, 0.9)})
    return [(start, read_rows(matrix, start, min(start + step, n_cells))) for start in starts]


def _order(keys: Sequence[str]) -> list[str]:
    layers = [key for key in keys if COUNTS_LAYER.match(key)]
    main = [key for key in ("X", "raw") if key in keys]
    return layers + main + [key for key in keys if key not in layers and key not in main]


def _promising(matrix: Matrix) -> bool:
    """Whether a few cells hold no negative or fractional value."""
    parts = [block.data for _, block in sample_cells(matrix)]
    values = np.concatenate([part[np.isfinite(part)] for part in parts]) if parts else np.zeros(0)
    return bool((values >= 0).all() and (np.abs(values - np.round(values)) <= 1e-3).all())


def _scan(opened: Opened, key: str, progress: Progress) -> Scan:
    return scan(opened.matrices[key], list(genes_of(opened, key).index.astype(str)), progress)


def _say_recipe(recipe: Recipe, share: float) -> str:
    how = {0: "Scaled per cell", 2: "Log2-normalised", 10: "Log10-normalised"}.get(recipe.base, "Log-normalised")
    target = f" to {recipe.target:,.0f}" if recipe.target else ""
    exact = "exactly" if share == 1 else f"exactly in {100 * share:.3g} % of the cells, nearly in the others"
    return f"{how}{target}; the counts can be had back {exact}"


def _say_lost(facts: Scan) -> str:
    if facts.negative and facts.fractional:
        return "Scaled values: counts cannot be had back. Ask for the raw matrix"
    if facts.negative:
        return "Negative values: this is no count matrix. Ask for the raw matrix"
    return "Values that are neither counts nor made from them cell by cell. Ask for the raw matrix"

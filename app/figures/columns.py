"""What a gene map can be coloured by: categories with their levels, and numbers with their range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from app.figures.palette import category_colours
from engine.errors import unknown
from engine.types import GeneEmbedding

CATEGORIES = {"cluster": "Cluster", "dataset": "Dataset", "modality": "Modality", "tissue": "Tissue",
              "condition": "Condition"}  # fmt: skip
NUMBERS = {"mean": ("Mean expression", "log(1 + counts per 10,000)"), "detected": ("Detection", "share of cells")}
SIMILARITY = "similarity"


@dataclass(frozen=True)
class Category:
    """A column of names; `codes` says which of `levels` each row has, uint16 (n_rows,)."""

    name: str
    label: str
    levels: tuple[str, ...]
    codes: np.ndarray

    @property
    def colours(self) -> dict[str, str]:
        return category_colours(self.levels)

    @property
    def counts(self) -> np.ndarray:
        """Rows of each level."""
        return np.bincount(self.codes, minlength=len(self.levels))


@dataclass(frozen=True)
class Number:
    """A column of numbers, float32 (n_rows,), and the ends of its colour bar."""

    name: str
    label: str
    unit: str
    values: np.ndarray
    low: float
    high: float


Column = Category | Number


def colour_columns(embedding: GeneEmbedding) -> dict[str, Column]:
    """Every column of a map by name; similarity to a gene is made on demand."""
    found: dict[str, Column] = {name: category(embedding, name) for name in CATEGORIES}
    return found | {name: number(name, embedding.obs[name].to_numpy()) for name in NUMBERS}


def category(embedding: GeneEmbedding, name: str) -> Category:
    """A column of names, its levels in the order that fixes their colours."""
    values = embedding.obs[name].astype(str).to_numpy()
    levels = _ordered(name, values, embedding)
    codes = pd.Categorical(values, categories=levels).codes.astype(np.uint16)
    return Category(name, CATEGORIES[name], tuple(levels), codes)


def number(name: str, values: np.ndarray) -> Number:
    """A column of numbers, its colour bar from the smallest to the largest."""
    label, unit = NUMBERS[name]
    return Number(name, label, unit, values.astype(np.float32), *_ends(values))


def similarity(gene: str, values: np.ndarray) -> Number:
    """Similarity of every row to a gene as a column."""
    return Number(SIMILARITY, f"Similarity to {gene}", "cosine, −1 to 1", values.astype(np.float32), *_ends(values))


def column_named(embedding: GeneEmbedding, name: str) -> Column:
    """One column; an unknown name is answered with the known ones."""
    if name in CATEGORIES:
        return category(embedding, name)
    if name in NUMBERS:
        return number(name, embedding.obs[name].to_numpy())
    raise unknown("colouring", name, [*CATEGORIES, *NUMBERS, SIMILARITY], where="for a gene map")


def _ordered(name: str, values: np.ndarray, embedding: GeneEmbedding) -> list[str]:
    found = sorted(set(values), key=lambda level: (not level.isdigit(), int(level) if level.isdigit() else 0, level))
    if name != "dataset":
        return found
    return [level for level in embedding.datasets if level in found]


def _ends(values: np.ndarray) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)

"""A selection is a small definition (an outline, some genes, a level, a saved set), not a list of points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import numpy as np

from app.figures.columns import CATEGORIES, category
from engine.errors import GeneweaveError, InvalidParameter, unknown
from engine.types import GeneEmbedding

if TYPE_CHECKING:
    from engine.jobs.sets import GeneSets


@dataclass(frozen=True)
class Outline:
    """What lies inside a closed line drawn on the map, corners in map units."""

    corners: tuple[tuple[float, float], ...]

    def rows(self, embedding: GeneEmbedding, sets: GeneSets) -> np.ndarray:
        return inside(embedding.adata.obsm["X_umap"], self.corners)

    def __str__(self) -> str:
        return "outline:" + ",".join(f"{value:g}" for corner in self.corners for value in corner)


@dataclass(frozen=True)
class Genes:
    """Every row of some genes; names that the map does not have are passed over."""

    names: tuple[str, ...]

    def rows(self, embedding: GeneEmbedding, sets: GeneSets) -> np.ndarray:
        return np.isin(embedding.genes, self.names)

    def __str__(self) -> str:
        return "genes:" + ",".join(quote(name, safe="") for name in self.names)


@dataclass(frozen=True)
class Level:
    """Every row of one cluster, dataset or other level."""

    column: str
    level: str

    def rows(self, embedding: GeneEmbedding, sets: GeneSets) -> np.ndarray:
        column = category(embedding, self.column)
        if self.level not in column.levels:
            raise unknown(column.label.lower(), self.level, column.levels, where="on this map")
        return column.codes == column.levels.index(self.level)

    def __str__(self) -> str:
        return f"{self.column}:{quote(self.level, safe='')}"


@dataclass(frozen=True)
class Crossing:
    """Rows that have, for each column that is named, one of the levels named of it."""

    levels: tuple[Level, ...]

    def rows(self, embedding: GeneEmbedding, sets: GeneSets) -> np.ndarray:
        found: dict[str, np.ndarray] = {}
        for level in self.levels:
            found[level.column] = found.get(level.column, False) | level.rows(embedding, sets)
        return np.logical_and.reduce(list(found.values()))

    def __str__(self) -> str:
        return "all:" + ";".join(map(str, self.levels))


@dataclass(frozen=True)
class SavedSet:
    """Every row of the genes of a saved set."""

    id: str

    def rows(self, embedding: GeneEmbedding, sets: GeneSets) -> np.ndarray:
        return np.isin(embedding.genes, sets.get(self.id).genes)

    def __str__(self) -> str:
        return f"set:{self.id}"


Selection = Outline | Genes | Level | Crossing | SavedSet


def parse_selection(text: str) -> Selection | None:
    """The reverse of `str(selection)`, as written in an address; None for an empty text.

    Raises
    ------
    InvalidParameter
        When the text is no selection.
    """
    kind, _, rest = text.partition(":")
    if not text:
        return None
    if kind == "genes" and rest:
        return Genes(tuple(unquote(name) for name in rest.split(",")))
    if kind == "set" and rest:
        return SavedSet(rest)
    if kind in CATEGORIES and rest:
        return Level(kind, unquote(rest))
    if kind == "outline":
        return _outline(rest)
    levels = [parse_selection(part) for part in rest.split(";")] if kind == "all" else []
    if levels and all(isinstance(level, Level) for level in levels):
        return Crossing(tuple(levels))
    raise InvalidParameter(
        f"The address should hold a selection such as 'genes:CD3D,CD3E' or 'cluster:4', found '{text[:40]}'. "
        "Nothing is selected: draw a new one."
    )


def inside(points: np.ndarray, corners: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Which points, shape (n, 2), lie inside a closed line, by the even-odd rule.

    The browser does the same sums in the same order, so that both choose the same points.
    """
    x, y = points[:, 0].astype(float), points[:, 1].astype(float)
    odd = np.zeros(len(points), bool)
    for (xi, yi), (xj, yj) in zip(corners, corners[-1:] + corners[:-1], strict=True):
        if yi != yj:
            odd ^= ((yi > y) != (yj > y)) & (x < (xj - xi) * (y - yi) / (yj - yi) + xi)
    return odd


def _outline(text: str) -> Outline:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) < 6 or len(numbers) % 2 or not np.isfinite(numbers).all():
        raise InvalidParameter(
            f"An outline in the address needs at least three corners 'x,y,x,y,x,y', found '{text[:40]}'. "
            "Nothing is selected: draw a new one."
        )
    return Outline(tuple(zip(numbers[::2], numbers[1::2], strict=True)))


def chosen(text: str, embedding: GeneEmbedding, sets: GeneSets) -> np.ndarray | None:
    """Rows of a selection written as text, bool (n_rows,); None when nothing is selected."""
    selection = parse_selection(text)
    return None if selection is None else selection.rows(embedding, sets)


def fault(text: str, embedding: GeneEmbedding, sets: GeneSets) -> str:
    """What is wrong with a selection written as text, as a sentence; empty when nothing is."""
    try:
        chosen(text, embedding, sets)
    except GeneweaveError as error:
        return str(error)
    return ""

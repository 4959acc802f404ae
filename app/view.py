"""What the Atlas shows, as its address says it: colour, gene, hidden levels, sizes, window, selection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np

from app.figures.columns import CATEGORIES, NUMBERS, SIMILARITY, category
from app.selections import fault
from engine.errors import UnknownName, unknown
from engine.types import GeneEmbedding

if TYPE_CHECKING:
    from engine.jobs.sets import GeneSets

SIZES, OPACITIES = (1.0, 14.0), (0.1, 1.0)


@dataclass(frozen=True)
class View:
    """One view of a gene map.

    `hide` are levels that are not shown, by column; `x` and `y` the ends of the window in map
    units, None for all; `select` a selection as text (see `app.selections`).
    """

    colour: str = "cluster"
    gene: str = ""
    hide: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    size: float | None = None
    opacity: float | None = None
    x: tuple[float, float] | None = None
    y: tuple[float, float] | None = None
    select: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def shown(self, embedding: GeneEmbedding) -> np.ndarray:
        """Rows that are not hidden, bool (n_rows,)."""
        keep = np.ones(len(embedding.genes), bool)
        for name, levels in self.hide.items():
            keep &= ~embedding.obs[name].astype(str).isin(levels).to_numpy()
        return keep


def read_view(query: Mapping[str, str], embedding: GeneEmbedding, sets: GeneSets) -> tuple[View, list[str]]:
    """The view that an address asks for, and a sentence for each part of it that cannot be had."""
    faults: list[str] = []
    gene = _gene(query.get("gene", ""), embedding, faults)
    view = View(
        colour=_colour(query.get("colour", "cluster"), gene, faults), gene=gene,
        hide=_hidden(query.get("hide", ""), embedding),
        size=_between(query.get("size"), SIZES), opacity=_between(query.get("opacity"), OPACITIES),
        x=_pair(query.get("x")), y=_pair(query.get("y")),
        select=_select(query, embedding, sets, faults),
    )  # fmt: skip
    return view, faults


def known_gene(name: str, embedding: GeneEmbedding) -> str:
    """The gene as the map spells it, whatever the case; raises `UnknownName` with the closest."""
    by_upper = {gene.upper(): gene for gene in np.unique(embedding.genes)}
    if name.upper() not in by_upper:
        raise unknown("gene", name, by_upper.values(), where="on this map")
    return by_upper[name.upper()]


def _gene(name: str, embedding: GeneEmbedding, faults: list[str]) -> str:
    try:
        return known_gene(name, embedding) if name else ""
    except UnknownName as error:
        faults.append(str(error))
        return ""


def _colour(name: str, gene: str, faults: list[str]) -> str:
    if name == SIMILARITY and not gene:
        return "cluster"
    if name in CATEGORIES or name in NUMBERS or name == SIMILARITY:
        return name
    known = [*CATEGORIES, *NUMBERS, SIMILARITY]
    faults.append(str(unknown("colouring", name, known, where="for a gene map")))
    return "cluster"


def _hidden(text: str, embedding: GeneEmbedding) -> dict[str, tuple[str, ...]]:
    parts = [part.partition(":") for part in text.split(";") if part]
    given = {name: {unquote(level) for level in levels.split(",")} for name, _, levels in parts if name in CATEGORIES}
    kept = {name: tuple(level for level in category(embedding, name).levels if level in levels)
            for name, levels in given.items()}  # fmt: skip
    return {name: levels for name, levels in kept.items() if levels}


def _select(query: Mapping[str, str], embedding: GeneEmbedding, sets: GeneSets, faults: list[str]) -> str:
    text = f"set:{query['set']}" if query.get("set") else query.get("select", "")
    wrong = fault(text, embedding, sets)
    if wrong:
        faults.append(wrong)
    return "" if wrong else text


def _between(text: str | None, ends: tuple[float, float]) -> float | None:
    values = _numbers(text)
    return min(max(values[0], ends[0]), ends[1]) if len(values) == 1 else None


def _pair(text: str | None) -> tuple[float, float] | None:
    values = _numbers(text)
    return (values[0], values[1]) if len(values) == 2 and values[0] < values[1] else None


def _numbers(text: str | None) -> list[float]:
    try:
        values = [float(part) for part in (text or "").split(",")]
    except ValueError:
        return []
    return values if np.isfinite(values).all() else []

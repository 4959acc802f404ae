"""What the Knockout page shows of a model, as its address says it: genes, method, dose, level, which bars."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from app.figures.knockout_bars import SORTS, WAYS
from engine.errors import unknown

if TYPE_CHECKING:
    import pandas as pd

LEVELS = (50, 80, 90, 95)  # per cent
FEWEST, MOST = 10, 100  # bars
DOSES = (0.0, 3.0)  # share of the expression that is left
GENES = 6  # at once
TABS = {"bars": "Strongest changes", "measured": "Against measured", "alike": "Alike", "pair": "Pair",
        "path": "Path", "cells": "Cells", "rank": "Rank all"}  # fmt: skip
OF = {"screen": ("bars", "measured", "alike", "pair", "rank"), "network": ("bars", "path", "cells", "rank")}
SORT = {"size": "Size", "sure": "Sureness", "name": "Name"}
WAY = {"both": "Both", "up": "Up ▴", "down": "Down ▾"}


@dataclass(frozen=True)
class KnockoutView:
    """One view of a model; `dose` is the share of expression left, `level` in per cent, `hide` leaves out targets."""

    genes: tuple[str, ...] = ()
    method: str = "auto"
    cell_type: str = ""
    dose: float = 0.0
    k: int = 20
    way: str = WAYS[0]
    sort: str = SORTS[0]
    level: int = 90
    hide: bool = False
    tab: str = "bars"
    rank: str = ""

    @property
    def coverage(self) -> float:
        """The level as a share."""
        return self.level / 100

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for the browser."""
        return asdict(self) | {"genes": list(self.genes)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> KnockoutView:
        """From what the browser keeps."""
        known = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        return cls(**known | {"genes": tuple(data["genes"]), "dose": float(data["dose"]), "k": int(data["k"]),
                              "level": int(data["level"]), "hide": bool(data["hide"])})  # fmt: skip


def read_view(query: Mapping[str, str], *, basis: str, methods: Iterable[str], cell_types: Iterable[str],
              candidates: pd.DataFrame, why: Callable[[str], str] | None = None) -> tuple[KnockoutView, list[str]]:
    """The view that an address asks for, and a sentence for each part that cannot be had; `why` see `known_genes`."""
    faults: list[str] = []

    def choice(name: str, known: Iterable[str], default: str) -> str:
        asked, known = query.get(name, ""), list(known)
        if asked and asked not in known:
            faults.append(str(unknown(name.replace("_", " "), asked, known, where="of this model")))
        return asked if asked in known else default

    def between(name: str, low: float, high: float, default: float) -> float:
        asked = query.get(name, "")
        try:
            value = float(asked) if asked else default
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            faults.append(f"The address asks for {name} '{asked}', and a number from {low:g} to {high:g} was expected. "
                          f"Shown with {default:g}.")  # fmt: skip
            return default
        return value

    genes, more = known_genes(query.get("genes", ""), candidates, why)
    fresh = KnockoutView()
    view = KnockoutView(
        genes, choice("method", methods, "auto"), choice("cell_type", cell_types, next(iter(cell_types), "")),
        between("dose", *DOSES, fresh.dose) if basis == "network" else 0.0, int(between("k", FEWEST, MOST, fresh.k)),
        choice("way", WAYS, "both"), choice("sort", SORTS, "size"),
        int(choice("level", map(str, LEVELS), str(fresh.level))), choice("hide", ("0", "1"), "0") == "1",
        choice("tab", OF[basis], "bars"), query.get("rank", ""),
    )  # fmt: skip
    return view, [*more, *faults]


def known_genes(text: str, candidates: pd.DataFrame,
                why: Callable[[str], str] | None = None) -> tuple[tuple[str, ...], list[str]]:
    """The genes of an address as the model spells them, and what is wrong with the others.

    `candidates` has gene, can and reason, as `engine.knockout.candidates` gives them; `why` says in full, with what to
    do, why a gene cannot be asked for.
    """
    by_upper = {gene.upper(): (gene, can, reason)
                for gene, can, reason in candidates[["gene", "can", "reason"]].itertuples(index=False)}
    found, faults = [], []
    for name in filter(None, (part.strip() for part in text.split(","))):
        gene, can, reason = by_upper.get(name.upper(), ("", False, ""))
        if not gene:
            known = [candidate for candidate, *_ in by_upper.values()]
            faults.append(str(unknown("gene", name, known, where="among those that can be asked for")))
        elif not can:
            faults.append(why(gene) if why else cannot(gene, reason))
        elif gene in found:
            faults.append(f"{gene} is named twice, and a gene can be perturbed once. Shown once.")
        elif len(found) == GENES:
            faults.append(f"At most {GENES} genes are perturbed at once; {gene} was left out.")
        else:
            found.append(gene)
    return tuple(found), faults


def cannot(gene: str, reason: str) -> str:
    """Why a gene cannot be asked for, as a sentence."""
    reason = reason.replace("(method train-mean)", "(Mean of all, under Method)")
    return f"{gene} cannot be predicted here: {reason[:1].lower() + reason[1:] if reason[1:2].islower() else reason}"

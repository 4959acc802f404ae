"""What the Compare page shows of a comparison, as its address says it: arm, FDR, picture, colour, gene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.errors import unknown
from engine.types import ARMS, Contrast

LEVELS = (5, 10, 25)  # per cent
PICTURES = {"maps": "Two maps", "volcano": "Volcano", "modules": "Modules", "cells": "Cell types"}
COLOURS = {"module": "Module", "change": "Change", "fdr": "Significance"}


@dataclass(frozen=True)
class CompareView:
    """The arm that says what changed, the FDR in per cent, the picture, and the colour of its maps."""

    arm: str = ARMS[0]
    level: int = LEVELS[0]
    view: str = "maps"
    colour: str = "module"

    @property
    def fdr(self) -> float:
        return self.level / 100

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CompareView:
        return cls(data["arm"], int(data["level"]), data["view"], data["colour"])


def read_view(query: Mapping[str, str]) -> tuple[CompareView, list[str]]:
    """The view that an address asks for, and a sentence for each part that cannot be had."""
    faults = []

    def choice(name: str, known: Any, default: str) -> str:
        asked = query.get(name, "")
        if asked and asked not in known:
            faults.append(str(unknown(name, asked, known, where="of a comparison")))
        return asked if asked in known else default

    level = choice("level", [str(level) for level in LEVELS], str(LEVELS[0]))
    return CompareView(choice("arm", ARMS, ARMS[0]), int(level), choice("view", PICTURES, "maps"),
                       choice("colour", COLOURS, "module")), faults  # fmt: skip


def known_gene(contrast: Contrast, name: str) -> tuple[str, list[str]]:
    """The gene as the comparison spells it, whatever the case; else none, and the sentence that says so."""
    by_upper = {gene.upper(): gene for gene in contrast.genes.tolist()}
    if not name or name.upper() in by_upper:
        return by_upper.get(name.upper(), ""), []
    return "", [str(unknown("gene", name, by_upper.values(), where="among the compared genes"))]


def done(contrast: Contrast, arm: str) -> bool:
    """Whether an arm was done."""
    return bool(contrast.table[f"{arm}_fdr"].notna().any())


def changed(contrast: Contrast, arm: str, fdr: float) -> np.ndarray:
    """Places of the genes below an FDR, the surest and then the most changed first."""
    values = contrast.table[f"{arm}_fdr"].to_numpy(float)
    found = np.flatnonzero(values < fdr)
    size = np.abs(contrast.table[arm].to_numpy(float)[found])
    return found[np.lexsort((-size, values[found]))]

"""What a comparison found, before it becomes a `Contrast`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.contrasts.modules import Modules
from engine.contrasts.shared_space import Places
from engine.contrasts.sides import Sides
from engine.tl.differential import Changes
from engine.tl.differential.design import Design

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Composition:
    """Change of each cell type's share, a row a cell type; `share` (n_types, n_units) of the units `names`."""

    table: pd.DataFrame
    share: np.ndarray
    names: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """Everything that the steps of a comparison gave; `genes` are those compared.

    `warnings` are sentences on what can be concluded, loudest first; `notes` on what was left out or went otherwise.
    """

    sides: Sides
    design: Design
    genes: np.ndarray
    changes: Changes
    modules: Modules
    places: Places | None
    expression: pd.DataFrame
    composition: Composition | None
    warnings: list[str]
    notes: list[str]

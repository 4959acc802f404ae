"""What made the cells of a simulated screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Truth:
    """What made the cells of a simulated screen.

    `change` has a row a perturbation and a column a gene: expected change of log1p counts per 10,000 against control.
    `edges`: source, target, weight. `pairs` has a row a pair: its type, one of `TYPES`. `sets` and `known` are what
    one would know before the screen, with errors: gene sets, and TF targets (source, target, sign). `pathway` of each
    regulator and `module` of each gene (−1: none), by gene.
    """

    change: pd.DataFrame = field(repr=False)
    edges: pd.DataFrame = field(repr=False)
    pairs: pd.DataFrame = field(repr=False)
    sets: dict[str, tuple[str, ...]] = field(repr=False)
    known: pd.DataFrame = field(repr=False)
    pathway: pd.Series = field(repr=False)
    module: pd.Series = field(repr=False)

"""What several parts of a report say of a contrast: its sides, its units, the genes that changed, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.report.text import clean
from engine.types import Contrast
from engine.words import plural, whole

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.05  # false discovery rate below which a gene changed
ARM_TITLES = {
    "partners": "Change of partners", "neighbourhood": "Change of neighbourhood", "placement": "Change of place",
    "expression": "Change of expression",
}  # fmt: skip
STATISTICS = {
    "partners": "change (standard errors)", "neighbourhood": "1 − weighted Jaccard",
    "placement": "cosine distance", "expression": "log₂ fold change",
}  # fmt: skip


def sides(contrast: Contrast) -> tuple[str, str]:
    """Names of control and case."""
    return clean(contrast.facts["control"]), clean(contrast.facts["case"])


def units(contrast: Contrast) -> str:
    """`4 donors against 4 donors`: case first."""
    design = contrast.facts["design"]
    if design["unit"] == "paired donors":
        return f"{plural(design['n_case'], 'donor')}, each in both conditions"
    more = " of cells" if design["unit"] == "cells" else ""
    one = "block" if design["unit"] == "cells" else "donor"
    return f"{plural(design['n_case'], one)}{more} against {plural(design['n_control'], one)}{more}"


def done(contrast: Contrast, arm: str) -> bool:
    """Whether an arm has a p for at least one gene."""
    return f"{arm}_fdr" in contrast.table and bool(np.isfinite(contrast.table[f"{arm}_fdr"].astype(float)).any())


def ranked(contrast: Contrast, arm: str) -> pd.DataFrame:
    """Genes of an arm that was done, the smallest p first, then the largest statistic, then by name."""
    table = contrast.table.loc[np.isfinite(contrast.table[f"{arm}_fdr"].astype(float))]
    order = np.lexsort((table.index.to_numpy().astype(str), -table[arm].abs().to_numpy(), table[f"{arm}_p"].to_numpy()))
    return table.iloc[order]


def changed(contrast: Contrast) -> list[str]:
    """Genes whose partners changed below the level, best first."""
    if not done(contrast, "partners"):
        return []
    table = ranked(contrast, "partners")
    return table.index[table["partners_fdr"] < LEVEL].astype(str).tolist()


def top(contrast: Contrast, n: int) -> list[str]:
    """The n genes that changed their partners most, significant or not."""
    table = contrast.table.sort_values("rank", kind="stable")
    return table.index[table["partners"].notna()][:n].astype(str).tolist()


def permuted(contrast: Contrast) -> str:
    """How labels were permuted, in words: `all 35 distinct labellings of the donors`."""
    design = contrast.facts["design"]
    ways = {"paired donors": "ways to exchange the labels within donors", "cells": "labellings of the blocks of cells"}
    how = ways.get(design["unit"], "labellings of the donors")
    n = whole(design["permutations"])
    return f"all {n} distinct {how}" if design["exact"] else f"{n} {how} drawn from {whole(design['labellings'])}"

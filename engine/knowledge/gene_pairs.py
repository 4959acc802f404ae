"""Pairs of genes from files, each with a label: whether the first acts on the second."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InvalidFile
from engine.knowledge.text import read_table

if TYPE_CHECKING:
    import pandas as pd


def read_pairs(path: Path, source: str, target: str, label: str, symbol_of: Mapping[str, str]) -> pd.DataFrame:
    """Pairs of a table with a column of each gene's id and one of labels, 1 or 0.

    Returns
    -------
    source, target (symbols), label (bool). Pairs with an id that has no symbol are left out, and so are pairs
    that the file labels both ways; others are there once.

    Raises
    ------
    InvalidFile
        When a column is not there or a label is another.
    """
    import pandas as pd

    found, name = read_table(path), f"'{Path(path).name}'"
    lacking = {source, target, label} - set(found)
    if lacking or not set(found[label]) <= {"0", "1"}:
        what = f"no column {sorted(lacking)[0]}" if lacking else "another label"
        raise InvalidFile(f"{name} was expected to have the columns {source}, {target} and {label} with 1 or 0 in "
                          f"the last, found {what}. Bring the file again.")  # fmt: skip
    pairs = pd.DataFrame({"source": found[source].map(symbol_of), "target": found[target].map(symbol_of),
                          "label": found[label] == "1"})  # fmt: skip
    pairs = pairs.dropna().drop_duplicates()
    return pairs.drop_duplicates(["source", "target"], keep=False).reset_index(drop=True)

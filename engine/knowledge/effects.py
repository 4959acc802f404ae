"""Tables of what perturbations did: as they are, or as gene, log2 fold change and p where they tell of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InvalidFile
from engine.knowledge.text import read_table

if TYPE_CHECKING:
    import pandas as pd


def read_effects(path: Path) -> pd.DataFrame:
    """A table of tabs or commas; a column is of numbers when all of its cells are, empty and NA ones missing."""
    return read_table(path).apply(_numbers)


def read_changes(path: Path, gene: str, log2fc: str, p: str) -> pd.DataFrame:
    """What one perturbation did to each gene.

    Parameters
    ----------
    gene, log2fc, p
        Names of the columns of the file.

    Returns
    -------
    gene, log2fc, p, a row a gene in the order of p: of a gene with several probes or rows the one with the smallest p.

    Raises
    ------
    InvalidFile
        When a column is not there.
    """
    found = read_effects(path)
    lacking = [column for column in (gene, log2fc, p) if column not in found]
    if lacking:
        raise InvalidFile(f"'{Path(path).name}' was expected to have the columns {gene}, {log2fc} and {p}, found no "
                          f"column {lacking[0]}. Bring the file again.")  # fmt: skip
    table = found[[gene, log2fc, p]].set_axis(["gene", "log2fc", "p"], axis=1).dropna()
    table = table[table["gene"] != ""].sort_values("p", kind="stable")
    return table.drop_duplicates("gene").reset_index(drop=True)


def _numbers(column: pd.Series) -> pd.Series:
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce")
    text = column[numbers.isna()].str.strip().str.lower()
    return numbers if numbers.notna().any() and text.isin(["", "na", "nan"]).all() else column

"""The tables that a report takes in, read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InvalidFile

if TYPE_CHECKING:
    import pandas as pd

ENRICHMENT = ("term", "size", "overlap", "odds_ratio", "p", "fdr", "genes")
REGULATORS = ("regulator", "n_targets", "n_changed", "p", "fdr", "z", "call")
MISSING = ["", "NaN", "nan"]  # NA and NULL may be names
WORDS = ("term", "genes", "regulator", "call")  # columns that are no numbers


def read_table(path: Path, columns: Sequence[str], *, option: str) -> pd.DataFrame:
    """A tab-separated table that must have `columns`.

    Raises
    ------
    InvalidFile
        When it cannot be read, or a column is missing or holds no numbers where it should.
    """
    import pandas as pd

    try:
        table = pd.read_csv(path, sep="\t", float_precision="round_trip", keep_default_na=False, na_values=MISSING)
    except FileNotFoundError as error:
        raise InvalidFile(f"{option} expects a table, and there is no file '{path}'. Check the path.") from error
    except (OSError, ValueError) as error:
        raise InvalidFile(f"{option}: '{path}' cannot be read as a tab-separated table ({error}). "
                          "Give the file that the command wrote.") from error  # fmt: skip
    return checked(table, columns, name=f"{option}: '{path.name}'")


def checked(table: pd.DataFrame, columns: Sequence[str], *, name: str) -> pd.DataFrame:
    """The table, when it has `columns`, with numbers where they belong; else raises `InvalidFile`."""
    import pandas as pd

    missing = [column for column in columns if column not in table]
    if missing:
        raise InvalidFile(f"{name} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}. Expected "
                          f"{', '.join(columns)}; found {', '.join(map(str, table.columns[:12]))}.")  # fmt: skip
    table = table.copy()
    for column in columns:
        if column in WORDS:
            table[column] = table[column].astype(object).where(table[column].notna(), "").astype(str)
            continue
        try:
            table[column] = pd.to_numeric(table[column])
        except (ValueError, TypeError) as error:
            raise InvalidFile(f"{name}: column {column} must hold numbers ({error}). Correct it.") from error
    return table

"""The long table of a comparison as a file, and what it says in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def written(table: pd.DataFrame, said: str, faults: list[str], *, out: Path) -> int:
    """Write the table, print what is said of it and, to the error stream, what failed: 0, or 1 where something did."""
    from engine.store import atomic_write

    with atomic_write(out) as part:
        table.to_csv(part, sep="\t", index=False, lineterminator="\n")
    print(said)
    print("".join(f"geneweave: {fault}\n" for fault in faults), end="", file=sys.stderr)
    return 1 if faults else 0

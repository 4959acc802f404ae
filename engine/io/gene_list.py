"""Lists of genes and rankings as people write them: a text file, a column of a table, pasted words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.errors import InvalidFile

if TYPE_CHECKING:
    import pandas as pd

QUOTES = "\"'"


def gene_names(text: str) -> list[str]:
    """Names separated by lines, spaces, commas, semicolons or tabs, each once, in order; `#` begins a comment."""
    bare = "\n".join(line.partition("#")[0] for line in text.lstrip("\ufeff").splitlines())
    words = (word.strip(QUOTES) for word in re.split(r"[\s,;]+", bare))
    return list(dict.fromkeys(filter(None, words)))


def gene_ranking(text: str, *, name: str) -> pd.Series:
    """Score of each gene from lines of gene and score, separated by tabs, else commas, semicolons or spaces.

    A first line without a number names the columns. Scores that are empty, NA or NaN are kept as NaN.

    Raises
    ------
    InvalidFile
        When a line has no score, or one that is no number, or there are none.
    """
    import pandas as pd

    genes, scores = [], []
    for n, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        bare = line.partition("#")[0]
        if not bare.strip():
            continue
        gene, score = _pair(bare)
        value = _number(score)
        if value is None and not genes:
            continue
        if value is None or not gene:
            raise InvalidFile(f"{name}: a gene and a number were expected in each line, separated by a tab; found "
                              f"'{bare.strip()[:40]}' in line {n}. Mend that line.")  # fmt: skip
        genes.append(gene)
        scores.append(value)
    if not genes:
        raise InvalidFile(f"{name} was expected to hold a gene and a number in each line, found none. Write them as "
                          "GENE<tab>SCORE.")  # fmt: skip
    return pd.Series(scores, index=genes, dtype=float, name="score")


def _pair(line: str) -> tuple[str, str]:
    """Gene and score of a line; the score is no number when there is none, or there are several."""
    separator = next((mark for mark in ("\t", ",", ";") if mark in line), None)
    gene, *rest = (part.strip().strip(QUOTES) for part in line.split(separator))
    return gene, rest[0] if len(rest) == 1 else "none"


def _number(text: str) -> float | None:
    """The number in a text, NaN where it says that there is none, None where it is something else."""
    if text.lower() in ("", "na", "n/a", "nan", "null"):
        return float("nan")
    try:
        return float(text)
    except ValueError:
        return None

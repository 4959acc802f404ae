"""Gene sets, networks and gene vectors that a person adds: read once, and taken or refused with a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InvalidFile, closest
from engine.io.vectors import GeneVectors, read_vectors
from engine.knowledge.gene_sets import read_gmt
from engine.knowledge.networks import edges_of, one_edge_a_pair, papers_of, sign_of
from engine.knowledge.text import read_text

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 20_000_000  # bytes of text
LARGEST_VECTORS = 100_000_000  # bytes of a file of gene vectors, which may unpack to
UNPACKED_VECTORS = 500_000_000
SEPARATORS = ("\t", ",", ";")
EXPECTED = ("source", "target", "sign", "weight", "confidence", "papers")
GMT, NETWORK, VECTORS = "own-gmt", "own-network", "own-vectors"


def read_own_gmt(path: Path) -> dict[str, tuple[str, ...]]:
    """The gene sets of a person's GMT file; see `read_gmt`."""
    return read_gmt(path, most=LARGEST)


def read_own_vectors(path: Path) -> GeneVectors:
    """The gene vectors of a person's file; see `engine.io.vectors.read_vectors`.

    Raises
    ------
    InvalidFile
        When it is larger than allowed, or no table of vectors.
    """
    path = Path(path)
    if path.is_file() and path.stat().st_size > LARGEST_VECTORS:
        raise InvalidFile(
            f"'{path.name}' may have up to {LARGEST_VECTORS / 1e6:g} MB as a file of gene vectors, and has more. "
            "Save it as npz with float32, or keep fewer genes."
        )
    return read_vectors(path, most=UNPACKED_VECTORS)


def read_own_network(path: Path) -> pd.DataFrame:
    """The network of a person's TSV or CSV file, in the form of `read_network`.

    It has the columns source and target and may have sign, weight, confidence and papers. Without signs, weights of
    which some are negative give them: a negative one inhibits.

    Raises
    ------
    InvalidFile
        When it has no columns source and target, a row lacks one of them, a sign is none or a weight no number.
    """
    import csv
    import io

    import pandas as pd

    name = f"'{Path(path).name}'"
    lines = read_text(path, most=LARGEST).splitlines()
    header = lines[0] if lines else ""
    separator = max(SEPARATORS, key=header.count)
    columns = [word.strip().lower() for word in next(csv.reader([header], delimiter=separator), [])]
    if not {"source", "target"} <= set(columns) or len(set(columns)) < len(columns):
        raise InvalidFile(
            f"{name} was expected to be a table with the columns source, target and, where it is known, sign; "
            f"found {', '.join(columns[:6]) or 'nothing'}. {_near(columns)}Name its columns in the first line."
        )
    try:
        found = pd.read_csv(io.StringIO("\n".join(lines[1:])), sep=separator, names=columns, index_col=False,
                            dtype=str, na_filter=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InvalidFile(f"{name} cannot be read as a table ({str(error).strip()}). Mend that line.") from error
    return _checked(found, name)


def _near(columns: list[str]) -> str:
    """Which of the columns may be meant by those that are missing; empty where none comes near."""
    other = [column for column in columns if column not in EXPECTED]
    near = {name: closest(name, other, n=1) for name in ("source", "target") if name not in columns}
    words = [f"'{name}' may be '{found[0]}' there" for name, found in near.items() if found]
    return f"{' and '.join(words)}. " if words else ""


def _checked(found: pd.DataFrame, name: str) -> pd.DataFrame:
    found = found.reindex(columns=list(EXPECTED)).apply(lambda column: column.fillna("").str.strip())
    if found.empty:
        raise InvalidFile(f"{name} was expected to hold interactions, found only the names of its columns. Add rows.")
    lacking = (found["source"] == "") | (found["target"] == "")
    if lacking.any():
        raise InvalidFile(f"{name}: every row needs a source and a target, but {_lines(lacking)} lacks one. Mend it.")
    signs = sign_of(found["sign"])
    if signs.isna().any():
        word = found.loc[signs.isna(), "sign"].iloc[0]
        raise InvalidFile(
            f"{name}: a sign is 1 (activates), -1 (inhibits) or 0 (not known), found '{word}' in "
            f"{_lines(signs.isna())}. Correct it, or leave the column out."
        )
    weights = _weights(found["weight"], name)
    if (found["sign"] == "").all() and (weights < 0).any():
        signs = (weights > 0).astype(int) - (weights < 0).astype(int)
    return one_edge_a_pair(edges_of(found["source"], found["target"], sign=signs, weight=weights.abs(),
                                    confidence=found["confidence"], papers=papers_of(found["papers"])))  # fmt: skip


def _weights(words: pd.Series, name: str) -> pd.Series:
    """A number for each word, 1 where there is none."""
    import pandas as pd

    weights = pd.to_numeric(words.where(words != "", "1"), errors="coerce")
    wrong = weights.isna() | weights.abs().eq(float("inf"))
    if wrong.any():
        raise InvalidFile(f"{name}: a weight is a number, found '{words[wrong].iloc[0]}' in {_lines(wrong)}. "
                          "Correct it, or leave the column out.")  # fmt: skip
    return weights.astype(float)


def _lines(wrong: pd.Series) -> str:
    """`line 3`, or `line 3 and 5 more`."""
    first = int(wrong.to_numpy().argmax()) + 2
    more = int(wrong.sum()) - 1
    return f"line {first} and {more} more" if more else f"line {first}"

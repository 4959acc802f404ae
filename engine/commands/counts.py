"""What commands on one file of counts share: which matrix, which cells, and a first look at all of them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidCounts, InvalidParameter, closest
from engine.io.matrix import Opened, blocks
from engine.io.selection import Selection
from engine.io.whole import WholeCounts
from engine.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 512  # cells read at a time


@dataclass(frozen=True)
class CountFile:
    """The cells asked for of an open file.

    `genes` are the names of the matrix's genes, `obs` the table of the cells, `total` and `gene_total` the sums
    of their counts, float64 (n_cells,) and (n_genes,); `places` of spots, (n_cells, 2), or None.
    """

    matrix: Selection
    genes: np.ndarray
    obs: pd.DataFrame
    total: np.ndarray
    gene_total: np.ndarray
    places: np.ndarray | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """FILE, --counts and --subset."""
    parser.add_argument("file", type=Path, metavar="FILE", help="h5ad, or any other file that `check` reads")
    parser.add_argument("--counts", default="X", metavar="WHERE", help="X (the default), raw or layers/NAME")
    parser.add_argument("--subset", action="append", default=[], metavar="COLUMN=VALUE",
                        help="keep the cells with this value; again for more values or columns")  # fmt: skip


def need_folder(out: Path, option: str = "--out") -> None:
    """Raise `InvalidParameter` unless the folder of `out` is there and `out` is a file's name."""
    if out.is_dir():
        raise InvalidParameter(f"{option} must be a file, found the folder '{out}'. Add a file's name to it.")
    if not out.resolve().parent.is_dir():
        raise InvalidParameter(f"{option} must lie in a folder that exists, found '{out}'. Make the folder first.")


@contextmanager
def open_counts(args: argparse.Namespace, settings: Settings) -> Iterator[CountFile]:
    """Context: the cells asked for, their counts checked in one pass; the matrix stays on disk where it can.

    Raises
    ------
    InvalidParameter
        When the file, a column, a value or the matrix asked for is not there.
    InvalidCounts
        When the matrix holds other values than counts.
    """
    import tempfile

    from engine.io.open import open_matrix

    if not args.file.exists():
        raise InvalidParameter(f"A file was expected at '{args.file}', none is there. Correct the path.")
    limit, scratch = int(float(settings.matrix_gb) * 1e9), Path(tempfile.gettempdir())
    with open_matrix(args.file, limit_bytes=limit, scratch=scratch) as opened:
        if args.counts not in opened.matrices:
            found = ", ".join(opened.matrices)
            raise InvalidParameter(f"--counts {args.counts} is not in the file. Found: {found}.")
        var = opened.raw_var if args.counts == "raw" else opened.var
        cells = _subset(opened, args.subset)
        matrix = Selection(opened.matrices[args.counts], cells=cells)
        total, gene_total = _totals(matrix, args.file.name)
        places = opened.obsm.get("spatial")
        yield CountFile(matrix, var.index.astype(str).to_numpy(), opened.obs.iloc[cells], total, gene_total,
                        None if places is None else places[cells])  # fmt: skip


def _subset(opened: Opened, wanted: list[str]) -> np.ndarray:
    """Places of the cells that have one of the values wanted in each column."""
    values: dict[str, list[str]] = {}
    for words in wanted:
        column, equals, value = words.partition("=")
        if not equals:
            raise InvalidParameter(f"--subset takes COLUMN=VALUE, found '{words}'. Write it with '='.")
        if column not in opened.obs:
            near = closest(column, opened.obs.columns) or list(opened.obs.columns[:12])
            raise InvalidParameter(f"--subset: there is no obs column '{column}'. Found: {', '.join(near)}.")
        if value not in set(labels := opened.obs[column].astype(str)):
            there = ", ".join(sorted(set(labels))[:12])
            raise InvalidParameter(f"--subset: no cell has {column} = {value}. Found: {there}.")
        values.setdefault(column, []).append(value)
    keep = np.ones(len(opened.obs), dtype=bool)
    for column, some in values.items():
        keep &= opened.obs[column].astype(str).isin(some).to_numpy()
    if not keep.any():
        raise InvalidParameter("--subset leaves no cell: no cell has all of these values. Leave one out.")
    return np.flatnonzero(keep)


def _totals(matrix: Selection, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Counts of each cell and of each gene; raises `InvalidCounts` when they are none."""
    whole = WholeCounts(f"'{name}'", "Point --counts to the matrix with raw counts (X, raw or layers/NAME).")
    cells, genes = [np.zeros(0)], np.zeros(matrix.shape[1])
    for block in blocks(matrix, size=BLOCK):
        block = whole.round(block)
        cells.append(np.asarray(block.sum(axis=1, dtype=np.float64)).ravel())
        genes += np.asarray(block.sum(axis=0, dtype=np.float64)).ravel()
    whole.check()
    if not genes.any():
        raise InvalidCounts(f"'{name}': expected counts above 0, found none. Choose other cells or another matrix.")
    return np.concatenate(cells), genes

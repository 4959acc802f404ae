"""A look into a file of cells without its counts: labels of cells, names of genes, what is where."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InvalidStudy, closest
from engine.io.files import resolve
from engine.io.report import Column
from engine.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from engine.io.matrix import Matrix, Opened

MOST_LEVELS = 200  # of a column that can split a file
SAMPLE = 100  # cells that tell whether a matrix holds counts


@dataclass(frozen=True, eq=False)
class Look:
    """What was seen: the table of cells; the names of genes by place of the counts; their columns; whole counts.

    `whole` is the place of whole counts, "X" where there are none; `has_counts` says whether there are.
    """

    obs: pd.DataFrame
    genes: dict[str, frozenset[str]]
    gene_columns: tuple[str, ...]
    whole: str
    has_counts: bool


def labels(path: str, column: str) -> np.ndarray:
    """The label of each cell in an `obs` column as text, shape (n_cells,); "" where there is none.

    Raises
    ------
    InvalidStudy, InvalidFile
        When the file lacks the column, or cannot be read.
    """
    obs = look(path).obs
    if column not in obs:
        near = closest(column, obs.columns) or list(obs.columns[:12])
        raise InvalidStudy(f"'{Path(path).name}' has no obs column '{column}'. Found: {', '.join(near) or 'none'}.")
    found = obs[column].astype(str).to_numpy(dtype=object)
    found[obs[column].isna().to_numpy()] = ""
    return found


def n_cells(path: str) -> int:
    """Cells of a file."""
    return len(look(path).obs)


def genes(path: str, counts: str = "X", symbols: str | None = None) -> frozenset[str]:
    """Names of the genes (or proteins) that belong to the counts at `counts`, as `DatasetSource` says it."""
    seen = look(path)
    place = counts.partition("/log1p")[0]
    if symbols in seen.gene_columns and not place.startswith("obsm/"):
        place = f"symbols/{symbols}"
    if place not in seen.genes:
        there = [place for place in seen.genes if not place.startswith("symbols/")]
        raise InvalidStudy(f"'{Path(path).name}' has no counts at '{counts}'. Found: {', '.join(there)}.")
    return seen.genes[place]


def columns(path: str) -> tuple[Column, ...]:
    """The `obs` columns of a file: categories with their levels, the commonest first, or numbers."""
    return _columns(*_state(path))


def column_names(path: str) -> list[str]:
    """The names of the `obs` columns."""
    return [str(name) for name in look(path).obs]


def look(path: str) -> Look:
    """All of it; kept as long as the file does not change."""
    return _look(*_state(path))


def _state(path: str) -> tuple[str, int, int]:
    found = resolve(path)
    about = found.stat()
    return str(found), about.st_mtime_ns, about.st_size


@lru_cache(maxsize=8)
def _look(path: str, _time: int, _size: int) -> Look:
    import warnings

    from engine.io.open import open_matrix

    limit = int(float(Settings.from_environment().matrix_gb) * 1e9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old files speak of formats that have since moved
        with open_matrix(Path(path), limit_bytes=limit, scratch=Path(tempfile.gettempdir())) as opened:
            whole = _whole(opened)
            return Look(opened.obs, _genes(opened), tuple(map(str, opened.var.columns)), whole or "X", bool(whole))


def _genes(opened: Opened) -> dict[str, frozenset[str]]:
    names = {}
    for place in opened.matrices:
        names[place] = frozenset((opened.raw_var if place == "raw" else opened.var).index.astype(str))
    for column in opened.var.columns:
        given = opened.var[column].astype(str).str.strip()
        known = opened.var[column].notna() & (given != "")
        if opened.var[column].dtype.kind not in "biufc":
            names[f"symbols/{column}"] = frozenset(given.where(known, opened.var.index.astype(str)))
    if "protein" in opened.obsm:
        names["obsm/protein"] = frozenset(map(str, opened.obsm["protein"].columns))
    return names


def _whole(opened: Opened) -> str:
    """The first matrix whose beginning holds whole numbers of 0 or more; empty when none does."""
    return next((place for place, matrix in opened.matrices.items() if _looks_whole(matrix)), "")


def _looks_whole(matrix: Matrix) -> bool:
    import numpy as np

    values = matrix.rows(0, min(SAMPLE, matrix.shape[0])).data
    counts = np.isfinite(values) & (values >= 0) & (values == np.round(values))
    return bool(len(values) and counts.all())


@lru_cache(maxsize=32)
def _columns(path: str, time: int, size: int) -> tuple[Column, ...]:
    obs = _look(path, time, size).obs
    return tuple(_about(str(name), obs[name]) for name in obs)


def _about(name: str, values: pd.Series) -> Column:
    import pandas as pd

    counts = values.dropna().astype(str).value_counts()
    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if number and len(counts) > 20:
        return Column(name, "number", len(counts), low=float(values.min()), high=float(values.max()))
    levels = tuple((str(level), int(cells)) for level, cells in counts.head(MOST_LEVELS).items())
    return Column(name, "category", len(counts), levels)

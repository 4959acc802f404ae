"""A look into an h5ad file without its matrix: labels of cells, names of genes, what is where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.errors import InvalidStudy, closest
from engine.io.files import resolve
from engine.io.report import Column

if TYPE_CHECKING:
    import numpy as np

MOST_LEVELS = 200  # of a column that can split a file
SAMPLE = 5000  # values that tell whether a matrix holds counts


def labels(path: str, column: str) -> np.ndarray:
    """The label of each cell in an `obs` column as text, shape (n_cells,); "" where there is none.

    Raises
    ------
    InvalidStudy
        When the file cannot be read or lacks the column.
    """
    return _labels(*_state(path), column)


def n_cells(path: str) -> int:
    """Cells of a file."""
    return _n_cells(*_state(path))


def genes(path: str, counts: str = "X", symbols: str | None = None) -> frozenset[str]:
    """Names of the genes (or proteins) that belong to the counts at `counts`, as `DatasetSource` says it."""
    return _genes(*_state(path), counts, symbols)


def columns(path: str) -> tuple[Column, ...]:
    """The `obs` columns of a file: categories with their levels, the commonest first, or numbers."""
    return _columns(*_state(path))


def places(path: str) -> list[str]:
    """Where an h5ad file has matrices of genes, as `DatasetSource.counts` says it: X, raw, layers/NAME."""
    with _open(str(resolve(path))) as file:
        layers = [f"layers/{name}" for name in file.get("layers", ())]
        return [place for place in ("X", *layers, "raw") if (f"{place}/X" if place == "raw" else place) in file]


def whole_counts(path: str) -> str:
    """The first matrix whose beginning holds whole numbers of 0 or more; "X" when none does."""
    found = places(path)
    with _open(str(resolve(path))) as file:
        whole = [place for place in found if _looks_whole(file[f"{place}/X" if place == "raw" else place])]
    return whole[0] if whole else "X"


def _looks_whole(matrix: Any) -> bool:
    import numpy as np

    values = matrix["data"][:SAMPLE] if hasattr(matrix, "keys") else matrix[:20].ravel()
    counts = np.isfinite(values) & (values >= 0) & (values == np.round(values))
    return bool(len(values) and counts.all())


def _state(path: str) -> tuple[str, int, int]:
    """What a cached answer hangs on: the path, its time and its size."""
    found = resolve(path)
    about = found.stat()
    return str(found), about.st_mtime_ns, about.st_size


@contextmanager
def _open(path: str) -> Iterator[Any]:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise InvalidStudy(
            f"'{path}' was expected to be an h5ad file, but: {error}. Write it again with anndata."
        ) from error


def _element(group: Any) -> Any:
    import warnings

    from anndata.io import read_elem

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old files speak of formats that have since moved
        return read_elem(group)


@lru_cache(maxsize=24)
def _labels(path: str, _time: int, _size: int, column: str) -> np.ndarray:
    import pandas as pd

    with _open(path) as file:
        names = _names(file["obs"])
        if column not in names:
            near = closest(column, names) or names[:12]
            raise InvalidStudy(f"'{path}' has no obs column '{column}'. Found: {', '.join(near) or 'none'}.")
        values = pd.Series(_column(file["obs"], column))
    found = values.astype(str).to_numpy(dtype=object)
    found[values.isna().to_numpy()] = ""
    return found


@lru_cache(maxsize=64)
def _n_cells(path: str, _time: int, _size: int) -> int:
    with _open(path) as file:
        return len(_index(file["obs"]))


@lru_cache(maxsize=32)
def _genes(path: str, _time: int, _size: int, counts: str, symbols: str | None) -> frozenset[str]:
    where, _, name = counts.partition("/")
    with _open(path) as file:
        if where == "obsm":
            block = file[f"obsm/{name}"]
            return frozenset(_names(block) if hasattr(block, "keys") else map(str, range(block.shape[1])))
        var = file["raw/var"] if where == "raw" and "raw" in file else file["var"]
        values = _column(var, symbols) if symbols and symbols in _names(var) else _index(var)
        return frozenset(text.decode() if isinstance(text, bytes) else str(text) for text in values)


@lru_cache(maxsize=32)
def _columns(path: str, _time: int, _size: int) -> tuple[Column, ...]:
    import pandas as pd

    with _open(path) as file:
        table = {name: pd.Series(_column(file["obs"], name)) for name in _names(file["obs"])}
    return tuple(_about(name, values) for name, values in table.items())


def _about(name: str, values: Any) -> Column:
    import pandas as pd

    counts = values.dropna().astype(str).value_counts()
    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if number and len(counts) > 20:
        return Column(name, "number", len(counts), low=float(values.min()), high=float(values.max()))
    levels = tuple((str(level), int(cells)) for level, cells in counts.head(MOST_LEVELS).items())
    return Column(name, "category", len(counts), levels)


def _index(table: Any) -> Any:
    """Row names of a table on disk, in the present format or the older one of a single array."""
    if not hasattr(table, "keys"):
        return table[table.dtype.names[0]]
    return table[_text(table.attrs.get("_index", "_index"))][:]


def _names(table: Any) -> list[str]:
    if not hasattr(table, "keys"):
        return list(table.dtype.names[1:])
    if "column-order" in table.attrs:
        return [_text(name) for name in table.attrs["column-order"]]
    index = _text(table.attrs.get("_index", "_index"))
    return [name for name in table if name not in (index, "__categories")]


def _column(table: Any, name: str) -> Any:
    """One column; in files of older versions its categories lie in a folder beside it."""
    if not hasattr(table, "keys"):
        values = table[name]
        return [v.decode() for v in values] if values.dtype.kind == "S" else values
    found = _element(table[name])
    beside = table.get("__categories")
    if beside is not None and name in beside:
        import pandas as pd

        return pd.Categorical.from_codes(found, _element(beside[name]))
    return found


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)

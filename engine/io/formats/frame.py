"""Tables of cells and genes inside AnnData files, in the layouts of every version so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.io.formats.format import Source
from engine.io.formats.node import categorical, is_group, names, series, whole
from engine.io.guard.door import door

if TYPE_CHECKING:
    import pandas as pd

MAX_COLUMNS = 5_000


def read_frame(node: Any, source: Source, part: str, *, uns: Any = None) -> pd.DataFrame:
    """A table with its names as index; `uns` is where the oldest files keep the levels of categories.

    Raises
    ------
    InvalidFile
        When a column is damaged, or has another length than the index.
    """
    with door(source.name, part):
        return _group_frame(node, source, part) if is_group(node) else _record_frame(node, source, part, uns)


def _group_frame(group: Any, source: Source, part: str) -> pd.DataFrame:
    import pandas as pd

    key = _attribute(group, "_index") or next((k for k in ("_index", "index") if k in group), "")
    if key not in group:
        raise source.invalid(
            f"'{part}' has no names: expected an index '{key or '_index'}', found "
            f"{', '.join(sorted(group)[:6]) or 'nothing'}. Write the file again with anndata."
        )
    index = names(group[key], source, f"{part}/{key}")
    order = group.attrs.get("column-order")
    listed = [_str(name) for name in np.atleast_1d(order)] if order is not None else sorted(group)
    chosen = [name for name in listed if name not in (key, "__categories")]
    if len(chosen) > MAX_COLUMNS:
        raise source.invalid(f"'{part}' has {len(chosen):,} columns, more than {MAX_COLUMNS:,}. Drop those not needed.")
    columns = {}
    for name in chosen:
        if name not in group:
            raise source.invalid(f"'{part}' lists a column '{name}' that is not there. Write the file again.")
        _keep(columns, name, series(group[name], source, f"{part}/{name}"), len(index), source, part)
    return pd.DataFrame(columns, index=pd.Index(index, dtype=object))


def _record_frame(node: Any, source: Source, part: str, uns: Any) -> pd.DataFrame:
    """A table of records, as anndata wrote before 0.7."""
    import pandas as pd

    if not node.dtype.names:
        raise source.invalid(f"'{part}' was expected to be a table, found a bare array. Write it again with anndata.")
    records = whole(node, source, part)
    key = "index" if "index" in records.dtype.names else records.dtype.names[0]
    columns = {}
    for name in records.dtype.names:
        values = _decoded(records[name])
        levels = f"{name}_categories"
        if uns is not None and levels in uns and values.dtype.kind in "iu":
            values = categorical(values, names(uns[levels], source, levels), source, f"{part}/{name}")
        if name != key:
            _keep(columns, name, values, len(records), source, part)
    return pd.DataFrame(columns, index=pd.Index(_decoded(records[key]).astype(str).astype(object)))


def _keep(columns: dict, name: str, values: Any, length: int, source: Source, part: str) -> None:
    if values is None:
        source.notes.append(f"The column '{name}' of {part} is of a kind that tables do not hold; it was left out.")
    elif len(values) != length:
        raise source.invalid(
            f"the column '{name}' of {part} has {len(values):,} rows, expected {length:,} as there are names. "
            "Write the file again."
        )
    else:
        columns[name] = values


def _decoded(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "S":
        return np.char.decode(values, "utf-8").astype(object)
    if values.dtype.kind == "O":
        decoded = [value.decode() if isinstance(value, bytes) else str(value) for value in values]
        return np.array(decoded, dtype=object)
    return values


def _attribute(group: Any, name: str) -> str:
    return _str(group.attrs.get(name, ""))


def _str(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)

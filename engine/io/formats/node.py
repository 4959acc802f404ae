"""Arrays and tables of an HDF5 file or a zarr store, read whole after their size was judged."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.io.formats.format import Source
from engine.io.guard.door import door
from engine.io.guard.memory import TEXT, need_honest, need_numbers
from engine.io.matrix import native

if TYPE_CHECKING:
    import pandas as pd


def is_group(node: Any) -> bool:
    """Whether a node holds others, in HDF5 and in zarr."""
    return hasattr(node, "keys")


def whole(node: Any, source: Source, part: str) -> np.ndarray:
    """All values of an array; text as str.

    Raises
    ------
    InvalidFile
        When it is a group, larger than a quarter of the limit, or cannot be read.
    """
    if is_group(node):
        raise source.invalid(f"expected values at '{part}', found a group of them. Write the file again.")
    need_honest(node, source.limit_bytes, source.name, part)
    source.need(4 * math.prod(node.shape) * (TEXT if _is_text(node) else node.dtype.itemsize), part)
    with door(source.name, part):
        return _text(node, source, part) if _is_text(node) else node[()]


def numbers(node: Any, source: Source, part: str) -> np.ndarray:
    """All values of an array of numbers, in a plain type."""
    values = whole(node, source, part)
    need_numbers(values.dtype, source.name, part)
    return native(values)


def names(node: Any, source: Source, part: str) -> np.ndarray:
    """All values of a one-dimensional array, as str objects."""
    nullable = is_group(node) and "values" in node  # text in anndata since 0.13
    values = whole(node["values"] if nullable else node, source, part)
    if values.ndim != 1:
        raise source.invalid(f"expected a list of names at '{part}', found {values.ndim} dimensions. Write it again.")
    if values.dtype.kind == "V":
        raise source.invalid(f"expected names at '{part}', found records or pickled objects. Write them as text.")
    return as_text(values)


def as_text(values: np.ndarray) -> np.ndarray:
    """Values of any kind as str objects."""
    return np.array([str(value) for value in values.tolist()], dtype=object)


def series(node: Any, source: Source, part: str) -> Any:
    """One column: an array, a Categorical, or a nullable array; None for kinds that no column is of."""
    if is_group(node):
        return _grouped(node, source, part)
    if "categories" in node.attrs and hasattr(node, "file"):
        levels = names(node.file[node.attrs["categories"]], source, f"{part} categories")
        return categorical(numbers(node, source, part), levels, source, part)
    values = whole(node, source, part)
    return values if values.ndim == 1 and values.dtype.kind in "iufbOU" else None


def categorical(codes: np.ndarray, levels: np.ndarray, source: Source, part: str) -> pd.Categorical:
    """A Categorical of codes (−1 is missing) and levels, both judged."""
    import pandas as pd

    if codes.size and (codes.min() < -1 or codes.max() >= len(levels)):
        raise source.invalid(
            f"'{part}' has {len(levels)} categories, and codes from {codes.min()} to {codes.max()}. "
            "The column is damaged: write the file again."
        )
    if len(set(levels)) < len(levels):
        raise source.invalid(f"the categories of '{part}' must differ, found some twice. Write the file again.")
    return pd.Categorical.from_codes(codes.astype(np.int64), levels)


def _grouped(node: Any, source: Source, part: str) -> Any:
    import pandas as pd

    if "codes" in node and "categories" in node:
        levels = names(node["categories"], source, f"{part} categories")
        return categorical(numbers(node["codes"], source, part), levels, source, part)
    if "values" in node and "mask" in node:
        values, mask = whole(node["values"], source, part), numbers(node["mask"], source, part).astype(bool)
        if values.shape != mask.shape:
            raise source.invalid(f"'{part}' has {values.shape} values and {mask.shape} marks of missing ones. Mend it.")
        return pd.Series(values.astype(object)).mask(mask).infer_objects().array
    return None


def _is_text(node: Any) -> bool:
    if hasattr(node, "asstr"):
        import h5py

        return h5py.check_string_dtype(node.dtype) is not None
    return node.dtype.kind in "OSUT"


def _text(node: Any, source: Source, part: str) -> np.ndarray:
    if hasattr(node, "asstr") and len(node.shape) == 1:
        return _slices(node, source, part)
    if hasattr(node, "asstr"):
        raise source.invalid(f"expected names at '{part}', found {len(node.shape)} dimensions. Write it again.")
    values = np.asarray(node[...])
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8")
    return values.astype(object)


def _slices(node: Any, source: Source, part: str) -> np.ndarray:
    """Text of HDF5, a slice at a time: every entry may point to the same long text."""
    found = np.empty(node.shape, dtype=object)
    step = int(min(max(source.limit_bytes // max(source.path_bytes, 1), 64), 1 << 16))
    taken = 0
    for start in range(0, len(found), step):
        found[start : start + step] = node.asstr("utf-8")[start : start + step]
        taken += sum(map(len, found[start : start + step]))
        source.need(4 * taken, part, "Its names are too long: write the file again with shorter ones.")
    return found

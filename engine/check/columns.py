"""Tables of cells and genes: made fit for a file, and each column told in short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.io.report import Column

if TYPE_CHECKING:
    import pandas as pd

LEVELS = 100  # told of one column, the commonest first
FEW = 60  # numbers that take at most so many whole values are levels


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with text as categories, names as text that HDF5 can hold, and no two columns of one name."""
    import pandas as pd

    columns: dict[str, Any] = {}
    for place, name in enumerate(frame.columns):
        said = str(name).replace("/", "_").strip() or "column"
        said = said if said not in ("_index", "index") else f"{said}_"
        while said in columns:
            said += "_"
        columns[said] = _tidy_column(frame.iloc[:, place])
    return pd.DataFrame(columns, index=pd.Index(frame.index.astype(str).to_numpy(object), name=None))


def _tidy_column(values: pd.Series) -> Any:
    import pandas as pd

    plain = pd.api.types
    if plain.is_bool_dtype(values.dtype) or plain.is_numeric_dtype(values.dtype):
        known = values.array
        return np.real(np.asarray(known)) if np.iscomplexobj(known) else known
    if isinstance(values.dtype, pd.CategoricalDtype) and plain.is_string_dtype(values.cat.categories.dtype):
        return values.cat.remove_unused_categories().array
    text = values.astype("object").where(values.notna(), None)
    return pd.Categorical([None if value is None else _text(value) for value in text])


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def describe(frame: pd.DataFrame) -> tuple[Column, ...]:
    """Each column in short, in the order of the table."""
    return tuple(_describe(str(name), frame[name]) for name in frame)


def levels_of(values: pd.Series) -> list[str]:
    """Distinct values of a column as text, the commonest first; missing ones left out."""
    return [str(level) for level in values.dropna().astype(str).value_counts().index if str(level) != "nan"]


def _describe(name: str, values: pd.Series) -> Column:
    import pandas as pd

    there = values.dropna()
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        numbers = there.to_numpy(dtype=float)
        n_levels = len(np.unique(numbers))
        whole = bool(np.isfinite(numbers).all() and (numbers == np.round(numbers)).all())
        if not (whole and 0 < n_levels <= min(FEW, max(len(numbers) // 5, 1))):
            finite = numbers[np.isfinite(numbers)]
            low, high = (float(finite.min()), float(finite.max())) if len(finite) else (None, None)
            return Column(name, "number", n_levels, (), low, high)
    cells = there.astype(str).value_counts()
    common = tuple((str(level), int(number)) for level, number in cells.head(LEVELS).items() if number)
    return Column(name, "category", int((cells > 0).sum()), common)

"""Fields that know their label and range, and dataclasses that check them."""

from __future__ import annotations

from dataclasses import field, fields, is_dataclass
from typing import Any

from engine.errors import InvalidParameter


def param(default: Any, label: str, doc: str, *, low: float | None = None, high: float | None = None,
          choices: tuple[str, ...] = ()) -> Any:
    """A dataclass field with what a form needs: label, explanation, range or choices."""
    return field(default=default, metadata={"label": label, "doc": doc, "low": low, "high": high, "choices": choices})


class Checked:
    """Checks every field against its range and choices when the dataclass is made."""

    def __post_init__(self) -> None:
        for f in fields(self):
            value, meta = getattr(self, f.name), f.metadata
            if is_dataclass(value) or not meta:
                continue
            if isinstance(f.default, str) and not meta["choices"]:
                good, expected = isinstance(value, str), "text"
            elif meta["choices"]:
                good, expected = value in meta["choices"], f"one of {', '.join(meta['choices'])}"
            else:
                whole = isinstance(f.default, int)
                number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
                good = number and meta["low"] <= value <= meta["high"]
                expected = f"a {'whole ' if whole else ''}number from {meta['low']} to {meta['high']}"
            if not good:
                raise InvalidParameter(f"'{meta['label']}' must be {expected}, found {value!r}. Choose another value.")

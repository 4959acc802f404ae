"""Words of a report: cleaned, shortened, escaped; sentences that cite."""

from __future__ import annotations

import math
import numbers
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from engine.words import THIN, number, thin, whole


@dataclass(frozen=True)
class Sentence:
    """A sentence of the methods and the keys of the references that it rests on."""

    text: str
    cites: tuple[str, ...] = ()


def clean(text: object) -> str:
    """Text from data without characters that neither XML nor a terminal bears."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", str(text))


def html(text: object) -> str:
    """Text from data or the engine as HTML: escaped, its numbers with thin separators and kept with their %."""
    return escape(re.sub(r"(?<=\d) %", f"{THIN}%", thin(clean(text))))


def short(text: object, n: int = 40) -> str:
    """At most n characters, for the label of an axis."""
    text = clean(text).replace("\n", " ")
    return text if len(text) <= n else text[: n - 1].rstrip() + "…"


def cell(value: Any) -> str:
    """A value of a table as people read it."""
    if isinstance(value, (bool, str)) or not isinstance(value, numbers.Real):
        return "–" if value is None else clean(value)
    if isinstance(value, numbers.Integral):
        return whole(value)
    return "∞" if value == math.inf else number(float(value))


def day(moment: str) -> str:
    """A moment of the facts, ISO 8601, as a date with its hour."""
    try:
        found = datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        return clean(moment)
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return f"{found.day} {found:%B %Y, %H:%M} UTC"

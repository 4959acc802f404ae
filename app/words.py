"""Numbers, durations and times as people read them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

THIN = "\u202f"


def whole(n: float) -> str:
    """A count with thin separators: 12 345."""
    return f"{int(round(n)):,}".replace(",", THIN)


def thin(text: str) -> str:
    """A sentence of the engine with thin separators: 2,991 cells becomes 2 991 cells."""
    return re.sub(r"(?<=\d),(?=\d{3})", THIN, text)


def number(x: float | None) -> str:
    """At most three significant figures; a dash where there is no number."""
    if x is None or not math.isfinite(x):
        return "–"
    if x == 0:
        return "0"
    if abs(x) >= 1000:
        return whole(float(f"{x:.3g}")).replace("-", "\u2212")
    if abs(x) < 0.001:
        return exponent(x)
    return _figures(x).replace("-", "\u2212")


def exponent(x: float) -> str:
    """A tiny number or p-value: 3.1e-5."""
    if x == 0:
        return "< 1e-300"
    mantissa, power = f"{x:.1e}".split("e")
    return f"{mantissa}e{int(power)}"


def percent(fraction: float) -> str:
    """A share as whole per cent."""
    return f"{round(100 * fraction)}{THIN}%"


def duration(seconds: float | None) -> str:
    """How long, in the largest two units: 40 s, 2 min 5 s, 3 h 10 min."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    if seconds < 0.1:
        return "< 0.1 s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole_seconds = round(seconds)
    minutes, rest = divmod(whole_seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def megabytes(mb: float | None) -> str:
    if mb is None:
        return "–"
    return f"{number(mb / 1000)} GB" if mb >= 1000 else f"{number(mb)} MB"


def when(moment: datetime | str | None, *, now: datetime | None = None) -> str:
    """A moment, nearby ones in words: just now, 5 min ago, today 14:03, 3 Mar 2026 14:03 (UTC)."""
    if moment is None or moment == "":
        return "–"
    moment = _utc(datetime.fromisoformat(moment) if isinstance(moment, str) else moment)
    now = _utc(now or datetime.now(UTC))
    age = (now - moment).total_seconds()
    if age < 60:
        return "just now"
    if age < 3600:
        return f"{int(age // 60)} min ago"
    if moment.date() == now.date():
        return f"today {moment:%H:%M} UTC"
    return f"{moment.day} {moment:%b %Y %H:%M} UTC"


def elapsed(start: datetime | None, end: datetime | None = None) -> float | None:
    """Seconds from start to end, or to now."""
    if start is None:
        return None
    return max((_utc(end or datetime.now(UTC)) - _utc(start)).total_seconds(), 0.0)


def plural(n: int, word: str) -> str:
    """`1 dataset`, `3 datasets`."""
    return f"{whole(n)} {word}" if n == 1 else f"{whole(n)} {word}s"


def listing(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _figures(x: float, n: int = 3) -> str:
    decimals = max(n - 1 - math.floor(math.log10(abs(x))), 0) if x else 0
    return f"{x:.{decimals}f}"


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

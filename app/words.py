"""Durations, times and sizes as people read them; numbers as the whole of Geneweave writes them."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from engine.words import THIN, exponent, listing, number, percent, plural, thin, whole

__all__ = ["THIN", "duration", "elapsed", "exponent", "listing", "megabytes", "number", "percent", "plural", "thin",
           "when", "whole"]  # fmt: skip


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


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

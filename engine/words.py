"""Numbers and lists as people read them, on every page and in every report."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

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


def plural(n: int, word: str) -> str:
    """`1 dataset`, `3 datasets`."""
    return f"{whole(n)} {word}" if n == 1 else f"{whole(n)} {word}s"


def listing(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _figures(x: float, n: int = 3) -> str:
    decimals = max(n - 1 - math.floor(math.log10(abs(x))), 0) if x else 0
    return f"{x:.{decimals}f}"

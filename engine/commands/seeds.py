"""Seeds as people write them in a command."""

from __future__ import annotations

import re

from engine.errors import InvalidParameter

MOST_SEEDS = 100


def seeds_of(text: str) -> list[int]:
    """Seeds from `0-9`, `0,3,5` or both mixed, each once, in order."""
    found = set()
    for part in text.split(","):
        ends = re.fullmatch(r"\s*(\d{1,9})(?:-(\d{1,9}))?\s*", part)
        if not ends or int(ends[2] or ends[1]) < int(ends[1]):
            raise InvalidParameter(f"--seeds expects whole numbers as 0-9 or 0,3,5, the lower first, found '{part}'. "
                                   "Write for example 0-2.")  # fmt: skip
        low, high = int(ends[1]), int(ends[2] or ends[1])
        if high - low >= MOST_SEEDS:
            raise InvalidParameter(f"At most {MOST_SEEDS} seeds are run at once, found '{part}'. Give fewer.")
        found |= set(range(low, high + 1))
    return sorted(found)

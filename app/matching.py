"""Names that hold what a person types, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable


def rank(text: str, names: Iterable[str]) -> list[str]:
    """Names that hold `text`, whatever the case: equal first, then beginning with it, then the others."""
    wanted = text.strip().lower()
    held = [name for name in names if wanted in name.lower()]
    return sorted(held, key=lambda name: (name.lower() != wanted, not name.lower().startswith(wanted), len(name), name)
                  if wanted else 0)

"""A result in the store and its facts, as the pages list it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stored:
    """One result, without its arrays; a kind of result adds what it is called."""

    id: str
    facts: dict[str, Any]

    @property
    def study(self) -> str:
        """Name of the study that it was made of."""
        return self.facts["study"]

    @property
    def created(self) -> str:
        """When it was made, ISO 8601."""
        return self.facts["made"]["created"]

"""Wish: what a person would like a knockout to do, towards a state of cells or to the level of a set of genes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.errors import InvalidParameter

TOWARDS, AWAY, LOWER, RAISE = WISHES = ("towards", "away", "lower", "raise")
FEWEST_GENES = 3


@dataclass(frozen=True)
class Wish:
    """What is wanted of a knockout.

    `kind` is towards or away, of the cell type `to` as seen from the type `start` (empty is all other cells); or lower
    or raise, of `genes`, called `title`.
    """

    kind: str
    to: str = ""
    start: str = ""
    genes: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "genes", tuple(dict.fromkeys(self.genes)))
        if self.kind not in WISHES:
            raise InvalidParameter(f"A wish must be one of {', '.join(WISHES)}, found {self.kind!r}. Choose one.")
        if self.of_state and not self.to:
            raise InvalidParameter(f"A wish {self.kind} a state needs its cell type, found none. Choose one.")
        if self.of_state and self.to == self.start:
            raise InvalidParameter(f"A wish leads from one cell type to another, found '{self.to}' twice. Choose two.")
        if not self.of_state and len(self.genes) < FEWEST_GENES:
            raise InvalidParameter(f"A set of genes to {self.kind} needs {FEWEST_GENES} genes or more, found "
                                   f"{len(self.genes)}. Add some, or look at each gene by itself.")  # fmt: skip

    @property
    def of_state(self) -> bool:
        """Whether it is about a state of cells; else it is about a set of genes."""
        return self.kind in (TOWARDS, AWAY)

    @property
    def words(self) -> str:
        """What a knockout that fulfils it does, in words."""
        if self.of_state:
            return f"lead {'towards' if self.kind == TOWARDS else 'away from'} {self.to}"
        return f"{self.kind} {self.title or f'{len(self.genes)} genes'}"

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self) | {"genes": list(self.genes)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Wish:
        """From what `to_dict` gave."""
        return cls(**{**values, "genes": tuple(values.get("genes", ()))})

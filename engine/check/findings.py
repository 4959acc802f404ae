"""All that the problems of a file are judged from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.check.counts import Counts
from engine.check.identifiers import Names
from engine.check.mend import Content, Helpers
from engine.check.scan import Scan
from engine.io.report import Guess
from engine.io.streaming import LARGEST_LOG


@dataclass(frozen=True)
class Findings:
    """The content as mended, facts of it, and what its names and columns seem to mean.

    `corrected` says that whole counts were brought to one depth; `limit_bytes` is the memory that a study may
    take to read the matrix, None where there is no limit.
    """

    counts: Counts
    content: Content
    facts: Scan
    names: Names
    guesses: dict[str, Guess]
    fixes: tuple[str, ...] = ()
    helpers: Helpers = field(default_factory=Helpers)
    limit_bytes: int | None = None
    corrected: bool = False

    @property
    def species(self) -> str:
        return self.guesses["species"].value

    @property
    def modality(self) -> str:
        return self.guesses["modality"].value

    @property
    def log_screen(self) -> bool:
        """Whether cells of a screen have logarithms and no counts: enough for knockouts, though not for maps."""
        logs = not self.facts.whole and not self.facts.negative and self.facts.largest <= LARGEST_LOG
        return logs and self.modality == "rna" and bool(self.guesses["perturbation"].value)

    @property
    def genes(self) -> list[str]:
        return self.content.genes


def some(names: Sequence[str], *, most: int = 3) -> str:
    """The first few names, separated by commas."""
    return ", ".join(str(name) for name in list(names[:most]))

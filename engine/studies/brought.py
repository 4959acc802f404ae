"""A file that a study is planned with, and what its check found."""

from __future__ import annotations

from dataclasses import dataclass

from engine.io import peek
from engine.io.report import Report


@dataclass(frozen=True)
class Brought:
    """A file to plan with: where its matrix is, what people call it, and what its check found."""

    path: str
    name: str
    report: Report | None = None

    def guess(self, what: str) -> str:
        """The guessed value or column; empty when there is none."""
        return self.report.guess(what) if self.report else ""

    def column(self, what: str) -> str | None:
        """The guess, when it is an `obs` column of the matrix."""
        guess = self.guess(what)
        return guess if guess and guess in peek.column_names(self.path) else None

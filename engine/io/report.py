"""What the check of a file found: facts, guesses, problems and a look at the content."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

SEVERITIES = ("error", "warning", "note")  # an error keeps the file out of studies
IDENTIFIERS = ("symbol", "ensembl", "entrez", "peaks", "mixed", "unknown")

# what a button can mend: key → its words
FIXES = {
    "transpose": "Turn genes and cells around",
    "recover-counts": "Get the counts back",
    "strip-versions": "Strip the versions off Ensembl ids",
    "map-identifiers": "Give genes their approved symbols",
    "sum-duplicates": "Sum duplicate genes",
    "unique-cells": "Give duplicate cells names of their own",
    "drop-empty-cells": "Drop empty cells",
    "drop-empty-genes": "Drop genes that no cell has",
    "drop-missing": "Read missing values as 0",
    "gene-activity": "Turn peaks into gene activity",
    "human-orthologs": "Name genes by their human orthologs",
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong or odd.

    `what` was found, `where` (a part of the file), how to `mend` it: sentences for people. `fix` is the
    key in `FIXES` of the button that mends it, empty when a person must; `code` names the kind of problem.
    """

    severity: str
    code: str
    what: str
    where: str
    mend: str
    fix: str = ""


@dataclass(frozen=True)
class Guess:
    """A value that the check would choose, and why in words; an empty value is no guess."""

    value: str = ""
    why: str = ""


@dataclass(frozen=True)
class Column:
    """One `obs` column: "category" with its commonest levels and their cells, or "number" with its range."""

    name: str
    kind: str
    n_levels: int = 0
    levels: tuple[tuple[str, int], ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Report:
    """The outcome of a check.

    `counts` says where the whole counts are (as `DatasetSource.counts`), empty when there are none;
    `counts_say` tells it in words. `guesses` has the keys modality, tissue, species, condition, control,
    batch, cell_type, perturbation, depth: each names a value or an obs column. `fixes` are those already
    applied, in order. `ready` says that a study can use the matrix. `preview` is a corner of the matrix:
    {"cells": […], "genes": […], "values": [[…]]}.
    """

    format: str
    n_cells: int
    n_genes: int
    n_values: int  # that are not 0
    counts: str
    counts_say: str
    identifiers: str
    verdict: str
    ready: bool
    guesses: dict[str, Guess] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    problems: tuple[Problem, ...] = ()
    fixes: tuple[str, ...] = ()
    preview: dict[str, Any] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    proteins: int = 0
    has_coordinates: bool = False
    seconds: float = 0.0

    @property
    def sparsity(self) -> float:
        """Share of the matrix that is 0."""
        return 1 - self.n_values / max(self.n_cells * self.n_genes, 1)

    def guess(self, what: str) -> str:
        """The guessed value, empty when there is none."""
        return self.guesses.get(what, Guess()).value

    def to_json(self) -> str:
        """The report as JSON."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """The reverse of `to_json`; keys of other versions are left out."""
        known = {f.name for f in fields(cls)}
        given = {key: value for key, value in json.loads(text).items() if key in known}
        return cls(**given | {
            "guesses": {key: Guess(**value) for key, value in given["guesses"].items()},
            "columns": tuple(_column(column) for column in given["columns"]),
            "problems": tuple(Problem(**problem) for problem in given["problems"]),
            "fixes": tuple(given["fixes"]), "layers": tuple(given["layers"]),
        })  # fmt: skip


def _column(given: dict[str, Any]) -> Column:
    return Column(**given | {"levels": tuple((level, cells) for level, cells in given["levels"])})

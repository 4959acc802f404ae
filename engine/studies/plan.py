"""The first plan of a study: what the check of each file would choose, and what a person chose instead."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.io import peek
from engine.studies.brought import Brought
from engine.studies.perturbed import guess_perturbed
from engine.studies.split import MIN_CELLS, FilePlan, Part, StudyPlan, distinct, file_title, label, level_cells, split
from engine.types import ROLES, Perturbed, QcLimits, Roles


@dataclass(frozen=True)
class Choices:
    """What a person says of a file; None leaves it to the guess."""

    modality: str | None = None
    tissue: str | None = None
    species: str | None = None
    condition: str | None = None
    split: str | None = None
    counts: str | None = None
    depth: str | None = None
    symbols: str | None = None
    min_cells: int = MIN_CELLS
    qc: QcLimits = field(default_factory=QcLimits)


def plan_study(title: str, files: list[tuple[Brought, Choices]], roles: Roles | None = None,
               perturbed: Perturbed | None = None) -> StudyPlan:  # fmt: skip
    """A plan from files and choices; roles that are not given are guessed where all files have the column.

    So is how genes were perturbed, where a role says that they were.
    """
    roles = roles or guess_roles([brought for brought, _ in files])
    perturbed = perturbed or guess_perturbed([brought for brought, _ in files], roles)
    plans: list[FilePlan] = []
    for brought, choices in files:
        name = distinct(file_title(brought.name), [plan.title for plan in plans])
        plans.append(plan_file(brought, name, choices, condition=roles.condition))
    return StudyPlan(title, tuple(plans), roles, perturbed=perturbed)


def plan_file(brought: Brought, title: str, choices: Choices, *, condition: str | None = None) -> FilePlan:
    """What a file gives to a study; `condition` is the study's `obs` column of the conditions, if it has one.

    Raises
    ------
    InvalidStudy
        When the file cannot be read, or lacks the column that should split it.
    """
    column = choices.split or None
    called_by = (condition or brought.column("condition")) if choices.condition is None else None
    parts = parts_of(brought, title, column, condition=called_by,
                     default=Part(title, (), 0, choices.condition or _value(brought, "condition") or "none",
                                  choices.tissue or _value(brought, "tissue") or "unknown"),
                     tissue=None if choices.tissue else brought.column("tissue"), min_cells=choices.min_cells)
    counts = choices.counts or _counts(brought)
    aside = counts.startswith("obsm/")  # what holds for the genes holds for nothing beside them
    return FilePlan(title, brought.path, parts, column, choices.modality or brought.guess("modality") or "rna",
                    choices.species or brought.guess("species") or "human", counts,
                    choices.depth or (None if aside else brought.column("depth")),
                    choices.symbols or (None if aside else _symbols(brought)), choices.qc)


def parts_of(brought: Brought, title: str, column: str | None, *, condition: str | None, tissue: str | None,
             default: Part, min_cells: int = MIN_CELLS) -> tuple[Part, ...]:
    """The parts of a file by a column, or the one part with all cells; columns that the file lacks are passed over."""
    known = peek.column_names(brought.path)
    conditions = peek.labels(brought.path, condition) if condition in known else None
    tissues = peek.labels(brought.path, tissue) if tissue in known else None
    if column:
        return split(title, peek.labels(brought.path, column), condition=conditions, tissue=tissues, default=default,
                     min_cells=min_cells)
    called = label(level_cells(conditions), default.condition) if conditions is not None else default.condition
    from_where = label(level_cells(tissues), default.tissue) if tissues is not None else default.tissue
    return (Part(title, (), peek.n_cells(brought.path), called, from_where),)


def guess_roles(files: list[Brought]) -> Roles:
    """The guessed column of each role, where every file has it; the guess of the first file that has one counts."""
    known = [peek.column_names(file.path) for file in files]
    guesses = {role: [column for file in files if (column := file.column(role))] for role in ROLES}
    return Roles(**{role: next((c for c in found if all(c in names for names in known)), None)
                    for role, found in guesses.items()})


def split_columns(path: str) -> list[tuple[str, int]]:
    """The `obs` columns that can split a file, with their number of levels: two or more, and not one a cell."""
    cells = peek.n_cells(path)
    return [(column.name, column.n_levels) for column in peek.columns(path) if column.kind == "category"
            and 1 <= column.n_levels <= min(peek.MOST_LEVELS, max(cells // 2, 1))]


def _value(brought: Brought, what: str) -> str:
    """The guess, when it is a value and no column."""
    return "" if brought.column(what) else brought.guess(what)


def _symbols(brought: Brought) -> str | None:
    guess = brought.guess("symbols")
    return guess if guess and guess in peek.look(brought.path).gene_columns else None


def _counts(brought: Brought) -> str:
    """Where the counts are: as the check says, when the matrix has that place."""
    said = brought.report.counts if brought.report else ""
    seen = peek.look(brought.path)
    return said if said and said.partition("/log1p")[0] in seen.genes else seen.whole

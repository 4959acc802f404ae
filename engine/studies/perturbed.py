"""How the cells of a screen were perturbed: guessed from the files, and what speaks against what is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.errors import GeneweaveError
from engine.io import peek
from engine.io.guides import named_guides
from engine.screens.kinds import kind_in, kind_of
from engine.screens.names import CONTROL, name_labels
from engine.studies.brought import Brought
from engine.studies.split import FilePlan, StudyPlan
from engine.types import Perturbed, Roles

KIND_COLUMN = re.compile(r"perturbation[_.]?types?|perturbation[_.]?kind|crispr[_.]?type", re.IGNORECASE)
MOST = 40  # labels that are told


def guess_perturbed(files: list[Brought], roles: Roles) -> Perturbed:
    """The kind that the names of all files say, or the column that says it; nothing where no gene was perturbed.

    Guides beside the genes are taken where no column tells which gene was perturbed.
    """
    tables = any(file.guess("modality") == "effects" for file in files)
    guides = {named_guides(file.path) for file in files} if not (roles.perturbation or tables) else set()
    counts, targets = guides.pop() if len(guides) == 1 else ("", "")
    if not files or not (roles.perturbation or tables or counts):
        return Perturbed()
    columns = [{column.name for column in peek.columns(file.path) if _says_kinds(column)} for file in files]
    if both := sorted(set.intersection(*columns)):
        return Perturbed(kind_column=both[0], guides=counts, guide_targets=targets)
    kinds = {kind_in(file.name) for file in files}
    return Perturbed(kind=kinds.pop() if len(kinds) == 1 else "", guides=counts, guide_targets=targets)


def labels_of(paths: Iterable[str], column: str | None) -> list[tuple[str, int]]:
    """The labels of a column over files, the commonest first, with their cells; files that lack it are passed over."""
    found: dict[str, int] = {}
    for path in dict.fromkeys(paths):
        try:
            columns = {known.name: known for known in peek.columns(path)}
        except GeneweaveError:
            continue
        for level, cells in columns[column].levels if column in columns else ():
            found[level] = found.get(level, 0) + cells
    return sorted(found.items(), key=lambda one: -one[1])


def kinds_in(paths: Iterable[str], column: str | None) -> list[str]:
    """The kinds of perturbation that a column names, sorted."""
    return sorted({kind_of(label) for label, _ in labels_of(paths, column)} - {""})


def perturbed_faults(plan: StudyPlan) -> list[tuple[str, bool]]:
    """Sentences on how cells were perturbed, and whether they stand in the way of the study."""
    if not plan.is_screen:
        return _count_faults(plan)
    return [*_kind_faults(plan), *_control_faults(plan), *_count_faults(plan)]


def _count_faults(plan: StudyPlan) -> list[tuple[str, bool]]:
    """A word about files of cells without counts; no study but a screen can use them."""
    bare = [file.title for file in plan.files if file.modality != "effects" and not _counted(file)]
    if not bare:
        return []
    has = "has" if len(bare) == 1 else "have"
    if plan.is_screen:
        return [(f"{', '.join(bare)} {has} logarithms and no counts: the study serves the Knockout page, and gene "
                 "maps, networks and comparisons cannot be made of it.", False)]  # fmt: skip
    return [(f"{', '.join(bare)} {has} no counts, which only a screen can do without. Choose the column that says "
             "which gene was perturbed, or get the counts back on the page of the file.", True)]  # fmt: skip


def _counted(file: FilePlan) -> bool:
    where = file.counts
    return where.startswith("obsm/") or "/log1p" in where or peek.look(file.path).has_counts


def _kind_faults(plan: StudyPlan) -> list[tuple[str, bool]]:
    column, found = plan.perturbed.kind_column, []
    kinds = kinds_in([file.path for file in plan.files], column)
    if not (plan.perturbed.kind or column):
        found.append(("Say how genes were perturbed: knockout, interference or activation. Effects are of one kind, "
                      "and a screen without it cannot be read.", False))  # fmt: skip
    if len(kinds) > 1 and not plan.perturbed.kind:
        found.append((f"The column '{column}' holds {' and '.join(kinds)}, which are never averaged. Choose the kind "
                      "that this study is about; another study can be about the other.", False))  # fmt: skip
    if column:
        lacking = [file.title for file in plan.files if column not in peek.column_names(file.path)]
        if lacking:
            found.append((f"The kind of perturbation is read from the column '{column}', which {', '.join(lacking)} "
                          "does not have. Choose another column, or the kind itself.", True))  # fmt: skip
    return found


def _control_faults(plan: StudyPlan) -> list[tuple[str, bool]]:
    cells = [file for file in plan.files if file.modality != "effects"]
    if not (cells and plan.roles.perturbation) or plan.perturbed.guides:
        return []
    labels = [label for label, _ in labels_of([file.path for file in cells], plan.roles.perturbation)]
    names = name_labels(labels, (), control=plan.perturbed.control)
    if not labels or CONTROL in names.values() or len(labels) >= peek.MOST_LEVELS:
        return []
    asked = f"called '{plan.perturbed.control}'" if plan.perturbed.control else "named like a control"
    return [(f"No label of '{plan.roles.perturbation}' is {asked}, and perturbed cells are compared with controls. "
             f"Choose their label: {', '.join(labels[:8])}{' …' if len(labels) > 8 else ''}.", False)]  # fmt: skip


def _says_kinds(column) -> bool:
    named = KIND_COLUMN.fullmatch(column.name)
    return bool(named and column.levels) and all(kind_of(level) for level, _ in column.levels)

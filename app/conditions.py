"""What the cells of a study can be compared by, and how many donors a side: read from labels, before any count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.words import plural, thin, whole
from engine.check.guess import CONTROL
from engine.contrasts.sides import Sides, sides_of
from engine.io import peek
from engine.io.pool import Cells, columns_meant, label_text, labelled, rna_of

if TYPE_CHECKING:
    from engine.params import ContrastParams
    from engine.tl.differential.design import Design
    from engine.types import DatasetSource, Study

OF_STUDY = ""  # the choice of a column that leaves it to the study
MOST_LEVELS = 60  # of a column that conditions or donors are told by


def two_conditions(study: Study) -> bool:
    """Whether a study seems to have conditions to compare, told without opening its files."""
    named = {source.condition for source in study.datasets} - {"none", "mixed", "unknown"}
    return bool(study.roles.condition) or len(named) > 1


@dataclass(frozen=True)
class Columns:
    """Columns that every file of a study has, with two levels or more; levels of its cell types."""

    names: tuple[str, ...]
    cell_types: tuple[str, ...]


def columns(study: Study) -> Columns:
    """What can be chosen of a study.

    Raises
    ------
    GeneweaveError
        When a file is not there or cannot be read.
    """
    tables = [{column.name: column for column in peek.columns(source.path)} for source in compared(study)]
    shared = [name for name in tables[0] if all(name in table for table in tables)] if tables else []
    names = [name for name in shared if all(table[name].kind == "category" for table in tables)
             and 2 <= len(set().union(*(dict(table[name].levels) for table in tables)))
             and max(table[name].n_levels for table in tables) <= MOST_LEVELS]  # fmt: skip
    kind = study.roles.cell_type
    types = tuple(level for level in _counts(labels(study, kind)) if level) if kind in shared else ()
    return Columns(tuple(names), types)


def compared(study: Study) -> tuple[DatasetSource, ...]:
    """The datasets whose cells are compared: those of RNA, where there are any."""
    return tuple(s for s in study.datasets if s.modality == "rna") or study.datasets


def condition_of(study: Study, by: str) -> str:
    """The column that `by` stands for; empty where the datasets themselves tell the condition."""
    return by or study.roles.condition or OF_STUDY


def levels(study: Study, by: str) -> dict[str, int]:
    """Cells of each level of the condition, the commonest first."""
    return {level: n for level, n in _counts(conditions(study, by)).items() if level not in ("", "none")}


def sides(found: Iterable[str], *, control: str = "", case: str = "") -> tuple[str, str]:
    """Control and case: those asked for where they are there, else a level named like a control and the next."""
    names = list(found)
    first = control if control in names else next((n for n in names if CONTROL.fullmatch(n.strip())), "")
    first = first or next((n for n in names if n != case), "")
    second = case if case in names and case != first else next((n for n in names if n != first), "")
    return first, second


def conditions(study: Study, by: str) -> np.ndarray:
    """The condition of each cell, shape (n_cells,)."""
    column = condition_of(study, by)
    return labels(study, column) if column else _datasets(study, "condition")


def labels(study: Study, column: str) -> np.ndarray:
    """The label of each compared cell in a column, shape (n_cells,); "" where it has none."""
    parts = [peek.labels(source.path, column)[_kept(source)] for source in compared(study)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=object)


def design(study: Study, params: ContrastParams) -> tuple[Sides, Design]:
    """Who is on which side and who will be exchanged, by the labels of the cells alone, before quality limits.

    Raises
    ------
    GeneweaveError
        When the comparison cannot be made: the sentence that the engine would say.
    """
    sides = sides_of(labelled(_cells(study, params)), params)
    return sides, sides.design(params.seed)


def design_words(sides: Sides, design: Design) -> tuple[str, list[str]]:
    """What will be exchanged, and the warnings that the result will wear."""
    n_case = int(design.case.sum())
    n_control, (control, case) = len(design.case) - n_case, (sides.control, sides.case)
    who = {
        "paired donors": f"{plural(n_case, 'donor')}, each in both conditions: each is compared with itself",
        "donors": f"{n_control} donors of {control} and {n_case} of {case}: their labels are permuted",
        "cells": f"{n_control} blocks of cells of {control} and {n_case} of {case}: their labels are permuted",
    }[design.unit]
    now = int(sides.is_case.sum())
    cells = f"{plural(len(sides.is_case) - now, 'cell')} of {control}, {plural(now, 'cell')} of {case}"
    text = f"{who}. {whole(design.n_labellings)} distinct ways to label them; {cells}."
    return text, [thin(warning) for warning in design.warnings]


def _cells(study: Study, params: ContrastParams) -> Cells:
    """The cells of a study with their labels and without counts, as `engine.io.pool.pool` would bring them."""
    from scipy import sparse

    rna_of(study)  # says why, where the cells cannot be compared
    by, donor, batch = columns_meant(study, by=params.by, donor=params.donor, batch=params.batch)
    n, names = sum(int(_kept(source).sum()) for source in compared(study)), _datasets(study, "name")
    kind = study.roles.cell_type
    return Cells(
        sparse.csr_matrix((n, 0), dtype=np.float32), np.empty(0, dtype=object), np.zeros(n),
        level=_known(labels(study, by)) if by else _datasets(study, "condition"),
        donor=_known(labels(study, donor)) if donor else names, dataset=names,
        batch=_known(labels(study, batch)) if batch else None, cell_type=labels(study, kind) if kind else None,
        by=by or "condition of the datasets", donor_by=donor or "dataset",
    )  # fmt: skip


def _known(found: np.ndarray) -> np.ndarray:
    """Labels, None where there is none."""
    return np.array([label_text(label) for label in found], dtype=object)


def _kept(source: DatasetSource) -> np.ndarray:
    """Cells of a file that belong to a dataset, bool (n_cells of the file,)."""
    if not source.column:
        return np.ones(peek.n_cells(source.path), bool)
    return np.isin(peek.labels(source.path, source.column).astype(str), source.values)


def _datasets(study: Study, what: str) -> np.ndarray:
    parts = [np.full(int(_kept(source).sum()), getattr(source, what), dtype=object) for source in compared(study)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=object)


def _counts(values: np.ndarray) -> dict[str, int]:
    names, counts = np.unique(values.astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return {str(names[i]): int(counts[i]) for i in order}

"""What the cells of a study can be compared by, and how many donors a side: read from labels, before any count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from app.words import plural, whole
from engine.check.guess import CONTROL
from engine.io import peek

if TYPE_CHECKING:
    from engine.params import ContrastParams
    from engine.types import DatasetSource, Study

OF_STUDY = ""  # the choice of a column that leaves it to the study
MOST_LEVELS = 60  # of a column that conditions or donors are told by
FEW = 3  # donors a side below which cells are permuted
MIN_CELLS = 20  # of a donor on a side, for it to count
LABELLINGS = 20  # below which 5 % cannot be reached


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


@dataclass(frozen=True)
class Sides:
    """Donors with enough cells on both sides, before quality limits, and what will be permuted of them.

    `unit` is "donors", "paired donors" or "cells"; `left_out` counts donors that have cells but do not take part.
    """

    unit: str
    n_control: int
    n_case: int
    cells_control: int
    cells_case: int
    left_out: int = 0
    confounded: bool = False

    @property
    def labellings(self) -> int:
        """Distinct ways to relabel the donors; two that are each other's mirror give the same change."""
        return 2 ** (self.n_control - 1) if self.unit == "paired donors" else ways(self.n_control, self.n_case)


def ways(n_control: int, n_case: int) -> int:
    """Distinct ways to deal labels to donors of which each is on one side."""
    found = comb(n_control + n_case, n_control)
    return found // 2 if n_control == n_case else found


def sides_of(control: dict[str, int], case: dict[str, int]) -> Sides:
    """Who takes part, from the cells of each donor on each side, by the rule of the engine.

    Three donors or more seen on both sides are pairs, three or more a side seen on one are donors; where both can be
    had, those with more labellings. Else cells are permuted.
    """
    cells = {"cells_control": sum(control.values()), "cells_case": sum(case.values())}
    enough = [{donor for donor, n in side.items() if n >= MIN_CELLS} for side in (control, case)]
    both = len(enough[0] & enough[1])
    alone = len(enough[0] - case.keys()), len(enough[1] - control.keys())
    everyone = len(control.keys() | case.keys())
    by_donor = ways(*alone) if min(alone) >= FEW else 0
    if both >= FEW and 2 ** (both - 1) >= by_donor:
        return Sides("paired donors", both, both, **cells, left_out=everyone - both)
    if by_donor:
        return Sides("donors", *alone, **cells, left_out=everyone - sum(alone))
    return Sides("cells", len(enough[0]), len(enough[1]), **cells)


def design(study: Study, params: ContrastParams) -> Sides:
    """Who is on which side, by the labels of the cells."""
    condition, donor = conditions(study, params.by), donors(study, params.donor)
    keep = _chosen_types(study, params)
    now, then = ((condition == level) & keep & (donor != "") for level in (params.case, params.control))
    found = sides_of(_counts(donor[then]), _counts(donor[now]))
    if not (params.batch and then.any() and now.any()):
        return found
    batch = labels(study, params.batch)
    return replace(found, confounded=_apart(batch, donor, then, now))


def donors(study: Study, donor: str) -> np.ndarray:
    """Whom each cell comes from, shape (n_cells,)."""
    column = donor or study.roles.batch
    return labels(study, column) if column else _datasets(study, "name")


def design_words(found: Sides, *, control: str, case: str) -> tuple[str, list[str]]:
    """What will be permuted, and warnings, before anything runs."""
    empty = [level for level, n in ((control, found.cells_control), (case, found.cells_case)) if not n]
    if empty:
        return "", [f"No cell of '{empty[0]}' is left. Choose another level, cell type or donor column."]
    cells = f"{plural(found.cells_control, 'cell')} and {plural(found.cells_case, 'cell')}"
    warned = []
    if found.left_out:
        warned.append(f"{plural(found.left_out, 'donor')} will be left out: with fewer than {MIN_CELLS} cells, or seen "
                      "in both conditions where others are in one.")  # fmt: skip
    if found.confounded:
        warned.append("Every batch lies in one condition alone, so that its effect cannot be told from that of the "
                      "condition. The comparison goes on, with a warning on every figure.")  # fmt: skip
    if found.unit == "cells":
        warned.insert(0, f"{found.n_control} and {plural(found.n_case, 'donor')} with {MIN_CELLS} cells or more: cells "
                         "will be permuted instead, which takes differences between people for differences between "
                         "conditions. Three donors a side are the least.")  # fmt: skip
        return f"{cells} ({control} and {case}).", warned
    who = (f"{plural(found.n_control, 'donor')}, each in both conditions: each is compared with itself"
           if found.unit == "paired donors"
           else f"{found.n_control} donors of {control} and {found.n_case} of {case}: their labels are permuted")
    dealt = f"{whole(found.labellings)} distinct ways to label them"
    if found.labellings < LABELLINGS:
        warned.append(f"There are only {dealt}: no p can come below {1 / found.labellings:.2g}, so that little can be "
                      "called at 5\u202f% FDR.")  # fmt: skip
    return f"{who}. {dealt}; {cells}.", warned


def _apart(batch: np.ndarray, donor: np.ndarray, then: np.ndarray, now: np.ndarray) -> bool:
    """Whether each batch has one condition alone, and is not but another name of a donor."""
    if set(batch[then].tolist()) & set(batch[now].tolist()):
        return False
    used = then | now
    pairs = set(zip(batch[used].tolist(), donor[used].tolist(), strict=True))
    return not (len(pairs) == len(set(batch[used].tolist())) == len(set(donor[used].tolist())))


def _chosen_types(study: Study, params: ContrastParams) -> np.ndarray:
    out = {name.strip() for name in params.without.split(",") if name.strip()}
    if not study.roles.cell_type or not (params.only or out):
        return np.ones(sum(int(_kept(source).sum()) for source in compared(study)), bool)
    found = labels(study, study.roles.cell_type)
    keep = found == params.only if params.only else np.ones(len(found), bool)
    return keep & ~np.isin(found.astype(str), list(out))


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

"""The cells of the two conditions that are compared, and the sentences when there are none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidParameter, closest
from engine.io.pool import Cells
from engine.params import ContrastParams
from engine.tl.differential.design import Design, design_of


@dataclass(frozen=True)
class Sides:
    """Cells of two levels, cell types left out dropped.

    `cells` are those compared, `is_case` whether each is a case, bool (n_cells,). `all_cells` and
    `all_case` are the same of all cell types, which shares of cell types are taken of.
    """

    cells: Cells
    is_case: np.ndarray
    control: str
    case: str
    without: tuple[str, ...]
    all_cells: Cells
    all_case: np.ndarray

    def design(self, seed: int, *, whole: bool = False) -> Design:
        """Who is exchanged with whom; `whole` of all cell types, else of the cells compared."""
        cells, case = (self.all_cells, self.all_case) if whole else (self.cells, self.is_case)
        return design_of(case, cells.donor, cells.batch, names=(self.control, self.case), seed=seed)


def sides_of(cells: Cells, params: ContrastParams) -> Sides:
    """The cells that `params` ask for.

    Raises
    ------
    InvalidParameter
        When a level or a cell type is not there, or it is not clear which levels are meant.
    """
    control, case = _levels(cells, params)
    both = cells.of(np.isin(cells.level, (control, case)))
    without = tuple(dict.fromkeys(filter(None, (name.strip() for name in params.without.split(",")))))
    for name in (*without, params.only):
        if name:
            _need_type(both, name)
    if params.only in without and params.only:
        raise InvalidParameter(f"'{params.only}' is compared and left out at the same time. Drop it from one of them.")
    if without:
        both = _nonempty(both.of(~np.isin(both.cell_type, without)), "outside the cell types left out", control, case)
    chosen = both
    if params.only:
        chosen = _nonempty(both.of(both.cell_type == params.only), f"of '{params.only}'", control, case)
    return Sides(chosen, chosen.level == case, control, case, without, both, both.level == case)


def _levels(cells: Cells, params: ContrastParams) -> tuple[str, str]:
    names, counts = np.unique(cells.level.astype(str), return_counts=True)
    found = dict(zip(names.tolist(), counts.tolist(), strict=True))
    told = ", ".join(f"{name} ({n:,} cells)" for name, n in sorted(found.items(), key=lambda one: -one[1])[:12])
    if len(found) < 2:
        raise InvalidParameter(f"Two conditions are compared, and '{cells.by}' has one level alone: {told}. "
                               "Name another column.")  # fmt: skip
    for name in filter(None, (params.control, params.case)):
        if name not in found:
            near = closest(name, found)
            hint = f"Closest: {', '.join(near)}. " if near else ""
            raise InvalidParameter(f"'{cells.by}' has no level '{name}'. {hint}Found: {told}.")
    if not params.control:
        raise InvalidParameter(f"Say which level of '{cells.by}' is the control. Found: {told}.")
    others = [name for name in found if name != params.control]
    if not params.case and len(others) > 1:
        raise InvalidParameter(f"'{cells.by}' has more than two levels: {told}. "
                               f"Say which one is compared with '{params.control}': the case.")  # fmt: skip
    case = params.case or others[0]
    if case == params.control:
        raise InvalidParameter(f"Control and case are both '{case}'. Choose two levels. Found: {told}.")
    return params.control, case


def _need_type(cells: Cells, name: str) -> None:
    if cells.cell_type is None:
        raise InvalidParameter(f"'{name}' was asked for, and the cell types of the study are not known. "
                               "Say in the study which column has them, or compare all cells.")  # fmt: skip
    known = np.unique(cells.cell_type.astype(str)).tolist()
    if name not in known:
        near = closest(name, known) or known[:12]
        raise InvalidParameter(f"There is no cell type '{name}' in these conditions. Found: {', '.join(near)}.")


def _nonempty(cells: Cells, which: str, control: str, case: str) -> Cells:
    missing = [level for level in (control, case) if not (cells.level == level).any()]
    if missing:
        raise InvalidParameter(f"No cell {which} is in '{missing[0]}'. Choose other cell types.")
    return cells

"""What is exchanged in a comparison of two conditions: donors, donors' halves, or, at the worst, blocks of cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice
from math import comb

import numpy as np

from engine.errors import InvalidStudy

MIN_CELLS = 20  # of a unit: correlations within fewer cells say next to nothing
MIN_UNITS = 3  # a side: two have one difference between them, which is no estimate of a spread
BLOCKS = 6  # a condition, where cells have to stand for donors: 462 ways to label them
LISTED = 100_000  # up to so many labellings are listed and drawn from; of more, drawn until new
LOW_FDR = 0.05  # a design that cannot reach it is warned of


@dataclass(frozen=True)
class Design:
    """The units of a comparison and which of them are cases.

    `unit` is "donors", "paired donors" or "cells"; `names` of the units, and `case` whether each is one, bool
    (n_units,); `pair` the donor of each unit, int (n_units,), for paired donors, else None; `cell_unit` the unit of
    each cell, int (n_cells,), −1 for a cell left out; `confounded` whether every batch lies in one condition alone;
    `warnings` sentences, loudest first.
    """

    unit: str
    names: tuple[str, ...]
    case: np.ndarray
    pair: np.ndarray | None
    cell_unit: np.ndarray
    confounded: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def n_labellings(self) -> int:
        """Distinct ways to label the units, the observed one included.

        Case and control may be exchanged without a change of any statistic, so that a labelling and its mirror
        image are one where the sides are of equal size.
        """
        if self.pair is not None:
            return 2 ** (len(np.unique(self.pair)) - 1)
        n, k = len(self.case), int(self.case.sum())
        return comb(n, k) // (2 if 2 * k == n else 1)

    @property
    def smallest_fdr(self) -> float:
        """The observed labelling is one of those it is compared with: no FDR lies below its share of them."""
        return 1 / self.n_labellings

    def labellings(self, most: int, seed: int) -> np.ndarray:
        """Labels of the units, bool (n, n_units), the observed first: all there are, or `most` without repeats."""
        every = self._relabelled()
        if self.n_labellings <= most:
            others = list(every)
        elif self.n_labellings <= LISTED:
            listed = list(every)
            places = np.random.default_rng(seed).choice(len(listed), max(most - 1, 0), replace=False)
            others = [listed[place] for place in np.sort(places)]
        else:
            others = self._drawn(most - 1, seed)
        return np.array([self.case, *others], dtype=bool)

    def _relabelled(self) -> Iterator[np.ndarray]:
        """Every labelling but the observed one."""
        if self.pair is not None:
            donors = self._donors()
            swaps = range(1, 2 ** (donors.max()))  # the first donor keeps its labels: the mirror images are left out
            return (self.case ^ ((code << 1 >> donors) & 1).astype(bool) for code in swaps)
        n, k = len(self.case), int(self.case.sum())
        ways = combinations(range(n), k)
        if 2 * k == n:  # those that hold the first unit come first, and are one of each two mirror images
            ways = islice(ways, comb(n, k) // 2)
        labels = (np.isin(np.arange(n), way) for way in ways)
        return (label for label in labels if not self._is_observed(label))

    def _is_observed(self, label: np.ndarray) -> bool:
        mirrored = 2 * int(self.case.sum()) == len(self.case) and (label == ~self.case).all()
        return bool((label == self.case).all() or mirrored)

    def _drawn(self, n: int, seed: int) -> list[np.ndarray]:
        rng, found = np.random.default_rng(seed), {}
        while len(found) < n:
            if self.pair is not None:
                donors = self._donors()
                label = self.case ^ rng.integers(0, 2, donors.max() + 1).astype(bool)[donors]
            else:
                label = rng.permutation(self.case)
            if 2 * int(label.sum()) == len(label) and label[0] != self.case[0]:
                label = ~label
            if not self._is_observed(label):
                found[label.tobytes()] = label
        return list(found.values())

    def _donors(self) -> np.ndarray:
        """Number of each unit's donor, from 0, in the order of the units."""
        _, first, place = np.unique(self.pair, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[place]


def design_of(case: np.ndarray, donors: np.ndarray, batches: np.ndarray | None = None, *,
              names: tuple[str, str] = ("control", "case"), seed: int) -> Design:
    """The best units that the cells allow.

    At least three donors seen in both conditions make pairs, at least three donors a side seen in one make donors;
    where both can be had, the one with more labellings is taken. Else the cells of each condition are split into six
    blocks, within donors where they are known, so that differences of level between donors make no correlation.

    Parameters
    ----------
    case
        Whether each cell is of the case, bool (n_cells,).
    donors, batches
        Donor and batch of each cell, shape (n_cells,); cells of one donor only where donors are not known.
    names
        What control and case are called.
    seed
        Of the split of cells into blocks.

    Raises
    ------
    InvalidStudy
        When one condition has no cells, or too few to be split.
    """
    case, donors = np.asarray(case, dtype=bool), np.asarray(donors).astype(str)
    _needs_both(case, names)
    cells = {side: _counted(donors[case == side]) for side in (False, True)}
    enough = {side: [d for d, n in cells[side].items() if n >= MIN_CELLS] for side in cells}
    both = [d for d in enough[False] if d in enough[True]]
    alone = {side: [d for d in enough[side] if d not in enough[not side]] for side in enough}
    n, k = len(alone[False]) + len(alone[True]), len(alone[True])
    by_donor = comb(n, k) // (2 if 2 * k == n else 1) if min(k, n - k) >= MIN_UNITS else 0
    if len(both) >= MIN_UNITS and 2 ** (len(both) - 1) >= by_donor:
        keys = [(d, side) for d in both for side in (False, True)]
        unit, labels, pair = "paired donors", [f"{d}, {names[s]}" for d, s in keys], np.repeat(np.arange(len(both)), 2)
        cell_unit = _unit_of_each(donors, case, keys)
    elif by_donor > 0:
        keys = [(d, side) for side in (False, True) for d in alone[side]]
        unit, labels, pair = "donors", [d for d, _ in keys], None
        cell_unit = _unit_of_each(donors, case, keys)
    else:
        unit, pair = "cells", None
        labels, keys, cell_unit = _blocks(case, donors, cells, names, seed)
    labelled = np.array([side for _, side in keys])
    design = Design(unit, tuple(labels), labelled, pair, cell_unit)
    confounded = batches is not None and _confounded(design, case, donors, np.asarray(batches).astype(str))
    design = replace(design, confounded=confounded)
    return replace(design, warnings=tuple(_warnings(design, case, donors, names)))


def _needs_both(case: np.ndarray, names: tuple[str, str]) -> None:
    if case.all() or not case.any():
        missing, there = names if case.all() else names[::-1]
        raise InvalidStudy(
            f"A comparison needs cells of both conditions, found {len(case):,} of '{there}' and none of '{missing}'. "
            "Choose another condition, or a cell type that both have."
        )


def _counted(donors: np.ndarray) -> dict[str, int]:
    return dict(zip(*(part.tolist() for part in np.unique(donors, return_counts=True)), strict=True))


def _unit_of_each(donors: np.ndarray, case: np.ndarray, keys: list[tuple[str, bool]]) -> np.ndarray:
    unit = np.full(len(case), -1)
    for number, (donor, side) in enumerate(keys):
        unit[(donors == donor) & (case == side)] = number
    return unit


def _blocks(case: np.ndarray, donors: np.ndarray, cells: dict[bool, dict[str, int]], names, seed: int):
    """Names, (donor, side) and cells of blocks: a donor's cells make some of the six, or one where donors are more."""
    rng, labels, keys, unit = np.random.default_rng(seed), [], [], np.full(len(case), -1)
    for side in (False, True):
        for donor, n_blocks in _shared_out(cells[side], names[side]).items():
            own = rng.permutation(np.flatnonzero((donors == donor) & (case == side)))
            for number, part in enumerate(np.array_split(own, n_blocks), start=1):
                unit[part] = len(keys)
                labels.append(f"{names[side]}, {donor}, block {number}")
                keys.append((donor, side))
    return labels, keys, unit


def _shared_out(cells: dict[str, int], name: str) -> dict[str, int]:
    """Blocks of each donor: always one more for whoever has most cells a block, none below `MIN_CELLS` cells."""
    blocks = {donor: 1 for donor, n in cells.items() if n >= MIN_CELLS}
    while sum(blocks.values()) < BLOCKS:
        room = {donor: cells[donor] / (n + 1) for donor, n in blocks.items() if cells[donor] // (n + 1) >= MIN_CELLS}
        if not room:
            break
        blocks[max(room, key=room.get)] += 1
    if sum(blocks.values()) < MIN_UNITS:
        raise InvalidStudy(
            f"A comparison needs at least {MIN_UNITS * MIN_CELLS} cells a condition, {MIN_CELLS} or more of a donor, "
            f"found {sum(cells.values())} of '{name}' from {len(cells)} donors. "
            "Add cells, or compare all cell types together."
        )
    return blocks


def _warnings(design: Design, case, donors, names) -> Iterator[str]:
    """Sentences, loudest first."""
    n = [int((design.case == side).sum()) for side in (False, True)]
    if design.unit == "cells":
        enough = [sum(n >= MIN_CELLS for n in _counted(donors[case == side]).values()) for side in (False, True)]
        yield (
            f"Cells stand for donors here: at least {MIN_UNITS} donors a side are needed, found "
            f"{enough[0]} of '{names[0]}' and {enough[1]} of '{names[1]}' with {MIN_CELLS} cells or "
            "more. Such a test takes differences between people for differences between conditions: what it finds is "
            "true of these donors, and may be true of no others."
        )
    if design.confounded:
        yield (
            f"Every batch lies wholly in '{names[0]}' or in '{names[1]}': no statistics can tell a difference between "
            "the batches from one between the conditions. Only a design with both conditions in one batch can."
        )
    if design.smallest_fdr > LOW_FDR:
        what = f"{n[1]} pairs" if design.pair is not None else f"{n[0]} and {n[1]} {_noun(design)}"
        yield (
            f"With {what} there are {design.n_labellings} ways to label them, so no FDR below "
            f"{100 * design.smallest_fdr:.3g} % can be had, however large a change is. More donors are the only cure."
        )
    yield from _left_out(design, case, donors, names)


def _noun(design: Design) -> str:
    return "blocks of cells" if design.unit == "cells" else "donors"


def _confounded(design: Design, case: np.ndarray, donors: np.ndarray, batches: np.ndarray) -> bool:
    """Whether each batch has one condition alone; a batch that is but another name of a donor is no matter."""
    used = design.cell_unit >= 0
    by_batch = {batch: (set(case[used & (batches == batch)]), set(donors[used & (batches == batch)]))
                for batch in np.unique(batches[used])}  # fmt: skip
    whole = len(by_batch) >= 2 and all(len(sides) == 1 for sides, _ in by_batch.values())
    a_donor_each = len(by_batch) == len(np.unique(donors[used])) and all(len(who) == 1 for _, who in by_batch.values())
    return whole and not (design.unit == "donors" and a_donor_each)


def _left_out(design: Design, case: np.ndarray, donors: np.ndarray, names) -> Iterator[str]:
    out = design.cell_unit < 0
    for side in (False, True):
        few = [d for d, n in _counted(donors[out & (case == side)]).items() if n < MIN_CELLS]
        if few:
            yield f"Left out of '{names[side]}' for fewer than {MIN_CELLS} cells: {_listed(few)}."
    rest = [d for d, n in _counted(donors[out]).items() if n >= MIN_CELLS]
    if rest and design.unit == "paired donors":
        yield f"Left out, since they are not in both conditions with {MIN_CELLS} cells or more: {_listed(rest)}."
    if rest and design.unit == "donors":
        yield f"Left out, since they are in both conditions and most donors are not: {_listed(rest)}."


def _listed(donors: list[str]) -> str:
    return ", ".join(donors[:8]) + (f" and {len(donors) - 8} more" if len(donors) > 8 else "")

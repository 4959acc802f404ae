"""Units and their labellings: counted by hand, and warned of where they cannot carry the question."""

import numpy as np
import pytest

from engine.errors import GeneweaveError
from engine.tl.differential.design import MIN_CELLS, design_of


def cells(donors: dict[str, tuple[int, int]]):
    """Case and donor of cells, for (control cells, case cells) of each donor."""
    who = np.concatenate([[name] * sum(n) for name, n in donors.items()])
    case = np.concatenate([[False] * n[0] + [True] * n[1] for n in donors.values()])
    return case, who


def of_donors(n_control: int, n_case: int, n: int = 25):
    return cells({f"h{i}": (n, 0) for i in range(n_control)} | {f"s{i}": (0, n) for i in range(n_case)})


@pytest.mark.parametrize(("n_control", "n_case", "ways"), [(3, 3, 10), (4, 3, 35), (6, 6, 462), (4, 4, 35), (5, 3, 56)])
def test_labellings_of_donors_are_as_many_as_there_are(n_control, n_case, ways):
    design = design_of(*of_donors(n_control, n_case), seed=0)
    labels = design.labellings(10_000, seed=1)
    assert design.unit == "donors" and design.n_labellings == len(labels) == ways
    assert (labels[0] == design.case).all() and (labels.sum(axis=1) == n_case).all()
    mirrored = {tuple(row) for row in labels} & {tuple(~row) for row in labels}
    assert len({tuple(row) for row in labels}) == ways and (n_control != n_case or not mirrored)
    assert design.smallest_fdr == 1 / ways


def test_pairs_are_swapped_within_donors_alone():
    design = design_of(*cells({f"d{i}": (30, 20 + i) for i in range(5)}), seed=0)
    labels = design.labellings(100, seed=0)
    assert design.unit == "paired donors" and design.n_labellings == len(labels) == 16
    assert len({tuple(row) for row in labels} | {tuple(~row) for row in labels}) == 32
    for donor in range(5):
        assert (labels[:, design.pair == donor].sum(axis=1) == 1).all()


@pytest.mark.parametrize("donors", [of_donors(8, 8), of_donors(14, 13), cells({f"d{i}": (20, 20) for i in range(19)})])
def test_a_sample_of_labellings_has_no_repeats_and_starts_with_the_observed(donors):
    design = design_of(*donors, seed=0)
    labels = design.labellings(200, seed=3)
    assert len(labels) == 200 < design.n_labellings and (labels[0] == design.case).all()
    assert len({tuple(row) for row in labels}) == 200
    assert (labels == design.labellings(200, seed=3)).all()
    if 2 * design.case.sum() == len(design.case):
        assert not {tuple(row) for row in labels} & {tuple(~row) for row in labels}


def test_donors_of_one_condition_are_left_out_of_pairs_and_named():
    design = design_of(*cells({f"d{i}": (30, 30) for i in range(3)} | {"lone": (40, 0)}), seed=0)
    assert design.unit == "paired donors" and (design.cell_unit == -1).sum() == 40
    assert any("lone" in sentence for sentence in design.warnings)


def test_many_donors_of_one_condition_outweigh_three_pairs():
    case, who = of_donors(6, 6)
    both = cells({f"d{i}": (30, 30) for i in range(3)})
    design = design_of(np.concatenate([case, both[0]]), np.concatenate([who, both[1]]), seed=0)
    assert design.unit == "donors" and design.n_labellings == 462 and (design.cell_unit == -1).sum() == 180
    assert any("d0, d1, d2" in sentence for sentence in design.warnings)


def test_a_donor_with_too_few_cells_is_left_out_and_named():
    case, who = of_donors(4, 4)
    drop = np.flatnonzero(who == "s2")[MIN_CELLS - 1 :]
    design = design_of(np.delete(case, drop), np.delete(who, drop), seed=0)
    assert "s2" not in design.names and len(design.names) == 7
    assert any("'case'" in sentence and sentence.endswith("s2.") for sentence in design.warnings)


def test_a_stray_cell_of_the_other_condition_costs_a_donor_nothing_but_that_cell():
    case, who = of_donors(4, 4)
    case[np.flatnonzero(who == "s2")[0]] = False
    design = design_of(case, who, seed=0)
    assert len(design.names) == 8 and (design.cell_unit == -1).sum() == 1
    assert design.warnings == ("Left out of 'control' for fewer than 20 cells: s2.",)


def test_two_donors_a_side_become_blocks_of_cells_within_donors_with_the_loudest_warning_first():
    case, who = of_donors(2, 2, n=200)
    design = design_of(case, who, batches=case, names=("healthy", "ill"), seed=0)
    assert design.unit == "cells" and design.case.sum() == 6 and len(design.names) == 12
    assert all(len(set(who[design.cell_unit == unit])) == 1 for unit in range(12))
    assert "differences between people" in design.warnings[0] and "batch" in design.warnings[1]
    assert (design_of(case, who, seed=1).cell_unit != design.cell_unit).any()
    assert (design_of(case, who, seed=0).cell_unit == design.cell_unit).all()


def test_few_donors_say_which_fdr_cannot_be_had():
    design = design_of(*of_donors(3, 3), seed=0)
    assert any("10 ways" in sentence and "below 10 %" in sentence for sentence in design.warnings)
    assert design_of(*of_donors(6, 6), seed=0).warnings == ()


def test_a_batch_in_one_condition_alone_is_warned_of_unless_it_is_but_a_donor():
    case, who = of_donors(6, 6)
    assert "batches" in design_of(case, who, batches=np.where(case, "b1", "b2"), seed=0).warnings[0]
    assert design_of(case, who, batches=who, seed=0).warnings == ()
    assert design_of(case, who, batches=np.arange(len(case)) % 2, seed=0).warnings == ()
    assert design_of(case, who, batches=np.zeros(len(case)), seed=0).warnings == ()


def test_one_condition_or_too_few_cells_is_answered_with_a_sentence():
    with pytest.raises(GeneweaveError, match="none of 'ill'"):
        design_of(np.zeros(100, bool), np.zeros(100), names=("healthy", "ill"), seed=0)
    with pytest.raises(GeneweaveError, match="at least 60 cells a condition.* found 59"):
        design_of(np.arange(200) < 59, np.zeros(200), seed=0)

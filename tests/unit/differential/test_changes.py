"""A planted module is found, nothing is found where nothing is, and every part equals a plain loop."""

import numpy as np
import pytest

from engine.tl.differential import changed_partners
from engine.tl.differential.arms import THRESHOLD, arm_values, strips_with_error
from engine.tl.differential.jackknife import both_sides
from engine.tl.differential.modules import find_modules, module_togetherness
from engine.tl.differential.permute import permuted_test, test_values
from engine.tl.differential.sums import unit_sums
from tests.unit.differential.made_up import blood

test_values.__test__ = False  # not a test


def test_a_planted_module_is_found_and_its_genes_gained_partners():
    counts, depth, design = blood(60, module=12, per_donor=80)
    found = changed_partners(counts, depth, design, permutations=1000, seed=0)
    assert found.n_used == design.n_labellings == 462 and found.exact
    for arm in (found.partners, found.neighbourhood):
        assert (arm.fdr[:12] < 0.05).mean() > 0.8 and (arm.fdr[12:] < 0.05).mean() < 0.05
    assert np.median(found.gained[:12]) >= 5 and found.gained[:12].min() >= 2 > np.median(found.gained[12:])
    assert np.median(found.net[:12]) > found.net[12:].max()
    assert found.control.dtype == found.case_se.dtype == np.float32 and (np.diag(found.case) == 1).all()


def test_nothing_changed_gives_small_p_as_often_as_the_level_says():
    low, any_found = [], 0
    for seed in range(20):
        counts, depth, design = blood(40, per_donor=25, seed=seed, shared=0.2)
        found = changed_partners(counts, depth, design, permutations=60, seed=seed)
        low += [np.mean(arm.p <= 0.05) for arm in (found.partners, found.neighbourhood)]
        any_found += (found.partners.fdr < 0.05).any() + (found.neighbourhood.fdr < 0.05).any()
    assert 0.02 <= np.mean(low) <= 0.08 and any_found <= 6


def test_both_arms_equal_a_plain_loop_over_whole_matrices():
    counts, depth, design = blood(45, module=8)
    sums = unit_sums(counts, depth, design.cell_unit, 12)
    labels = design.labellings(11, seed=0)
    partners, neighbourhood = arm_values(sums, labels)
    error = sums.independent_error()
    np.fill_diagonal(error, np.inf)
    weight = (1 + (sums.correlations(np.ones(12, bool)) / error) ** 2) * np.isfinite(error)
    for number, label in enumerate(labels):
        before, after = sums.correlations(~label), sums.correlations(label)
        share = sums.n_cells[label].sum() / sums.n_cells.sum()
        z = (after - before) / error / np.sqrt(1 / share + 1 / (1 - share))
        expected = np.sqrt((weight * z**2).sum(axis=1) / weight.sum(axis=1))
        np.testing.assert_allclose(partners[number], expected, rtol=1e-4)
        least = THRESHOLD * error / np.sqrt(min(share, 1 - share))
        signed = [[np.maximum(sign * rho - least, 0) for sign in (1, -1)] for rho in (before, after)]
        common = sum(np.minimum(a, b).sum(axis=1) for a, b in zip(*signed, strict=True))
        either = sum(np.maximum(a, b).sum(axis=1) for a, b in zip(*signed, strict=True))
        np.testing.assert_allclose(neighbourhood[number], 1 - common / either, rtol=1e-4)


def test_statistics_are_the_same_when_case_and_control_are_exchanged():
    counts, depth, design = blood(30, module=5)
    sums = unit_sums(counts, depth, design.cell_unit, 12)
    labels = design.labellings(4, seed=0)
    for one, other in zip(arm_values(sums, labels), arm_values(sums, ~labels), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


@pytest.mark.parametrize("paired", [False, True])
def test_the_errors_are_the_jackknife_s_by_a_loop_and_no_less_than_counting_makes_them(paired):
    from engine.tl.differential.design import design_of

    counts, depth, design = blood(20, module=5)
    if paired:
        who = np.array([f"p{unit % 6}" for unit in design.cell_unit])
        design = design_of(design.cell_unit >= 6, who, seed=0)
        assert design.unit == "paired donors"
    sums = unit_sums(counts, depth, design.cell_unit, 12)
    sides, error = both_sides(sums, design), np.empty((20, 20))
    for strip, values in strips_with_error(sums):
        strip.write(error, values)
    for side, se in ((~design.case, sides.control_se), (design.case, sides.case_se)):
        parts = []
        for unit in np.flatnonzero(side):
            rest = side.copy()
            rest[unit] = False
            parts.append(sums.correlations(rest).astype(float))
        parts = np.array(parts)
        expected = np.sqrt((len(parts) - 1) / len(parts) * ((parts - parts.mean(axis=0)) ** 2).sum(axis=0))
        counting = error * np.sqrt(sums.n_cells.sum() / sums.n_cells[side].sum())
        expected = np.maximum(expected, counting)
        np.fill_diagonal(expected, 0)
        np.testing.assert_allclose(se, expected, atol=1e-5)
    np.testing.assert_allclose(sides.case, sums.correlations(design.case), atol=1e-6)


def test_the_permutation_p_of_a_tiny_table_is_counted_by_hand():
    values = np.array([[4.0, 1.0], [1.0, 2.0], [2.0, 4.0], [1.0, 1.0]])
    labels = np.eye(4, dtype=bool)
    tested = permuted_test(lambda label: values[np.flatnonzero(label)[0]], labels)
    # in deviations: 2, −1, 0, −1 over √1.5 and −1, 0, 2, −1 over √1.5
    assert tested.p.tolist() == [2 / 8, 1.0] and tested.fdr.tolist() == [0.5, 1.0]
    assert tested.statistic.tolist() == [4.0, 1.0]


def test_a_statistic_that_never_changes_or_is_no_number_has_no_p():
    values = np.array([[1.0, 3.0, np.nan], [1.0, 2.0, 1.0], [1.0, 1.0, 2.0]])
    tested = test_values(values)
    assert np.isnan(tested.p[[0, 2]]).all() and tested.p[1] == pytest.approx(1 / 3)


def test_modules_are_found_and_go_together_in_case_units_alone():
    counts, depth, design = blood(60, module=15, per_donor=80)
    sums = unit_sums(counts, depth, design.cell_unit, 12)
    labels = find_modules(sums.correlations(design.case), seed=0)
    own = labels[:15]
    assert (own == own[0]).all() and (labels[15:] == own[0]).mean() < 0.2
    together = module_togetherness(sums, [np.arange(15), np.arange(15, 60), np.array([3])], design)
    assert together.shape == (3, 12) and together[0, design.case].min() > together[0, ~design.case].max() + 0.1
    assert np.abs(together[1]).max() < 0.1 and np.isnan(together[2]).all()
    rho = sums.correlations(design.case)[:15, :15][np.triu_indices(15, 1)].mean()
    assert together[0, design.case].mean() == pytest.approx(rho, abs=0.03)

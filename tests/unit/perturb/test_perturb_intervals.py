"""Intervals that cover as they promise, and refuse what cannot be promised."""

import numpy as np
import pytest

from engine.errors import InvalidParameter
from engine.perturb.intervals import coverage, held_out, highest_level, missed_curve, sigmas, width

KIND = "unseen single"


def residuals(n, rng, n_genes=400):
    """Errors of perturbations that differ in strength, and of genes that differ in spread."""
    return rng.normal(size=(n, n_genes)) * rng.gamma(4, 0.25, (n, 1)) * SPREAD[:n_genes]


SPREAD = np.random.default_rng(9).gamma(2, 1, 400)


def curve(residual, kind=KIND):
    return missed_curve({kind: ([f"p{i}" for i in range(len(residual))], residual)}, own=kind)


@pytest.mark.parametrize("level", [0.8, 0.9])
def test_new_perturbations_that_are_like_the_held_out_ones_are_covered_as_promised(level):
    rng, inside = np.random.default_rng(0), []
    for _ in range(40):
        known, new = residuals(40, rng), residuals(20, rng)
        q = width(curve(known), KIND, level)
        inside.append((np.abs(new) <= q * sigmas(known)).mean())
    assert level - 0.015 < np.mean(inside) < level + 0.04


def test_coverage_told_by_the_held_out_ones_is_that_of_new_ones():
    rng = np.random.default_rng(1)
    known, new = residuals(60, rng), residuals(400, rng)
    missed = curve(known)
    inside = (np.abs(new) <= width(missed, KIND, 0.9) * sigmas(known)).mean()
    assert coverage(missed, KIND, 0.9) == pytest.approx(inside, abs=0.03)


def test_99_percent_from_30_perturbations_is_refused_with_what_can_be_given():
    missed = curve(residuals(30, np.random.default_rng(0)))
    with pytest.raises(InvalidParameter, match=r"30 held-out .* takes 99, 69 more\. The highest .* is 96\.7 %"):
        width(missed, KIND, 0.99)
    assert highest_level(30) == 0.967 and held_out(missed, KIND) == 30
    assert width(missed, KIND, highest_level(30)) > width(missed, KIND, 0.9)


def test_a_class_without_held_out_perturbations_is_refused():
    with pytest.raises(InvalidParameter, match="No held-out perturbation"):
        width(curve(residuals(10, np.random.default_rng(0))), "pair, both seen", 0.9)


@pytest.mark.parametrize("level", [0.0, 1.0, 90])
def test_a_level_outside_0_and_1_is_refused(level):
    with pytest.raises(InvalidParameter, match="between 0 and 1"):
        width(curve(residuals(10, np.random.default_rng(0))), KIND, level)


def test_a_wider_level_is_never_narrower_and_the_greatest_covers_all_that_was_seen():
    known = residuals(20, np.random.default_rng(3))
    missed = curve(known)
    widths = [width(missed, KIND, level) for level in (0.5, 0.7, 0.8, 0.9, 0.95)]
    assert widths == sorted(widths)
    assert missed.groupby("perturbation", observed=True)["missed"].min().max() == 0


def test_genes_that_do_not_count_or_never_moved_are_no_trouble():
    known = residuals(20, np.random.default_rng(3))
    known[:, 0], known[3, 5] = 0, np.nan
    missed = curve(known)
    assert np.isfinite(width(missed, KIND, 0.9)) and (sigmas(known) > 0).all()


def test_a_perturbation_named_twice_counts_once():
    known = residuals(20, np.random.default_rng(3))
    missed = missed_curve({KIND: ([f"p{i // 2}" for i in range(20)], known)}, own=KIND)
    assert held_out(missed, KIND) == 10


def test_a_gene_that_was_measured_in_no_perturbation_has_no_interval():
    known = residuals(20, np.random.default_rng(3))
    known[:, 0] = np.nan
    assert np.isnan(sigmas(known)[0]) and np.isfinite(sigmas(known)[1:]).all()
    assert np.isfinite(width(curve(known), KIND, 0.9))

"""Two methods on the same perturbations: intervals, p, and what is said of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.trials.paired import BEATS, NOT_BETTER, UNTOLD, WORSE, compare, interval


def made(values: np.ndarray, *, seeds: int = 1) -> pd.Series:
    """Values by perturbation and seed, the same at each seed."""
    index = pd.MultiIndex.from_product([[f"P{i}" for i in range(len(values))], range(seeds)])
    return pd.Series(np.repeat(values, seeds), index)


@pytest.fixture
def hard() -> np.ndarray:
    """How hard each of 40 perturbations is: far more than methods differ."""
    return np.random.default_rng(0).uniform(0.1, 0.9, 40)


def noise(scale: float, n: int = 40) -> np.ndarray:
    return np.random.default_rng(1).normal(0, scale, n)


@pytest.mark.parametrize(("gain", "scale", "stands"), [
    (0.05, 0.05, BEATS), (-0.05, 0.05, WORSE), (0.0, 0.01, NOT_BETTER), (0.02, 0.3, UNTOLD),
    (0.006, 0.001, NOT_BETTER), (-0.006, 0.001, NOT_BETTER),  # certain, and too small to matter
])  # fmt: skip
def test_differences_are_paired_by_perturbation(hard, gain, scale, stands):
    found = compare(made(hard + gain + noise(scale)), made(hard), "pcc_delta")
    assert found.stands == stands and found.n == 40
    assert found.mean == pytest.approx(gain + noise(scale).mean()) and found.low < found.mean < found.high


def test_the_interval_is_that_of_the_mean_in_the_limit_of_many(hard):
    found = compare(made(hard + noise(0.1)), made(hard), "pcc_delta")
    error = noise(0.1).std() / np.sqrt(40)
    assert (found.high - found.low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.1)


def test_where_less_is_better_a_smaller_error_is_a_gain(hard):
    assert compare(made(hard - 0.05), made(hard), "rmse").stands == BEATS
    assert compare(made(hard + 0.05), made(hard), "l2_highest").stands == WORSE


def test_seeds_are_no_new_perturbations(hard):
    one, many = (compare(made(hard + noise(0.1), seeds=n), made(hard, seeds=n), "pcc_delta") for n in (1, 9))
    assert (one.low, one.high, one.n) == pytest.approx((many.low, many.high, many.n))


def test_undefined_values_are_left_out_on_both_sides(hard):
    holes = hard + 0.1
    holes[:10] = np.nan
    assert compare(made(holes), made(hard), "pcc_delta").n == 30
    assert compare(made(np.full(40, np.nan)), made(hard), "pcc_delta") is None


def test_with_few_perturbations_nothing_is_told():
    assert compare(made(np.full(5, 0.9)), made(np.full(5, 0.1)), "pcc_delta").stands == UNTOLD
    mean, low, high, n = interval(made(np.full(5, 0.9)))
    assert (mean, n) == (0.9, 5) and np.isnan([low, high]).all()


def test_labels_at_random_seldom_beat_each_other():
    rng, stands = np.random.default_rng(4), []
    for _ in range(200):
        one, other = rng.normal(0, 0.1, (2, 30))
        stands.append(compare(made(one), made(other), "pcc_delta").stands)
    assert 0 <= stands.count(BEATS) <= 12  # 2.5 % of 200 is 5

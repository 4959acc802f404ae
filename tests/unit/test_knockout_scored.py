"""How far changes go along a direction: against sums by hand, dealing at random, and a wish that means nothing."""

import numpy as np
import pytest
from scipy import stats

from engine.knockout.direction import Direction, bins_of
from engine.knockout.scored import by_chance, scores
from engine.tl.adjust import adjusted

N_GENES = 400


def made_up(seed: int = 0, n: int = 30) -> tuple[np.ndarray, Direction]:
    """Heavy-tailed changes, and a heavy-tailed direction that has nothing to do with them."""
    rng = np.random.default_rng(seed)
    weight = rng.standard_t(4, N_GENES)
    share = weight**2 / (weight**2).sum()
    scale = np.ones(N_GENES)
    return rng.standard_t(4, (n, N_GENES)), Direction(weight, scale, share, bins_of(rng.normal(size=N_GENES)), ())


def test_a_score_is_the_sum_of_products_without_the_target():
    delta, direction = made_up()
    targets = np.r_[3, -1, np.zeros(28, int)]
    found = scores(delta, direction, targets)
    keep = np.arange(N_GENES) != 3
    by_hand = (delta[0] * direction.weight)[keep].sum() / direction.share[keep].sum()
    assert found.score[0] == pytest.approx(by_hand)
    assert found.score[1] == pytest.approx(delta[1] @ direction.weight)
    assert found.cosine[1] == pytest.approx(np.corrcoef(delta[1], direction.weight)[0, 1], abs=0.02)


def test_what_was_not_measured_is_left_out():
    delta, direction = made_up()
    missing = delta.copy()
    missing[0, :100] = np.nan
    found = scores(missing, direction, np.full(30, -1)).score[0]
    assert found == pytest.approx(delta[0, 100:] @ direction.weight[100:] / direction.share[100:].sum())


def test_mean_and_variance_by_chance_are_those_of_many_deals():
    delta, direction = made_up(n=3)
    rng, deals = np.random.default_rng(1), []
    for _ in range(4000):
        weight = direction.weight.copy()
        for one in np.unique(direction.bins):
            inside = np.flatnonzero(direction.bins == one)
            weight[inside] = rng.permutation(weight[inside])
        deals.append(delta @ weight)
    mean, variance = by_chance(delta, direction)
    np.testing.assert_allclose(np.var(deals, axis=0), variance, rtol=0.1)
    assert (np.abs(np.mean(deals, axis=0) - mean) < 4 * np.sqrt(variance / 4000)).all()


def test_a_wish_that_means_nothing_gives_uniform_p():
    found = []
    for seed in range(60):
        delta, direction = made_up(seed, n=5)
        found.append(scores(delta, direction, np.full(5, -1)).p)
    p = np.concatenate(found)
    assert stats.kstest(p, "uniform").pvalue > 0.01 and 0.02 < (p < 0.05).mean() < 0.09


def test_p_stays_uniform_where_genes_that_differ_more_also_change_more():
    p = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        spread = rng.lognormal(0, 1, N_GENES)  # of a gene, in cells and in changes alike
        weight = rng.normal(size=N_GENES)
        direction = Direction(weight, spread, weight**2 / (weight**2).sum(), bins_of(rng.normal(size=N_GENES)), ())
        p.append(scores(spread * rng.normal(size=(1, N_GENES)), direction, np.array([-1])).p[0])
    assert stats.kstest(p, "uniform").pvalue > 0.01 and np.mean(np.array(p) < 0.05) < 0.1


def test_a_change_along_the_wish_has_a_small_p_and_its_opposite_a_large_one():
    delta, direction = made_up()
    delta[0] += 0.5 * direction.weight
    delta[1] -= 0.5 * direction.weight
    p = scores(delta, direction, np.full(30, -1)).p
    assert p[0] < 1e-4 and p[1] > 0.999


def test_the_false_discovery_rate_is_over_what_was_tested():
    p = np.array([0.01, np.nan, 0.02, 0.9])
    np.testing.assert_allclose(adjusted(p), [0.03, np.nan, 0.03, 0.9])
    assert np.isnan(adjusted(np.array([np.nan]))).all()


def test_bins_hold_genes_of_like_expression():
    expression = np.random.default_rng(0).normal(size=500)
    bins = bins_of(expression)
    assert np.bincount(bins).tolist() == [50] * 10
    assert all(expression[bins == k].max() < expression[bins == k + 1].min() for k in range(9))

"""Pairs: left-out predictions against refits, known interactions found, the sum where nothing is to be learned."""

from types import SimpleNamespace

import numpy as np
import pytest

from engine.perturb import pairs
from engine.perturb.fit import LeftOut, fit_core
from engine.perturb.pairs import fit_pairs
from engine.perturb.verdict import pair_verdict
from tests.made_up_screen import made_up_screen


def parts(n, rng, *, scale=1.0, together=0.0, noise=0.1, n_genes=30):
    first, second, z = rng.normal(size=(n, n_genes)), rng.normal(size=(n, n_genes)), rng.normal(size=(n, 2))
    truth = scale * (first + second) + together * z @ rng.normal(size=(2, n_genes))
    return first, second, truth + noise * rng.normal(size=truth.shape), z


def alone(n):
    return [np.array([i]) for i in range(n)]


def test_pairs_that_add_up_are_told_their_sum():
    first, second, truth, z = parts(30, np.random.default_rng(0))
    model, told = fit_pairs(first, second, truth, z, alone(30), n_pairs=30)
    np.testing.assert_allclose(model.predict(first, second, z), first + second, atol=0.1)
    np.testing.assert_allclose(told, first + second, atol=0.1)


def test_a_known_factor_and_a_known_interaction_are_found():
    first, second, truth, z = parts(60, np.random.default_rng(1), scale=0.7, together=0.5)
    model, told = fit_pairs(first, second, truth, z, alone(60), n_pairs=60)
    assert model.beta == pytest.approx([0.7, 0.7], abs=0.05) and model.choice[2] > 0
    summed = np.square(truth - first - second).mean()
    assert np.square(truth - told).mean() < 0.1 * summed


def test_left_out_predictions_of_pairs_are_those_of_fits_without_the_group():
    rng = np.random.default_rng(2)
    first, second, truth, z = parts(20, rng, scale=0.6, together=0.5)
    groups = [np.array([i, (i + 1) % 20]) for i in range(20)]
    model, told = fit_pairs(first, second, truth, z, groups, n_pairs=20)
    kappa, constant, together = model.choice
    for i in (0, 7):
        rest = np.setdiff1d(np.arange(20), groups[i])
        sides = [each[rest] for each in (truth, first, second)]
        grams = np.stack([[a @ b.T for b in sides] for a in sides])
        again = pairs._fit(sides, grams, z[rest], (kappa, constant, together), 18)
        np.testing.assert_allclose(told[i], again.predict(first[[i]], second[[i]], z[[i]])[0], atol=1e-4)


def test_few_pairs_teach_nothing():
    first, second, truth, z = parts(5, np.random.default_rng(0), scale=0.2)
    model, told = fit_pairs(first, second, truth, z, alone(5), n_pairs=5)
    np.testing.assert_allclose(model.predict(first, second, z), first + second, atol=1e-5)


@pytest.mark.parametrize("seed", range(2))
def test_pairs_left_out_of_a_screen_are_told_better_than_by_the_sum(seed):
    screen, knowledge, _ = made_up_screen(30, 60, 80, seed=seed)
    for kind, left_out in fit_core(screen, knowledge, []).left_out.items():
        if left_out.sums is not None:
            told, summed = (np.square(left_out.truth - x)[left_out.counts].mean()
                            for x in (left_out.told, left_out.sums))  # fmt: skip
            assert told < summed, kind


def test_an_unseen_gene_of_a_pair_was_left_out_with_all_that_holds_it():
    screen, knowledge, _ = made_up_screen(12, 30, 60, seed=0)
    name = screen.names[-1]
    first, second = name.split("+")
    changed = screen.of(screen.names)
    rows = [i for i, each in enumerate(screen.names) if second in each.split("+") and each != name]
    changed.delta[rows] *= 1.01
    before, after = (fit_core(each, knowledge, [], by="ridge").left_out["pair, one seen"]
                     for each in (screen, changed))  # fmt: skip
    row = [i for i, each in enumerate(before.names) if each == name][0]  # the first has `second` unseen
    keep = before.counts[row] & (screen.genes != first)
    assert np.abs(before.told[row] - after.told[row])[keep].max() < 0.02 * np.abs(before.told[row]).max()


def test_a_pair_that_was_left_out_in_two_ways_is_no_two_pairs():
    rng = np.random.default_rng(4)
    truth, told, sums = rng.normal(size=(3, 20, 15))

    def said(times):
        names = [f"A{i}+B{i}" for i in range(20)] * times
        each = [np.tile(x, (times, 1)) for x in (told, truth, np.ones((20, 15), bool), sums)]
        return pair_verdict(SimpleNamespace(left_out={"pair, one seen": LeftOut(names, *each)}))

    assert said(2) == said(1) and "Of 20 pairs (one seen)" in said(1)[0]

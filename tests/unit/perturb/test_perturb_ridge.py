"""Left-out predictions against refits, the ridge against scikit-learn, and weights where nothing is known."""

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge

from engine.perturb.changes import Changes
from engine.perturb.fit import fit_core
from engine.perturb.left_out import mean_weights, operator, projector
from engine.perturb.ridge import errors, fit_amounts, fit_ridge
from engine.perturb.singles import fit_singles
from tests.made_up_screen import made_up_screen


def kernel_of(n, rng):
    x = rng.normal(size=(n, 5))
    return x @ x.T


def told_by_hand(kernel, noise, y, rows, asked):
    """Prediction of `asked` from `rows` by generalised least squares, written out."""
    m = np.linalg.inv(kernel[np.ix_(rows, rows)] + np.diag(noise[rows]))
    ones = np.ones(len(rows))
    mean = (ones @ m @ y[rows]) / (ones @ m @ ones)
    return mean + kernel[np.ix_(asked, rows)] @ m @ (y[rows] - mean)


def test_left_out_residuals_are_those_of_refits_with_the_mean_estimated_anew():
    rng = np.random.default_rng(0)
    kernel, noise, y = kernel_of(12, rng), rng.uniform(0.5, 2, 12), rng.normal(size=(12, 3))
    t = operator(projector(kernel, noise))
    for i in range(12):
        rest = np.delete(np.arange(12), i)
        np.testing.assert_allclose((t @ y)[i], y[i] - told_by_hand(kernel, noise, y, rest, [i])[0], atol=1e-9)
    group = np.array([3, 5, 7])
    t = operator(projector(kernel, noise), [np.roll(group, -k) for k in range(3)])
    rest = np.delete(np.arange(12), group)
    np.testing.assert_allclose(t @ y, y[group] - told_by_hand(kernel, noise, y, rest, group), atol=1e-9)


def test_with_equal_noise_they_are_the_residuals_over_one_less_the_diagonal_of_the_hat_matrix():
    rng = np.random.default_rng(1)
    kernel, y = kernel_of(10, rng), rng.normal(size=(10, 2))
    p, noise = projector(kernel, np.ones(10)), np.ones(10)
    hat = np.outer(np.ones(10), mean_weights(kernel, noise)) + kernel @ p
    np.testing.assert_allclose(operator(p) @ y, (y - hat @ y) / (1 - np.diag(hat))[:, None], atol=1e-9)


def test_without_a_kernel_it_is_the_mean_of_the_others():
    y = np.random.default_rng(0).normal(size=(8, 4))
    t = operator(projector(np.zeros((8, 8)), np.ones(8)))
    np.testing.assert_allclose(t @ y, y - (y.sum(axis=0) - y) / 7, atol=1e-12)
    np.testing.assert_allclose(errors(np.zeros((8, 8)), np.ones(8), y @ y.T), np.square(t @ y).sum(axis=1))


def test_the_ridge_predicts_what_that_of_scikit_learn_does_on_changes_less_the_same_mean():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(20, 4)), rng.normal(size=(20, 6))
    ridge = fit_amounts(y[:15], [x[:15] @ x[:15].T], np.array([2.0]), np.ones(15))
    other = KernelRidge(alpha=0.5).fit(x[:15], y[:15] - ridge.mean)
    np.testing.assert_allclose(ridge.predict(2.0 * x[15:] @ x[:15].T), ridge.mean + other.predict(x[15:]), atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_kernels_that_know_nothing_get_no_weight_and_the_mean_is_told(seed):
    screen, knowledge, _ = made_up_screen(60, 0, 80, seed=seed, known=False)
    singles = fit_singles(screen, knowledge)
    assert singles.errors["ridge"].mean() <= singles.errors["mean"].mean()
    fell = 1 - singles.errors["ridge"].mean() / singles.errors["mean"].mean()
    assert singles.best == "mean" or fell < 0.03


def test_the_ridge_weighs_what_knows_and_errs_less_than_the_mean():
    screen, knowledge, _ = made_up_screen(60, 0, 80, seed=0)
    singles = fit_singles(screen, knowledge)
    by = dict(zip([kernel.name for kernel in knowledge.kernels], singles.ridge.amounts, strict=True))
    assert singles.best == "ridge" and by["network"] > 0 and by["noise"] == 0
    assert singles.errors["ridge"].mean() < 0.7 * singles.errors["mean"].mean()


def test_what_is_told_of_a_training_perturbation_does_not_hang_on_what_was_measured_of_it():
    screen, knowledge, _ = made_up_screen(20, 12, 60, seed=0)
    name, pair = screen.names[3], screen.names[-1]
    other = screen.of(screen.names)
    shifted = other.delta.copy()
    shifted[[3, -1]] += 0.01 * np.random.default_rng(0).normal(size=(2, 60))
    other.adata.X = shifted
    first, second = (fit_core(each, knowledge, [], by="ridge").core for each in (screen, other))
    asked = [gene for gene in screen.genes if gene not in {name, *pair.split("+")}]
    at = screen.adata.var_names.get_indexer(asked)
    np.testing.assert_allclose(first.predict(name)[at], second.predict(name)[at], atol=2e-4)


def test_missing_values_and_targets_take_no_part_in_what_is_learned():
    screen, knowledge, _ = made_up_screen(20, 0, 60, seed=0)
    target = screen.adata.var_names.get_loc(screen.names[0])
    told = fit_core(screen, knowledge, screen.names).core.predict(screen.names[1])
    screen.delta[0, target] = 100.0
    np.testing.assert_allclose(fit_core(screen, knowledge, screen.names).core.predict(screen.names[1]), told, atol=1e-6)


def test_many_perturbations_choose_their_weights_by_some_of_them(monkeypatch):
    monkeypatch.setattr("engine.perturb.ridge.MOST_ROWS", 30)
    rng = np.random.default_rng(0)
    kernel = kernel_of(50, rng)
    y = (np.linalg.cholesky(kernel + 1e-6 * np.eye(50)) @ rng.normal(size=(50, 40))).astype(np.float32)
    ridge = fit_ridge(Changes([str(i) for i in range(50)], y, np.ones_like(y, bool), np.zeros(50)), [kernel])
    assert ridge.amounts[0] > 0 and ridge.p.shape == (50, 50)


def test_what_the_mean_tells_of_a_perturbation_knows_nothing_of_it_where_others_lack_the_gene():
    screen, knowledge, _ = made_up_screen(12, 0, 40, seed=0)
    gene = next(i for i, name in enumerate(screen.genes) if name not in screen.names)
    screen.delta[3:, gene] = np.nan
    told = fit_singles(screen, knowledge).left_out["mean"][:3, gene]
    values = screen.delta[:3, gene]
    np.testing.assert_allclose(told, (values.sum() - values) / 2, rtol=1e-5)

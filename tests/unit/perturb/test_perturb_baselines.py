"""Baselines against the golden tables of the Norman subset, and the low-rank model against its closed form."""

import json

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from engine.perturb.linear import fit_linear, left_out_linear, places
from engine.perturb.methods import METHODS
from engine.perturb.shrink import shrunk
from engine.types import META, GeneKnowledge, Screen
from tests.made_up_screen import made_up_screen
from tests.shared_data import shared


@pytest.fixture(scope="module")
def norman():
    deltas = pd.read_csv(shared("golden/perturbation/norman_doubles_deltas.tsv.gz"), sep="\t", index_col="gene",
                         keep_default_na=False).T.astype(float)  # fmt: skip
    split = pd.read_csv(shared("golden/perturbation/norman_doubles_split.tsv"), sep="\t", index_col="condition")
    adata = AnnData(deltas.to_numpy(np.float32))
    adata.obs_names, adata.var_names = deltas.index, deltas.columns
    adata.var["control"] = np.nan
    adata.uns[META] = json.dumps({"kind": "activation"})
    return Screen(adata), split, deltas


@pytest.mark.parametrize("method", ["additive", "matching-mean", "train-mean", "no-change"])
def test_errors_of_the_baselines_are_those_of_the_golden_table(norman, method):
    screen, split, deltas = norman
    test = split.index[split["split"] == "test"].tolist()
    told = METHODS[method].predict(screen.of(split.index[split["split"] == "train"].tolist()), test, GeneKnowledge(), 0)
    golden = pd.read_csv(shared("golden/perturbation/norman_doubles_metrics_mean.tsv"), sep="\t")
    golden = golden[golden["subset"] == "all_test"].set_index("method").loc[method.replace("-", "_")]
    off = told - deltas.loc[test].to_numpy()
    assert np.sqrt(np.square(off).mean(axis=1)).mean() == pytest.approx(golden["rmse"], rel=1e-6)
    assert np.abs(off).mean() == pytest.approx(golden["mae"], rel=1e-6)


def test_additive_takes_the_mean_of_the_singles_for_one_that_was_not_seen():
    screen, knowledge, _ = made_up_screen(5, 0, 30, seed=0)
    seen = screen.names[0]
    told = METHODS["additive"].predict(screen, [f"{seen}+ZZZ", "ZZZ", seen], knowledge, 0)
    mean = screen.delta.mean(axis=0)
    np.testing.assert_allclose(told[0], screen.delta[0] + mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(told[1], mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(told[2], screen.delta[1:].mean(axis=0), rtol=1e-5, atol=1e-6)


def test_the_low_rank_model_is_the_published_closed_form_and_its_left_out_predictions_are_refits():
    rng = np.random.default_rng(0)
    delta, targets = rng.normal(size=(14, 40)), np.zeros((14, 40))
    targets[np.arange(12), np.arange(12)] = 1  # the last two targets were not measured
    base = rng.normal(size=40)
    fit = fit_linear(delta, delta + base, targets)
    z = (delta + base).T - (delta + base).T.mean(axis=0)  # (genes, perturbations)
    u, s, _ = np.linalg.svd(z, full_matrices=False)
    g = u[:, :10] * s[:10]
    p = targets @ g
    y = (delta - delta.mean(axis=0)).T
    w = np.linalg.inv(g.T @ g + 0.1 * np.eye(10)) @ g.T @ y @ p @ np.linalg.inv(p.T @ p + 0.1 * np.eye(10))
    np.testing.assert_allclose(fit.predict(targets @ fit.vectors), (g @ w @ p.T).T + delta.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(fit.predict(np.zeros((1, 10)))[0], delta.mean(axis=0), atol=1e-6)
    left_out = left_out_linear(delta, delta + base, targets)
    for i in (0, 13):
        rest = np.delete(np.arange(14), i)
        again = fit_linear(delta[rest], (delta + base)[rest], targets[rest])
        np.testing.assert_allclose(left_out[i], again.predict(targets[[i]] @ again.vectors)[0], atol=1e-5)


def test_a_pair_has_the_sum_of_the_vectors_of_its_genes():
    vectors = np.arange(6.0).reshape(3, 2)
    found = places(["A+C", "B+X", "X"], np.array(["A", "B", "C"]), vectors)
    np.testing.assert_array_equal(found, [[4, 6], [2, 3], [0, 0]])


def test_shrinkage_finds_the_variance_of_true_changes_and_lessens_the_error():
    rng = np.random.default_rng(0)
    truth = 0.5 + rng.normal(size=(200, 50))
    se = rng.uniform(0.2, 3, (200, 50))
    seen = truth + rng.normal(size=truth.shape) * se
    drawn = shrunk(seen, se)
    best = 0.5 + (seen - 0.5) / (1 + se**2)  # with the true mean and variance
    assert np.square(drawn - truth).mean() < 1.1 * np.square(best - truth).mean() < 0.3 * np.square(seen - truth).mean()
    np.testing.assert_allclose(shrunk(seen, np.full_like(se, np.nan)), seen, atol=1e-5)

"""Measures of predicted perturbations: against published tools, by hand, and undefined where they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, norm, pearsonr

from engine.errors import InvalidParameter
from engine.metrics.perturbation import BY_NAME, MEASURES, HeldOut, coverage, score
from engine.metrics.perturbation.agreement import pearson, root_squared_error, same_direction, squared_error
from engine.metrics.perturbation.among import centroid_accuracy, chance_of_discrimination, discrimination
from engine.metrics.perturbation.changed import overlap, significant, size, strongest
from tests.shared_data import shared

GOLDEN = "golden/perturbation"


@pytest.fixture(scope="module")
def norman():
    """Changes of Norman's subset, its split, and predictions by four simple rules: method → (n_test, n_genes)."""
    delta = pd.read_csv(shared(f"{GOLDEN}/norman_doubles_deltas.tsv.gz"), sep="\t", index_col=0).T
    split = pd.read_csv(shared(f"{GOLDEN}/norman_doubles_split.tsv"), sep="\t", index_col=0)["split"]
    test = split.index[split == "test"].tolist()
    centre = delta.loc[split.index[split == "train"]].to_numpy().mean(axis=0)
    pairs = [delta.loc[name.split("+")].to_numpy() for name in test]
    predicted = {
        "no_change": np.zeros((5, 500)), "train_mean": np.tile(centre, (5, 1)),
        "additive": np.stack([pair.sum(axis=0) for pair in pairs]),
        "matching_mean": np.stack([pair.mean(axis=0) for pair in pairs]),
    }  # fmt: skip
    return delta.loc[test], centre, predicted


@pytest.mark.parametrize("method", ["no_change", "train_mean", "additive", "matching_mean"])
def test_norman_doubles_are_scored_as_the_reference_tools_score_them(norman, method):
    measured, centre, predictions = norman
    told = pd.read_csv(shared(f"{GOLDEN}/norman_doubles_metrics_per_condition.tsv"), sep="\t")
    told = told[told["method"] == method].set_index("condition").loc[measured.index]
    true, predicted = measured.to_numpy(), predictions[method]
    all_genes = np.ones(true.shape, dtype=bool)
    # their top 20 is by |change|, so every se is 1
    top = strongest(size(true, np.ones_like(true)), 20, all_genes)
    found = {
        "pcc_delta": pearson(predicted, true, all_genes), "pcc_systema": pearson(predicted, true, all_genes,
                                                                                 centre=centre),
        "rmse": root_squared_error(predicted, true, all_genes), "mse_top20_abs_delta": squared_error(predicted, true,
                                                                                                     top),
        "pds_l1": discrimination(predicted, true, all_genes[0]),  # no target of the five is measured
        "centroid_accuracy": centroid_accuracy(predicted, true, all_genes[0]),
        "dac_top20_abs_delta": same_direction(predicted, true, top),
    }  # fmt: skip
    for name, values in found.items():
        np.testing.assert_allclose(values, told[name], atol=1e-7, err_msg=name)


def test_the_whole_table_of_measures_agrees_with_the_golden_means(norman):
    measured, centre, predictions = norman
    told = pd.read_csv(shared(f"{GOLDEN}/norman_doubles_metrics_mean.tsv"), sep="\t")
    told = told[told["subset"] == "all_test"].set_index("method")
    truth = HeldOut(measured.index.tolist(), measured.columns.to_numpy(), measured.to_numpy(),
                    np.full(measured.shape, 0.05), np.ones(500), centre)  # fmt: skip
    for method, predicted in predictions.items():
        found = score(predicted, truth).mean()
        for ours, theirs in (("pcc_delta", "pcc_delta"), ("pcc_systema", "pcc_systema"), ("rmse", "rmse"),
                             ("pds", "pds_l1"), ("centroid_accuracy", "centroid_accuracy")):  # fmt: skip
            np.testing.assert_allclose(found[ours], told.loc[method, theirs], atol=1e-7, err_msg=f"{method} {ours}")


@pytest.fixture
def made():
    """Three perturbations of 40 genes, one target measured each, with a prediction."""
    rng = np.random.default_rng(0)
    delta = rng.normal(0, 1, (3, 40))
    names, genes = ["G1", "G2", "G3+G4"], np.array([f"G{i}" for i in range(40)])
    truth = HeldOut(names, genes, delta, np.full((3, 40), 0.5), rng.uniform(0, 3, 40), rng.normal(0, 0.3, 40))
    return truth, delta + rng.normal(0, 0.7, (3, 40))


def test_every_measure_but_those_of_intervals_has_a_column_and_words(made):
    truth, predicted = made
    table = score(predicted, truth)
    assert [*table.columns, *(m.name for m in MEASURES if m.name.startswith("coverage"))] and set(table.columns) == {
        m.name for m in MEASURES if not m.name.startswith("coverage")}  # fmt: skip
    assert all(m.explanation.endswith(".") and m.chance_words and m.label for m in MEASURES)
    assert len(BY_NAME) == len(MEASURES)


def test_the_target_is_left_out_or_kept_as_the_name_says(made):
    truth, predicted = made
    table = score(predicted, truth)
    keep = truth.genes != "G1"
    by_hand = pearsonr(predicted[0, keep], truth.delta[0, keep]).statistic
    assert table.loc["G1", "pcc_delta"] == pytest.approx(by_hand)
    assert table.loc["G1", "pcc_delta_with_target"] == pytest.approx(pearsonr(predicted[0], truth.delta[0]).statistic)
    pair = ~np.isin(truth.genes, ["G3", "G4"])
    assert table.loc["G3+G4", "rmse"] == pytest.approx(
        np.sqrt(np.mean((predicted[2, pair] - truth.delta[2, pair]) ** 2)))  # fmt: skip


def test_the_strongest_are_by_t_and_not_by_change():
    change, se = np.array([[3.0, 2.0, 1.0]]), np.array([[3.0, 1.0, 0.1]])
    kept = np.ones((1, 3), dtype=bool)
    assert strongest(size(change, se), 1, kept).tolist() == [[False, False, True]]
    assert strongest(size(change, se), 9, kept & [True, False, True]).tolist() == [[True, False, True]]


def test_systema_of_the_train_mean_is_undefined_in_single_precision_too(made):
    truth, _ = made
    mean = np.tile(truth.centre, (3, 1)).astype(np.float32)
    table = score(mean, truth)
    assert table["pcc_systema"].isna().all() and table["pcc_delta"].notna().all()


def test_no_change_has_no_correlation_and_finds_nothing(made):
    truth, _ = made
    table = score(np.zeros((3, 40)), truth)
    assert table["pcc_delta"].isna().all() and (table["des"] == 0).all() and (table["dac_de20"] == 0).all()
    assert table["pds"].mean() == pytest.approx(chance_of_discrimination(3)) == pytest.approx(2 / 3)


def test_a_prediction_without_knowledge_does_not_look_nearer_to_itself():
    rng = np.random.default_rng(1)
    n, genes = 12, np.array([f"G{i}" for i in range(60)])
    delta = rng.normal(0, 0.1, (n, 60))
    delta[np.arange(n), np.arange(n)] = -5.0  # each perturbation lowers its own target
    truth = HeldOut(genes[:n].tolist(), genes, delta, np.full(delta.shape, 0.1), np.ones(60), np.zeros(60))
    table = score(np.tile(delta.mean(axis=0), (n, 1)), truth)
    assert table["pds"].mean() == pytest.approx((n + 1) / (2 * n))
    assert table["centroid_accuracy"].mean() == pytest.approx(0.5)


def test_a_perfect_prediction_reaches_the_best_of_every_measure(made):
    truth, _ = made
    table = score(truth.delta, truth)
    for measure in table.columns:
        np.testing.assert_allclose(table[measure], BY_NAME[measure].best, atol=1e-12, err_msg=measure)


def test_changed_genes_are_those_of_benjamini_and_hochberg():
    rng = np.random.default_rng(2)
    t = np.abs(rng.normal(0, 2, (2, 30)))
    kept = np.ones(t.shape, dtype=bool)
    expected = [false_discovery_control(2 * norm.sf(row)) < 0.05 for row in t]
    assert significant(t, kept).tolist() == np.array(expected).tolist()


def test_naming_every_gene_gains_nothing_in_changed_genes():
    rng = np.random.default_rng(3)
    se, measured = np.ones((1, 200)), rng.normal(0, 0.3, (1, 200))
    measured[0, :10] = 20.0
    kept = np.ones((1, 200), dtype=bool)
    everything = rng.permuted(np.linspace(10, 30, 200))[None]
    assert overlap(measured, measured, se, kept) == [1.0] and overlap(everything, measured, se, kept)[0] < 0.5
    assert np.isnan(overlap(measured, np.zeros((1, 200)), se, kept))[0]


def test_what_was_not_measured_counts_for_nothing(made):
    truth, predicted = made
    delta = truth.delta.copy()
    delta[:, 5:9] = np.nan
    holes = HeldOut(truth.names, truth.genes, delta, truth.se, truth.control, truth.centre)
    table, kept = score(predicted, holes), np.isfinite(delta[1]) & (truth.genes != "G2")
    assert table.loc["G2", "pcc_delta"] == pytest.approx(pearsonr(predicted[1, kept], delta[1, kept]).statistic)
    assert table.notna().all(axis=None)


def test_a_table_without_control_means_has_no_distance_over_the_highest_genes(made):
    truth, predicted = made
    blind = HeldOut(truth.names, truth.genes, truth.delta, truth.se, np.full(40, np.nan), truth.centre)
    assert score(predicted, blind)["l2_highest"].isna().all()
    alone = HeldOut(["G1"], truth.genes, truth.delta[:1], truth.se[:1], truth.control, truth.centre)
    assert score(predicted[:1], alone)[["pds", "centroid_accuracy"]].isna().all(axis=None)


def test_coverage_is_the_share_of_genes_inside_targets_left_out(made):
    truth, _ = made
    low, high = truth.delta - 1.0, truth.delta + 1.0
    low[0, :11] = high[0, :11] = 99.0  # ten genes and the target G1 lie outside
    assert coverage(low, high, truth) == pytest.approx([1 - 10 / 39, 1, 1])
    assert np.isnan(coverage(np.full((3, 40), np.nan), high, truth)).all()


def test_shapes_that_do_not_meet_are_refused(made):
    truth, predicted = made
    with pytest.raises(InvalidParameter, match=r"of shape \(3, 40\), found \(2, 40\)"):
        score(predicted[:2], truth)
    with pytest.raises(InvalidParameter, match="found"):
        HeldOut(truth.names[:2], truth.genes, truth.delta, truth.se, truth.control, truth.centre)

"""Tests of gene vectors where the answer is known, and against scikit-learn's own scores."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.metrics import gene_sets, gene_tasks
from engine.metrics.gene_classes import tell_classes
from engine.metrics.gene_pairs import by_frequency, by_source, tell_pairs
from engine.metrics.gene_sets import draw, recover_sets
from engine.metrics.gene_tasks import chance_auprc, stratified
from engine.metrics.gene_vectors import one_vector_a_gene

NAMES = np.array([f"G{k:03d}" for k in range(240)])


@pytest.fixture(autouse=True)
def small_forests(monkeypatch):
    monkeypatch.setattr(gene_tasks, "N_TREES", 20)


def _vectors(*, seed=0, n_columns=8):
    return np.random.default_rng(seed).standard_normal((len(NAMES), n_columns)).astype(np.float32)


def _classes(features, labels):
    found = tell_classes(NAMES, features, NAMES[labels], NAMES[~labels], seed=0)
    return {(one.model, one.measure): one for one in found}


# one vector a gene


def test_a_gene_has_its_vectors_side_by_side_at_length_1_and_0_where_it_is_not():
    vectors = np.array([[3, 4], [0, 2], [5, 0]])
    names, features = one_vector_a_gene(vectors, np.array(["x", "x", "y"]), np.array(["b", "a", "b"]))
    assert names.tolist() == ["a", "b"]
    assert features == pytest.approx(np.array([[0, 1, 0, 0], [0.6, 0.8, 1, 0]]))


# classes


def test_classes_that_are_a_linear_function_of_the_vectors_are_told_apart():
    features = _vectors()
    found = _classes(features, features[:, 0] + features[:, 1] > 0)
    assert found["logistic", "auroc"].value > 0.98 and found["logistic", "auprc"].value > 0.98
    assert found["forest", "auroc"].value > 0.9
    one = found["logistic", "auroc"]
    assert (one.n, one.chance, one.skipped) == (240, 0.5, "") and one.positives == (features[:, :2].sum(1) > 0).sum()


def test_random_classes_are_not_told_apart():
    """Over ten draws of 120 and 120, the mean AUROC has a standard error of 0.012: within five of it."""
    found = [_classes(_vectors(), np.random.default_rng(seed).permutation(240) < 120) for seed in range(10)]
    for model in ("logistic", "forest"):
        assert np.mean([one[model, "auroc"].value for one in found]) == pytest.approx(0.5, abs=0.06)
        chance = found[0][model, "auprc"].chance
        assert np.mean([one[model, "auprc"].value for one in found]) == pytest.approx(chance, abs=0.06)


@pytest.mark.parametrize(("measure", "scoring"), [("auroc", "roc_auc"), ("auprc", "average_precision")])
def test_the_values_are_those_of_scikit_learn_with_columns_standardised_in_the_fold(measure, scoring):
    features = _vectors() * [1, 10, 100, 1, 1, 1, 1, 1]
    labels = features[:, 0] + _vectors(seed=1)[:, 0] > 0
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1, max_iter=1000))
    truth = cross_val_score(model, features, labels, cv=folds, scoring=scoring)
    one = _classes(features, labels)["logistic", measure]
    assert (one.value, one.sd) == pytest.approx((truth.mean(), truth.std()), abs=1e-9)


def test_same_seed_same_values():
    labels = np.random.default_rng(0).permutation(240) < 60
    assert _classes(_vectors(), labels) == _classes(_vectors(), labels)


def test_fewer_than_ten_of_a_class_are_not_tested_and_the_reason_is_told():
    (one,) = tell_classes(NAMES, _vectors(), NAMES[:9], NAMES[9:60], seed=0)
    assert (one.value, one.n, one.positives) == (None, 60, 9)
    assert one.skipped == ("At least 10 positive and 10 negative genes are needed among the genes of the study, "
                           "found 9 and 51.")  # fmt: skip
    (none,) = tell_classes(NAMES, _vectors(), ["X"], ["Y"], seed=0)
    assert none.n == 0 and "found 0 and 0" in none.skipped


def test_a_gene_of_both_classes_counts_for_neither():
    found = tell_classes(NAMES, _vectors(), NAMES[:40], NAMES[30:90], seed=0)
    assert {(one.n, one.positives) for one in found} == {(80, 30)}


def test_the_chance_of_average_precision_is_the_mean_of_random_orders():
    random, labels = np.random.default_rng(0), np.arange(300) < 30
    folds = stratified(labels, seed=0)
    drawn = [average_precision_score(labels[test], random.random(len(test))) for _, test in folds for _ in range(300)]
    assert chance_auprc(labels, folds) == pytest.approx(np.mean(drawn), abs=0.005)
    assert chance_auprc(labels, folds) > 0.1 + 0.04  # well above the share of positives


# pairs


def _pairs(n=1500, *, seed=0):
    random = np.random.default_rng(seed)
    return NAMES[random.integers(0, 60, n)], NAMES[random.integers(60, 240, n)]


def _tell(features, source, target, labels):
    return {(one.model, one.measure): one for one in tell_pairs(NAMES, features, source, target, labels, seed=0)}


def test_pairs_of_like_vectors_are_told_apart_and_frequency_is_not_enough():
    features, (source, target) = _vectors(), _pairs()
    one, two = features[np.searchsorted(NAMES, source)], features[np.searchsorted(NAMES, target)]
    found = _tell(features, source, target, (one * two).sum(axis=1) > 2)
    assert found["logistic", "auroc"].value > 0.95 and found["forest", "auroc"].value > 0.8
    assert found["", "auroc"].value < 0.65


def test_pairs_that_only_their_targets_decide_are_told_by_frequency_too():
    source, target = _pairs()
    hubs = np.random.default_rng(1).random(240) < 0.2
    found = _tell(_vectors(n_columns=200), source, target, hubs[np.searchsorted(NAMES, target)])
    assert found["", "auroc"].value > 0.99
    assert found["logistic", "auroc"].value > 0.7  # random vectors tell which targets they are


def test_random_pairs_are_not_told_apart():
    """Over six draws the mean AUROC has a standard error of about 0.01: within five of it."""
    found = [_tell(_vectors(), *_pairs(seed=seed), np.random.default_rng(100 + seed).random(1500) < 0.3)
             for seed in range(6)]  # fmt: skip
    for model in ("logistic", "forest", ""):
        assert np.mean([one[model, "auroc"].value for one in found]) == pytest.approx(0.5, abs=0.05)
        above = [one[model, "auprc"].value - one[model, "auprc"].chance for one in found]
        assert np.mean(above) == pytest.approx(0, abs=0.05)


def test_no_source_is_in_training_and_in_test():
    source, _ = _pairs()
    labels = np.random.default_rng(0).random(1500) < 0.1
    folds = by_source(source, labels, seed=0)
    assert len(folds) == 5 and sorted(np.concatenate([test for _, test in folds])) == list(range(1500))
    assert not any(set(source[train]) & set(source[test]) for train, test in folds)


def test_the_frequency_of_genes_by_hand():
    source, target = np.array(["A", "A", "B", "C"]), np.array(["X", "Y", "X", "X"])
    score = by_frequency(source, target, np.array([True, False, True, False]))
    base = 2 / 3
    assert score(np.arange(3), np.array([3])) == pytest.approx(base * (2 + base) / 3)


def test_pairs_outside_the_study_are_left_out_and_too_few_regulators_are_told():
    source, target = np.array(["G001", "NONE", "G002"] * 20), np.array(["G100", "G101", "NONE"] * 20)
    (one,) = tell_pairs(NAMES, _vectors(), source, target, np.arange(60) % 2 == 0, seed=0)
    assert (one.n, one.positives) == (20, 10) and "At least 5 regulators" in one.skipped and "found 1" in one.skipped
    (few,) = tell_pairs(NAMES, _vectors(), source, target, np.arange(60) < 3, seed=0)
    assert "found 1 and 19" in few.skipped


# sets


def test_sets_that_are_a_linear_function_of_the_vectors_are_recovered():
    features = _vectors()
    sets = {f"S{k}": tuple(NAMES[features[:, k] > 0.8]) for k in range(8)} | {"all": tuple(NAMES)}
    auroc, auprc = recover_sets(NAMES, features, sets, seed=0)
    assert auroc.value > 0.97 and auroc.above == 1 and auroc.n_sets == 8 and auroc.n == 240
    assert auprc.value > 0.9 > 0.5 > auprc.chance


def test_random_sets_are_not_recovered():
    random = np.random.default_rng(0)
    sets = {f"S{k}": tuple(random.choice(NAMES, 30, replace=False)) for k in range(40)} | {"all": tuple(NAMES)}
    auroc, auprc = recover_sets(NAMES, _vectors(), sets, seed=0)
    assert auroc.value == pytest.approx(0.5, abs=0.04)  # standard error 0.009
    assert auprc.value == pytest.approx(auprc.chance, abs=0.02) and auroc.above < 0.1


def test_genes_that_no_set_knows_are_left_out():
    auroc, _ = recover_sets(NAMES, _vectors(), {"A": tuple(NAMES[:20]), "B": tuple(NAMES[20:60])}, seed=0)
    assert (auroc.n, auroc.n_sets, auroc.positives) == (60, 2, 30)


def test_sets_are_drawn_by_size_without_near_copies_and_the_same_each_time(monkeypatch):
    sets = {"small": NAMES[:9], "right": NAMES[:20], "copy": NAMES[1:21], "other": NAMES[100:120], "large": NAMES[:210]}
    members = draw(NAMES, sets, seed=0)
    assert sorted(members.sum(axis=1)) == [20, 20] and members[:, 100:120].any() and members[:, 1:20].any()
    many = {f"S{k}": np.random.default_rng(k).choice(NAMES, 15, replace=False) for k in range(30)}
    monkeypatch.setattr(gene_sets, "MOST_SETS", 12)
    first = draw(NAMES, many, seed=0)
    assert first.shape == (12, 240) and np.array_equal(first, draw(NAMES, dict(reversed(many.items())), seed=0))
    assert not np.array_equal(first, draw(NAMES, many, seed=1))


def test_a_collection_without_fitting_sets_is_skipped():
    (one,) = recover_sets(NAMES, _vectors(), {"A": ("G001", "G002")}, seed=0)
    assert one.skipped == "No set has 10 to 200 genes among the genes of the study." and one.value is None

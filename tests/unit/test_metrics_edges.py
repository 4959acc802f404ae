"""Edge AUC against scikit-learn, hand-made pairs and the published values."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from engine.metrics.edges import (
    correlation,
    cosine,
    cosine_edge_auc,
    degree_product,
    edge_auc,
    edge_aucs,
    non_edges,
    published_edge_auc,
    signed_auc,
)  # fmt: skip
from tests import blood4

TOLERANCE = 1e-6


def _kept(donor):
    edges, _ = blood4.edges_of(donor)
    held_out = set(map(tuple, blood4.held_out_of(donor).T))
    return edges[:, [tuple(edge) not in held_out for edge in edges.T]]


def test_auc_by_hand_counts_ties_half():
    assert edge_auc([3, 1], [2, 1]) == (1 + 1 + 0 + 0.5) / 4
    assert edge_auc([1, 2], [0, 0.5]) == 1 and edge_auc([0], [1]) == 0
    assert np.isnan(edge_auc([], [1])) and np.isnan(edge_auc([1], []))


def test_auc_equals_that_of_scikit_learn_with_many_ties():
    random = np.random.default_rng(0)
    positive, negative = random.integers(0, 9, 300), random.integers(-2, 7, 500)
    truth = roc_auc_score([1] * 300 + [0] * 500, np.concatenate([positive, negative]))
    assert edge_auc(positive, negative) == pytest.approx(truth, abs=1e-12)


def test_non_edges_are_the_pairs_above_the_diagonal_that_are_left():
    free = non_edges(np.array([[0, 3], [1, 2]]), 4)
    assert np.argwhere(free).tolist() == [[0, 2], [0, 3], [1, 2], [1, 3]]


def test_cosine_auc_of_a_square_of_genes_by_hand():
    vectors = np.array([[1, 0], [2, 0.1], [0, 1], [-1, 0]])  # 0 and 1 alike, 3 opposite to both
    edges = np.array([[0], [1]])
    assert cosine_edge_auc(vectors, edges, edges) == 1
    assert cosine_edge_auc(vectors, np.array([[0], [3]]), np.array([[0], [3]])) == 0
    assert np.isnan(cosine_edge_auc(vectors, np.zeros((2, 0), int), edges))


def test_signed_auc_is_the_mean_of_both_signs_each_ranked_its_own_way():
    random = np.random.default_rng(0)
    positive, negative, neither = random.normal(1, 1, 50), random.normal(-0.5, 1, 80), random.normal(0, 1, 200)
    labels = np.repeat([1, 0], [50, 200]), np.repeat([1, 0], [80, 200])
    truth = [roc_auc_score(labels[0], np.concatenate([positive, neither])),
             roc_auc_score(labels[1], -np.concatenate([negative, neither]))]  # fmt: skip
    found = signed_auc(edge_auc(positive, neither), edge_auc(negative, neither))
    assert found == pytest.approx(np.mean(truth), abs=1e-12)
    assert signed_auc(0.8, float("nan")) == 0.8 and signed_auc(float("nan"), 0.1) == 0.9
    assert np.isnan(signed_auc(float("nan"), float("nan")))


def test_published_auc_equals_scikit_learn_over_all_ordered_pairs():
    random = np.random.default_rng(0)
    scores = cosine(random.standard_normal((12, 3)))
    truth = np.triu(random.random((12, 12)) < 0.4, k=1)
    edges = np.argwhere(truth).T
    labels = (truth | truth.T | np.eye(12, dtype=bool)).ravel()
    assert published_edge_auc(scores, edges, edges) == pytest.approx(roc_auc_score(labels, scores.ravel()), abs=1e-9)


def test_degrees_count_the_gene_itself_and_constant_features_correlate_with_nothing():
    assert degree_product(np.array([[0, 0], [1, 2]]), 4)[0].tolist() == [9, 6, 6, 3]
    features = np.array([[1.0, 2, 4], [2, 4, 8], [5, 5, 5]])
    assert correlation(features)[0] == pytest.approx([1, 1, 0], abs=1e-6)


@pytest.mark.parametrize("method", blood4.METHODS)
def test_edge_auc_equals_the_published_table_of_every_donor(method):
    table = blood4.table("blood4_edge_auc_per_dataset.tsv")
    for row in table[table["method"] == method].itertuples():
        edges, _ = blood4.edges_of(row.dataset)
        scores = cosine(blood4.vectors_of(method, row.dataset))
        found = published_edge_auc(scores, edges, edges), edge_aucs(scores, [edges], edges)[0]
        assert found == pytest.approx((row.edge_AUC_with_diagonal, row.edge_AUC_offdiag), abs=TOLERANCE)


@pytest.mark.parametrize("method", blood4.METHODS)
def test_positive_and_negative_edges_score_as_published(method):
    published = blood4.table("blood4_metrics.tsv").set_index("method").loc[method]
    found = []
    for donor in blood4.donors():
        edges, sign = blood4.edges_of(donor)
        scores = cosine(blood4.vectors_of(method, donor))
        found.append(edge_aucs(scores, [edges[:, sign > 0], edges[:, sign < 0]], edges))
    expected = published["AUC_positive_edges"], published["AUC_negative_edges"]
    assert np.mean(found, axis=0) == pytest.approx(expected, abs=TOLERANCE)


def test_held_out_edges_score_as_published_by_every_scorer():
    published = blood4.table("blood4_heldout_auc.tsv").set_index(["scorer", "dataset"])
    for donor in blood4.donors():
        edges, kept, held_out = blood4.edges_of(donor)[0], _kept(donor), blood4.held_out_of(donor)
        pearson, pca = correlation(blood4.features_of(donor)), cosine(blood4.vectors_of("pca", donor))
        scorers = {
            "degree_product": degree_product(kept, 500), "pearson_features": pearson, "pca": pca,
            "abs_pearson_features": np.abs(pearson), "pca_abs_cosine": np.abs(pca),
            "random": cosine(blood4.vectors_of("random", donor)),
        }  # fmt: skip
        for scorer, scores in scorers.items():
            expected = published.loc[(scorer, donor), ["heldout_AUC", "kept_edges_AUC"]].to_numpy(float)
            assert edge_aucs(scores, [held_out, kept], edges) == pytest.approx(expected, abs=TOLERANCE), scorer

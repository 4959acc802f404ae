"""Neighbour overlap λ against hand-made graphs and the published values."""

import numpy as np
import pytest
from scipy import sparse

from engine.metrics.overlap import adjacency, neighbour_jaccard
from tests import blood4


def _lambda(donor_1, donor_2):
    names = blood4.genes_of(donor_1), blood4.genes_of(donor_2)
    graphs = [adjacency(blood4.edges_of(d)[0], len(n)) for d, n in zip((donor_1, donor_2), names, strict=True)]
    rows_1, rows_2, weights = neighbour_jaccard(*graphs, *names)
    assert np.array_equal(names[0][rows_1], names[1][rows_2])
    return dict(zip(names[0][rows_1], weights, strict=True))


def test_overlap_counts_symbols_and_the_gene_itself():
    one = adjacency(np.array([[0, 0], [1, 2]]), 3)  # a: {a, b, c}
    two = adjacency(np.array([[0], [1]]), 2)  # b–a
    rows_1, rows_2, weights = neighbour_jaccard(one, two, np.array(["a", "b", "c"]), np.array(["b", "a"]))
    assert rows_1.tolist() == [0, 1] and rows_2.tolist() == [1, 0]
    assert weights == pytest.approx([2 / (3 + 1e-8), 2 / (2 + 1e-8)], abs=1e-15)


def test_overlap_ignores_signs_stored_zeros_and_a_missing_diagonal():
    signed = sparse.csr_matrix(([-2.5, -2.5, 0.0], ([0, 1, 0], [1, 0, 2])), shape=(3, 3))
    names = np.array(["a", "b", "c"])
    clean = adjacency(np.array([[0], [1]]), 3)
    assert neighbour_jaccard(signed, clean, names, names)[2] == pytest.approx(1, abs=1e-7)
    assert neighbour_jaccard(signed.toarray(), clean, names, names)[2] == pytest.approx(1, abs=1e-7)


def test_graphs_without_a_common_gene_have_no_overlap():
    graph = adjacency(np.array([[0], [1]]), 2)
    rows_1, rows_2, weights = neighbour_jaccard(graph, graph, np.array(["a", "b"]), np.array(["c", "d"]))
    assert len(rows_1) == len(rows_2) == len(weights) == 0


def test_overlap_equals_the_published_examples():
    for row in blood4.table("lambda_examples.tsv").itertuples():
        found = _lambda(row.dataset_1, row.dataset_2)[row.gene]
        assert found == pytest.approx(row[-1], abs=1e-9)


def test_overlap_equals_the_published_summary_of_every_pair():
    for row in blood4.table("lambda_summary.tsv").itertuples():
        weights = np.array(list(_lambda(row.dataset_1, row.dataset_2).values()))
        assert len(weights) == row.n_common
        assert np.median(weights) == pytest.approx(row.median, abs=1e-9)
        assert [weights.mean(), weights.min(), weights.max()] == pytest.approx([row.mean, row.min, row.max], abs=1e-9)
        assert weights.sum() == pytest.approx(row.sum, abs=1e-8)

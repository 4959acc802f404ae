"""CGR and neighbour overlap by hand, by brute force and against the published values."""

import numpy as np
import pytest

from engine.metrics import clusters as measured
from engine.metrics.clusters import common_gene_ratio, neighbour_overlap, neighbour_sets
from engine.metrics.nulls import groups_of_like_degree
from engine.metrics.overlap import adjacency
from tests import blood4


def _brute_force(sets, datasets, clusters):
    total = 0.0
    for c in set(clusters):
        rows = np.flatnonzero(clusters == c)
        pairs = [(i, j) for i in rows for j in rows if i < j and datasets[i] != datasets[j]]
        values = [len(sets[i] & sets[j]) / len(sets[i] | sets[j]) for i, j in pairs]
        total += len(rows) / len(clusters) * (np.mean(values) if values else 0)
    return total


@pytest.fixture
def blood4_sets():
    names = [blood4.genes_of(donor) for donor in blood4.donors()]
    graphs = [adjacency(blood4.edges_of(donor)[0], 500) for donor in blood4.donors()]
    return neighbour_sets(graphs, names), blood4.genes()["dataset"].to_numpy(str)


def test_cgr_by_hand():
    genes = np.array(["a", "a", "b", "a", "b"])
    assert common_gene_ratio(genes, np.array(["1"] * 5)) == pytest.approx(1 - 2 / 5)
    assert common_gene_ratio(genes, np.array(["1", "1", "1", "2", "2"])) == pytest.approx(3 / 5 * (1 - 2 / 3))
    assert common_gene_ratio(genes, np.array(list("12345"))) == 0
    assert common_gene_ratio(genes[:0], genes[:0]) is None


@pytest.mark.parametrize("block", [3, 1024])
def test_neighbour_overlap_equals_brute_force_in_blocks_of_any_size(block, monkeypatch):
    monkeypatch.setattr(measured, "BLOCK", block)
    random = np.random.default_rng(0)
    names = [np.array(list("abcdefgh")), np.array(list("cdefghij")), np.array(list("ghijkl"))]
    graphs = [adjacency(np.argwhere(np.triu(random.random((len(n),) * 2) < 0.4, 1)).T, len(n)) for n in names]
    sets = [{n[k] for k in g[row].nonzero()[1]} for g, n in zip(graphs, names, strict=True) for row in range(len(n))]
    datasets, clusters = np.repeat([0, 1, 2], [8, 8, 6]), random.integers(0, 3, 22)
    found = neighbour_overlap(neighbour_sets(graphs, names), datasets, clusters)
    assert found == pytest.approx(_brute_force(sets, datasets, clusters), abs=1e-7)


def test_neighbour_overlap_is_nothing_without_a_pair_from_two_datasets_and_undefined_with_one():
    sets = neighbour_sets([adjacency(np.array([[0], [1]]), 2)] * 2, [np.array(["a", "b"])] * 2)
    assert neighbour_overlap(sets, np.array([0, 0, 1, 1]), np.array(["1", "1", "2", "2"])) == 0
    assert neighbour_overlap(sets, np.zeros(4), np.array(["1"] * 4)) is None
    assert neighbour_overlap(sets, np.array([0, 0, 1, 1]), np.array(["1"] * 4)) == 1


@pytest.mark.parametrize("method", blood4.METHODS)
def test_cgr_and_neighbour_overlap_equal_the_published_values(method, blood4_sets):
    published = blood4.table("blood4_metrics.tsv").set_index("method").loc[method]
    clusters, genes = blood4.clusters(method), blood4.genes()["gene"].to_numpy(str)
    assert common_gene_ratio(genes, clusters) == pytest.approx(published["CGR"], abs=1e-9)
    assert neighbour_overlap(*blood4_sets, clusters) == pytest.approx(published["NO"], abs=1e-6)


def test_neighbour_overlap_of_trivial_clusterings_is_the_one_published(blood4_sets):
    sets, datasets = blood4_sets
    one, by_name = np.zeros(2000, int), blood4.genes()["gene"].to_numpy(str)
    by_degree = groups_of_like_degree(np.diff(sets.indptr), 16)
    found = [neighbour_overlap(sets, datasets, groups) for groups in (by_degree, one, by_name)]
    assert found == pytest.approx([0.3589, 0.3107, 0.3858], abs=1e-4)

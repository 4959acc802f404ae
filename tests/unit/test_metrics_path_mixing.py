"""iLISI of scib 1.x against its values, and the shortest paths against scipy's."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from engine.metrics import path_mixing
from engine.metrics.path_mixing import ilisi_scib1, nearest_by_path
from engine.tl.neighbours import connectivities, nearest
from tests import blood4


@pytest.mark.parametrize("method", blood4.METHODS)
def test_ilisi_equals_scib_1(method):
    """Loosely where rows are equal: equal vectors give equal paths, and the tie decides."""
    common = np.flatnonzero(blood4.genes()["in_all_four"] == 1)
    published = blood4.table("blood4_metrics.tsv").set_index("method").loc[method, "iLISI"]
    found = ilisi_scib1(blood4.vectors(method)[common], blood4.genes()["dataset"].to_numpy(str)[common])
    assert found == pytest.approx(published, abs=0.02 if method == "random_by_gene" else 1e-3)


def test_the_nearest_by_path_are_those_of_scipy():
    graph = connectivities(nearest(np.random.default_rng(0).standard_normal((150, 3)), n_neighbours=6))
    sources = np.array([3, 77, 149])
    rows, distances = nearest_by_path(graph, sources, k=20)
    truth = dijkstra(graph.astype(float), indices=sources)
    assert distances == pytest.approx(np.sort(truth, axis=1)[:, 1:21], abs=1e-12)
    assert distances == pytest.approx(np.take_along_axis(truth, rows, 1), abs=1e-12)
    assert not (rows == sources[:, None]).any()


def test_where_fewer_rows_can_be_reached_the_rest_is_empty():
    line = sparse.csr_matrix(np.array([[0, 0.5, 0, 0], [0.5, 0, 0.2, 0], [0, 0.2, 0, 0], [0, 0, 0, 0]]))
    rows, distances = nearest_by_path(line, np.array([0, 3]), k=3)
    assert rows.tolist() == [[1, 2, -1], [-1, -1, -1]]
    assert distances[0] == pytest.approx([0.5, 0.7, np.inf]) and np.isinf(distances[1]).all()


def test_rows_of_two_far_islands_are_unmixed_and_mixed_ones_are_not():
    random = np.random.default_rng(0)
    points, datasets = random.standard_normal((240, 3)), np.repeat(["x", "y"], 120)
    far = np.where(datasets == "x", 0, 1000)[:, None]
    assert ilisi_scib1(points + far, datasets) == pytest.approx(0, abs=1e-6)
    assert ilisi_scib1(points, datasets) > 0.8


def test_a_row_that_reaches_fewer_than_90_others_counts_as_unmixed():
    random = np.random.default_rng(0)
    islands = np.repeat(np.arange(4) * 1000.0, 60)[:, None] + random.standard_normal((240, 3))
    assert ilisi_scib1(islands, np.tile(["x", "y"], 120)) == 0


def test_of_many_rows_a_seeded_sample_stands_for_all(monkeypatch):
    random = np.random.default_rng(0)
    vectors, datasets = random.standard_normal((600, 3)), random.choice(["x", "y", "z"], 600)
    whole = ilisi_scib1(vectors, datasets)
    monkeypatch.setattr(path_mixing, "MOST_SOURCES", 200)
    sampled = ilisi_scib1(vectors, datasets, seed=1)
    assert sampled != whole and sampled == pytest.approx(whole, abs=0.03)
    assert sampled == ilisi_scib1(vectors, datasets, seed=1)


def test_few_rows_are_all_taken_and_too_few_have_no_value():
    random = np.random.default_rng(0)
    vectors, datasets = random.standard_normal((30, 2)), np.array(["x", "y"] * 15)
    assert 0.5 < ilisi_scib1(vectors, datasets) <= 1
    assert ilisi_scib1(vectors[:5], datasets[:5]) is None
    assert ilisi_scib1(vectors[:0], datasets[:0]) is None
    assert ilisi_scib1(vectors, np.array(["x"] * 30)) is None
    assert np.isfinite(ilisi_scib1(np.ones((30, 2)), datasets))

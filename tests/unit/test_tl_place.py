"""Neighbours, clusters and map against scanpy, the published clusters and hand-made cases."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score

from engine.metrics.clusters import common_gene_ratio
from engine.metrics.mixing import asw, graph_connectivity
from engine.tl import cluster, place
from engine.tl.leiden import leiden
from engine.tl.neighbours import connectivities, nearest, unit_rows
from engine.tl.umap import principal_plane
from tests import blood4


def _codes(labels):
    return np.unique(labels, return_inverse=True)[1].tolist()


def _groups(n_rows, n_groups=6, *, seed=0, noise=0.3):
    random = np.random.default_rng(seed)
    group = random.integers(0, n_groups, n_rows)
    centres = random.standard_normal((n_groups, 16))
    return (centres[group] + noise * random.standard_normal((n_rows, 16))).astype(np.float32), group


def test_nearest_rows_are_those_of_a_full_sort():
    vectors, _ = _groups(60)
    distance = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    found = nearest(vectors, n_neighbours=6)
    assert np.array_equal(found.rows, np.argsort(distance, axis=1)[:, :5])
    assert np.allclose(found.distances, np.sort(distance, axis=1)[:, :5], atol=1e-5)


def test_a_row_is_never_its_own_neighbour_even_among_equal_rows():
    found = nearest(np.ones((20, 3), np.float32), n_neighbours=5)
    assert not (found.rows == np.arange(20)[:, None]).any()


def test_connectivities_equal_those_of_scanpy():
    anndata, scanpy = pytest.importorskip("anndata"), pytest.importorskip("scanpy")
    vectors, _ = _groups(300, noise=1.0)
    adata = anndata.AnnData(vectors)
    scanpy.pp.neighbors(adata, use_rep="X")
    assert np.abs(adata.obsp["connectivities"] - connectivities(nearest(vectors))).max() < 1e-5


@pytest.mark.parametrize("method", blood4.METHODS)
def test_clusters_of_the_golden_embeddings_are_no_worse_than_the_published_ones(method):
    import igraph

    vectors, published = blood4.vectors(method), blood4.clusters(method)
    graph = connectivities(nearest(vectors))
    found = leiden(graph, seed=0)
    ties = igraph.Graph.Weighted_Adjacency(graph, mode="undirected")
    quality = [ties.modularity(_codes(labels), weights="weight") for labels in (found, published)]
    assert quality[0] > quality[1] - 0.001
    equal_rows = len(np.unique(vectors, axis=0)) < len(vectors)  # then the published graph stands on rounding
    assert abs(len(set(found)) - len(set(published))) <= (20 if equal_rows else 3)


def test_clusters_are_as_modular_as_those_of_leidenalg():
    import igraph
    import leidenalg

    graph = connectivities(nearest(_groups(400, noise=1.2)[0]))
    ties = igraph.Graph.Weighted_Adjacency(graph, mode="undirected")
    other = leidenalg.find_partition(
        ties, leidenalg.RBConfigurationVertexPartition, weights="weight", n_iterations=-1, seed=0
    )
    ours = ties.modularity(_codes(leiden(graph, seed=0)), weights="weight")
    assert ours == pytest.approx(ties.modularity(other.membership, weights="weight"), abs=0.01)


@pytest.mark.parametrize("method", blood4.METHODS)
def test_measures_on_own_clusters_are_near_those_on_the_published_ones(method):
    published = blood4.table("blood4_metrics.tsv").set_index("method").loc[method]
    graph = connectivities(nearest(blood4.vectors(method)))
    clusters, common = leiden(graph, seed=0), np.flatnonzero(blood4.genes()["in_all_four"] == 1)
    donors, genes = (blood4.genes()[column].to_numpy(str) for column in ("dataset", "gene"))
    inner = graph[common][:, common]
    found = {
        "ASW": asw(blood4.vectors(method)[common], donors[common], clusters[common]),
        "GC": graph_connectivity(inner, clusters[common]), "CGR": common_gene_ratio(genes, clusters),
    }  # fmt: skip
    assert found == pytest.approx(published[list(found)].to_dict(), abs=0.05)


def test_separate_groups_become_clusters_numbered_by_size():
    vectors, group = _groups(400, 4)
    _, clusters, _ = place(vectors, seed=0)
    assert adjusted_rand_score(group, clusters) == 1
    sizes = [(clusters == str(k)).sum() for k in range(1, 5)]
    assert sizes == sorted(sizes, reverse=True) and sum(sizes) == 400


def test_the_map_keeps_neighbours_together_better_than_the_principal_plane():
    vectors, _ = _groups(400, 8, noise=0.6)
    directions = unit_rows(vectors)
    coordinates, _, _ = place(vectors, seed=0)
    flat = trustworthiness(directions, principal_plane(directions), n_neighbors=15)
    assert trustworthiness(directions, coordinates, n_neighbors=15) > max(0.95, flat)


def test_the_map_of_the_golden_pca_can_be_trusted():
    directions = unit_rows(blood4.vectors("pca"))
    coordinates, _, _ = place(directions, seed=0)
    assert trustworthiness(directions, coordinates, n_neighbors=15) > 0.94


def test_same_seed_same_map_and_another_seed_another_map():
    vectors, _ = _groups(120)
    first, again, other = place(vectors, seed=3), place(vectors, seed=3), place(vectors, seed=4)
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_length_of_the_vectors_does_not_matter():
    vectors, _ = _groups(80)
    longer = vectors * np.random.default_rng(1).integers(1, 9, (80, 1)).astype(np.float32)
    assert np.allclose(unit_rows(vectors), unit_rows(longer), atol=1e-6)
    assert np.array_equal(cluster(vectors, seed=0)[0], cluster(longer, seed=0)[0])


@pytest.mark.parametrize("n_rows", [0, 1, 2, 3, 15, 16, 60])
def test_few_rows_are_placed_too(n_rows):
    vectors = np.random.default_rng(0).standard_normal((n_rows, 8)).astype(np.float32)
    coordinates, clusters, graph = place(vectors, seed=0)
    assert coordinates.shape == (n_rows, 2) and coordinates.dtype == np.float32
    assert np.isfinite(coordinates).all() and clusters.shape == (n_rows,) and graph.shape == (n_rows, n_rows)


def test_rows_without_a_direction_are_placed_too():
    coordinates, clusters, _ = place(np.zeros((70, 4), np.float32), seed=0)
    assert np.isfinite(coordinates).all() and set(clusters) == {"1"}


def test_placing_leaves_the_randomness_of_others_alone():
    import random

    random.seed(7)
    expected = random.random()
    random.seed(7)
    place(_groups(60)[0], seed=0)
    assert random.random() == expected

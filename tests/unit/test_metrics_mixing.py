"""ASW, graph connectivity and iLISI by hand and against scib's and scib-metrics' values."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse

from engine.metrics.mixing import asw, graph_connectivity, ilisi
from engine.tl.neighbours import connectivities, nearest
from tests import blood4
from tests.shared_data import shared


@pytest.fixture(params=blood4.METHODS)
def golden(request):
    """Vectors, donor and cluster of the common genes, with the published measures."""
    common = np.flatnonzero(blood4.genes()["in_all_four"] == 1)
    published = blood4.table("blood4_metrics.tsv").set_index("method").loc[request.param]
    donors = blood4.genes()["dataset"].to_numpy(str)
    return blood4.vectors(request.param), donors[common], blood4.clusters(request.param)[common], common, published


def test_asw_equals_scib(golden):
    vectors, donors, clusters, common, published = golden
    assert asw(vectors[common], donors, clusters) == pytest.approx(published["ASW"], abs=1e-5)


def test_graph_connectivity_equals_scib(golden):
    """Closely; loosely where rows are equal: there the published value stands on the rounding of distances of 0."""
    vectors, _, clusters, common, published = golden
    graph = connectivities(nearest(vectors))[common][:, common]
    tied = len(np.unique(vectors, axis=0)) < len(vectors)
    assert graph_connectivity(graph, clusters) == pytest.approx(published["GC"], abs=0.05 if tied else 1e-6)


def test_graph_connectivity_on_the_graph_of_scanpy_equals_scib_with_equal_rows_too():
    import scanpy as sc

    common = np.flatnonzero(blood4.genes()["in_all_four"] == 1)
    adata = AnnData(blood4.vectors("random_by_gene"))
    sc.pp.neighbors(adata, use_rep="X")
    graph = adata.obsp["connectivities"][common][:, common]
    found = graph_connectivity(graph, blood4.clusters("random_by_gene")[common])
    published = blood4.table("blood4_metrics.tsv").set_index("method").loc["random_by_gene", "GC"]
    assert found == pytest.approx(published, abs=1e-6)


def test_equal_rows_lie_at_distance_0():
    rows = np.repeat(np.random.default_rng(0).normal(size=(30, 32)), 3, axis=0).astype(np.float32)
    assert (nearest(rows, n_neighbours=4).distances[:, :2] == 0).all()


def test_ilisi_equals_scib_metrics(golden):
    vectors, donors, _, common, published = golden
    assert ilisi(vectors[common], donors) == pytest.approx(published["iLISI_scib_metrics"], abs=1e-3)


@pytest.mark.parametrize("embedding", ["mixology_pca30", "mixology_pca30_batch_centred"])
def test_ilisi_of_cells_equals_scib_metrics(embedding):
    cells = pd.read_csv(shared("golden/integration/mixology_pca30.tsv.gz"), sep="\t")
    published = pd.read_csv(shared("golden/integration/scib_metrics.tsv"), sep="\t").set_index(["embedding", "metric"])
    vectors = cells.filter(like="PC")
    if embedding.endswith("centred"):
        vectors = vectors - vectors.groupby(cells["batch"]).transform("mean")
    found = ilisi(vectors.to_numpy(), cells["batch"].to_numpy())
    assert found == pytest.approx(published.loc[(embedding, "ilisi_k90"), "value"], abs=1e-3)


def test_asw_of_two_pairs_by_hand():
    line = np.array([[0.0], [1], [10], [11]])
    silhouettes = [(apart - 1) / apart for apart in (10.5, 9.5, 9.5, 10.5)]  # 1 within a pair
    parted = asw(line, np.array(["x", "x", "y", "y"]), np.array(["1"] * 4))
    assert parted == pytest.approx(1 - np.mean(silhouettes), abs=1e-12)


def test_clusters_of_one_dataset_or_one_row_are_left_out_of_asw():
    vectors = np.random.default_rng(0).standard_normal((8, 2))
    datasets = np.array(["x", "y"] * 3 + ["x", "x"])
    with_lonely = np.array(["1"] * 6 + ["2", "3"])
    assert asw(vectors, datasets, with_lonely) == asw(vectors[:6], datasets[:6], with_lonely[:6])
    assert asw(vectors, np.array(["x"] * 8), with_lonely) is None
    assert asw(vectors[:0], datasets[:0], with_lonely[:0]) is None


def test_graph_connectivity_of_a_broken_cluster_by_hand():
    ties = np.zeros((6, 6))
    for i, j in [(0, 1), (1, 2), (3, 4), (2, 3)]:  # 2–3 joins two clusters and does not count
        ties[i, j] = ties[j, i] = 0.5
    clusters = np.array(["a", "a", "a", "b", "b", "b"])
    assert graph_connectivity(sparse.csr_matrix(ties), clusters) == pytest.approx((3 / 3 + 2 / 3) / 2)
    assert graph_connectivity(sparse.csr_matrix((1, 1)), np.array(["a"])) == 1
    assert graph_connectivity(sparse.csr_matrix((0, 0)), np.array([])) is None


def test_ilisi_is_0_for_far_datasets_and_near_1_for_the_same_points_twice():
    random = np.random.default_rng(0)
    points = random.standard_normal((200, 3))
    datasets = np.array(["x"] * 200 + ["y"] * 200)
    assert ilisi(np.concatenate([points, points + 1000]), datasets) == pytest.approx(0, abs=1e-6)
    assert ilisi(random.standard_normal((400, 3)), datasets) > 0.8


def test_ilisi_of_few_rows_takes_all_of_them():
    random = np.random.default_rng(0)
    vectors, datasets = random.standard_normal((30, 2)), np.array(["x", "y"] * 15)
    assert 0.5 < ilisi(vectors, datasets) <= 1
    assert ilisi(vectors[:5], datasets[:5]) is None
    assert ilisi(vectors, np.array(["x"] * 30)) is None
    assert np.isfinite(ilisi(np.ones((30, 2)), datasets))

"""The report of a map: every measure, its nulls, and an honest verdict."""

import json
from dataclasses import replace

import numpy as np
import pytest
from anndata import AnnData
from scipy import sparse

from engine.metrics.measures import MEASURES
from engine.metrics.nulls import groups_of_like_degree, random_by_name, random_vectors
from engine.metrics.report import DatasetEdges, beats, report
from engine.tl import cluster
from engine.types import META, GeneGraph
from tests import blood4

NAMES = [measure.name for measure in MEASURES]


def _small_study(*, n_genes=40, seed=0):
    """Two datasets whose genes fall into two groups: edges are positive inside, negative between."""
    random = np.random.default_rng(seed)
    group = np.arange(n_genes) % 2
    genes = np.array([f"G{k:02d}" for k in range(n_genes)])
    vectors = np.where(group[:, None] == 0, [5, 0, 0], [-5, 0, 0]) + random.standard_normal((n_genes, 3))
    data = []
    for name in ("one", "two"):
        pairs = np.argwhere(np.triu(random.random((n_genes, n_genes)) < 0.5, k=1)).T
        sign = np.where(group[pairs[0]] == group[pairs[1]], 1, -1)
        out = random.random(pairs.shape[1]) < 0.2
        features = vectors @ random.standard_normal((3, 20))
        data.append(DatasetEdges(name, genes, pairs[:, ~out], sign[~out], pairs[:, out], sign[out], features))
    return np.concatenate([vectors, vectors + 0.1]).astype(np.float32), data


def _report(vectors, data, **more):
    clusters, graph = cluster(vectors, seed=0)
    return {m["name"]: m for m in report(vectors, data, clusters=clusters, connectivities=graph, **more)}


def _blood4():
    for donor in blood4.donors():
        edges, sign = blood4.edges_of(donor)
        genes, features, held_out = blood4.genes_of(donor), blood4.features_of(donor), blood4.held_out_of(donor)
        out = np.isin(edges[0] * 500 + edges[1], held_out[0] * 500 + held_out[1])
        yield DatasetEdges(donor, genes, edges[:, ~out], sign[~out], edges[:, out], sign[out], features)


def test_every_measure_is_told_with_its_best_its_chance_and_its_nulls():
    vectors, data = _small_study()
    found = _report(vectors, data, untrained=random_vectors(80, 3, seed=9))
    assert list(found) == NAMES
    rivals = {"random vectors", "one random vector a name", "untrained network"}
    for measure in found.values():
        assert rivals <= set(measure["nulls"])
        assert measure["best"] in (0, 1) and np.isfinite(measure["chance"]) and measure["explanation"].endswith(".")
    assert {"product of degrees", "|Pearson| of the input"} <= set(found["held_out_auc"]["nulls"])
    assert "product of degrees" not in found["asw"]["nulls"]


def test_the_report_is_plain_json_without_nan():
    vectors, data = _small_study()
    text = json.dumps(list(_report(vectors, data).values()), allow_nan=False)
    assert json.loads(text)[0]["name"] == NAMES[0]


def test_vectors_that_keep_the_sign_score_positive_edges_high_and_negative_edges_low():
    vectors, data = _small_study()
    found = _report(vectors, data)
    assert found["held_out_auc_positive"]["value"] > 0.6 and found["held_out_auc_negative"]["value"] < 0.4
    assert found["held_out_auc_negative"]["best"] == 0
    halves = found["held_out_auc_positive"]["value"], 1 - found["held_out_auc_negative"]["value"]
    assert found["held_out_signed"]["value"] == pytest.approx(np.mean(halves), abs=1e-9)


def test_signed_edges_stand_beside_signed_nulls():
    vectors, data = _small_study()
    nulls = _report(vectors, data)["held_out_signed"]["nulls"]
    assert nulls["Pearson of the input"] > 0.6
    assert nulls["|Pearson| of the input"] == pytest.approx(0.5, abs=0.1)  # one half rises as the other falls
    assert {"product of degrees", "random vectors"} <= set(nulls)


def test_the_verdict_compares_in_the_direction_of_the_best_value():
    assert beats(0.9, [0.5, None], best=1) is True and beats(0.9, [0.9], best=1) is False
    assert beats(0.1, [0.5, 0.2], best=0) is True and beats(0.3, [0.2], best=0) is False
    assert beats(0.9, [None], best=1) is None


def test_a_null_measured_as_a_map_beats_nothing():
    _, data = _small_study()
    for measure in _report(random_vectors(80, 3, seed=0), data, seed=0).values():
        assert measure["value"] == measure["nulls"]["random vectors"] and measure["beats_nulls"] is False


def test_same_seed_same_report():
    vectors, data = _small_study()
    assert _report(vectors, data, seed=3) == _report(vectors, data, seed=3)


def test_what_cannot_be_measured_is_left_out():
    vectors, (one, two) = _small_study()
    apart = [one, replace(two, genes=np.array([f"H{k}" for k in range(40)]), features=None)]
    found = _report(vectors, apart)
    assert not {"asw", "graph_connectivity", "ilisi", "ilisi_scib1"} & set(found)
    assert "|Pearson| of the input" not in found["held_out_auc"]["nulls"]
    nothing_out = [replace(d, held_out=np.zeros((2, 0), int), held_out_sign=np.zeros(0)) for d in (one, two)]
    assert "edge_auc" in _report(vectors, nothing_out) and "held_out_auc" not in _report(vectors, nothing_out)


def test_a_network_is_parted_into_kept_and_held_out_edges_with_their_signs():
    statistic = sparse.csr_matrix(np.array([[0, 3.0, -4], [3, 0, 5], [-4, 5, 0]]))
    adata = AnnData(np.ones((3, 2), np.float32), obsp={"statistic": statistic, "coexpression": statistic})
    adata.obs_names, adata.uns[META] = ["a", "b", "c"], json.dumps({"dataset": "one"})
    found = DatasetEdges.of(GeneGraph(adata), np.array([0, 2]), np.array([1]))
    assert found.edges.tolist() == [[0, 1], [1, 2]] and found.sign.tolist() == [1, 1]
    assert found.held_out.tolist() == [[0], [2]] and found.held_out_sign.tolist() == [-1]
    assert found.network.shape == (2, 3) and found.name == "one"


def test_groups_of_like_degree_are_equal_in_size_and_ordered():
    assert groups_of_like_degree(np.array([5, 1, 3, 1]), 2).tolist() == [1, 0, 1, 0]


def test_random_vectors_are_those_of_the_published_nulls():
    genes = blood4.genes()["gene"].to_numpy(str)
    assert np.array_equal(random_vectors(2000, 32, seed=0), blood4.vectors("random"))
    assert np.array_equal(random_by_name(genes, 32, seed=0), blood4.vectors("random_by_gene"))


def test_the_report_of_the_golden_pca_gives_the_published_values_and_nulls():
    found = _report(blood4.vectors("pca"), list(_blood4()))
    table = blood4.table("blood4_metrics.tsv").set_index("method")
    held_out = blood4.table("blood4_heldout_auc.tsv").groupby("scorer")["heldout_AUC"].mean()
    assert found["held_out_auc"]["value"] == pytest.approx(held_out["pca_abs_cosine"], abs=1e-6)
    nulls = found["held_out_auc"]["nulls"]
    assert nulls["random vectors"] == pytest.approx(0.5, abs=0.01)
    assert nulls["product of degrees"] == pytest.approx(held_out["degree_product"], abs=1e-6)
    assert nulls["|Pearson| of the input"] == pytest.approx(held_out["abs_pearson_features"], abs=1e-6)
    columns = {"neighbour_overlap": "NO", "asw": "ASW", "graph_connectivity": "GC", "ilisi": "iLISI_scib_metrics",
               "ilisi_scib1": "iLISI"}  # fmt: skip
    for name, column in columns.items():  # own clusters, on vectors of length 1
        chance = table.loc["random", column]
        assert found[name]["nulls"]["random vectors"] == pytest.approx(chance, abs=0.05), name
    assert found["held_out_auc"]["beats_nulls"] is False

"""The network of a dataset: which genes, which edges, and what it says of itself."""

import numpy as np
import pytest
from scipy import sparse, stats

from engine.errors import InvalidParameter
from engine.graph.cscore import CsCore
from engine.graph.edges import choose_edges
from engine.graph.network import build_network
from engine.params import NetworkParams
from engine.types import Dataset, DatasetSource
from tests.simulated import simulated_counts


def dataset(n_cells=120, n_genes=40, **more) -> Dataset:
    adata = simulated_counts(n_cells, n_genes, seed=0)
    depth = adata.obs["depth"].to_numpy()
    source = DatasetSource("made up", "none", modality="spatial" if "coordinates" in more else "rna")
    return Dataset(source, adata, depth, adata.obs["cell_type"].astype(str).to_numpy(), **more)


def symmetric(n: int, seed: int = 0) -> CsCore:
    statistic = np.random.default_rng(seed).normal(0, 2.5, (n, n))
    statistic = (statistic + statistic.T) / 2
    return CsCore(np.tanh(statistic), statistic, 1)


def test_edges_by_p_are_the_pairs_below_the_level():
    network = symmetric(30)
    joined = choose_edges(network, NetworkParams(max_p=0.01))
    assert np.array_equal(joined, (network.p_value() < 0.01) & ~np.eye(30, dtype=bool))


def test_edges_by_fdr_are_those_of_benjamini_and_hochberg_over_gene_pairs():
    network, upper = symmetric(40), np.triu_indices(40, 1)
    joined = choose_edges(network, NetworkParams(edges="fdr", max_fdr=0.1))
    adjusted = stats.false_discovery_control(network.p_value()[upper])
    assert np.array_equal(joined[upper], adjusted <= 0.1) and 0 < joined.sum() < 40 * 39
    assert np.array_equal(joined, joined.T)
    nothing = CsCore(np.full((5, 5), 0.1), np.zeros((5, 5)), 1)
    assert not choose_edges(nothing, NetworkParams(edges="fdr", max_fdr=0.1)).any()


def test_edges_by_top_k_join_a_gene_with_its_strongest_partners_either_way():
    network = symmetric(25)
    joined = choose_edges(network, NetworkParams(edges="top-k", top_k=3))
    strength = np.abs(network.statistic) - 1e9 * np.eye(25)
    best = np.argsort(-strength, axis=1)[:, :3]
    expected = np.zeros((25, 25), dtype=bool)
    expected[np.arange(25)[:, None], best] = True
    assert np.array_equal(joined, expected | expected.T)
    assert choose_edges(network, NetworkParams(edges="top-k", top_k=100)).sum() == 25 * 24


@pytest.mark.parametrize("edges", ["p", "fdr", "top-k"])
def test_a_pair_without_a_p_or_an_estimate_is_no_edge(edges):
    network = symmetric(22)
    network.statistic[3], network.statistic[:, 3] = np.nan, np.nan
    network.estimate[5], network.estimate[:, 5] = 0, 0
    joined = choose_edges(network, NetworkParams(edges=edges, max_p=1.0, max_fdr=1.0, top_k=30))
    assert not joined[[3, 5]].any() and not joined[:, [3, 5]].any() and not joined.diagonal().any()
    assert joined.sum() == 20 * 19


def test_features_come_from_a_repeatable_sample_of_cells_and_the_facts_say_so():
    params = NetworkParams(feature_cells=50)
    graph, again = build_network(dataset(), params), build_network(dataset(), params)
    whole = build_network(dataset(), NetworkParams())
    assert graph.features.shape == (40, 50) and whole.features.shape == (40, 120)
    assert np.array_equal(graph.features, again.features)
    assert (graph.facts["feature_cells"], graph.facts["n_cells"], whole.facts["feature_cells"]) == (50, 120, 120)
    places = whole.adata.var_names.get_indexer(graph.adata.var_names)
    np.testing.assert_allclose(graph.features, whole.features[:, places], rtol=1e-6)
    assert np.array_equal(graph.edges, whole.edges) and (np.diff(places) > 0).all()
    np.testing.assert_allclose(graph.adata.obs["residual_variance"], whole.features.var(axis=1), rtol=1e-4)


def test_spatial_genes_are_chosen_where_places_are_known_and_only_there():
    rng = np.random.default_rng(3)
    places = rng.uniform(0, 1, (150, 2))
    made = dataset(150, 60, coordinates=places)
    counts = made.adata.X.toarray()
    counts[:, :25] = rng.poisson(np.where(places[:, :1] > 0.5, 2.8, 1.2) * np.ones(25))
    made.adata.X = sparse.csr_matrix(counts.astype(np.float32))
    auto = build_network(made, NetworkParams(n_genes=20))
    assert auto.facts["genes_by"] == "spatial" and set(auto.genes) <= {f"GENE{i}" for i in range(60)}
    assert np.mean([int(gene[4:]) < 25 for gene in auto.genes]) > 0.6
    variable = build_network(made, NetworkParams(n_genes=20, choose="variance"))
    assert variable.facts["genes_by"] == "variance" and set(variable.genes) != set(auto.genes)
    assert build_network(dataset(), NetworkParams(n_genes=20)).facts["genes_by"] == "variance"
    with pytest.raises(InvalidParameter, match="'made up'.*need the places of the spots.*'auto' or 'variance'"):
        build_network(dataset(), NetworkParams(choose="spatial"))


def test_the_regularised_normalisation_gives_other_residuals_of_the_same_genes():
    plain = build_network(dataset(), NetworkParams())
    other = build_network(dataset(), NetworkParams(normalisation="v2"))
    assert list(plain.genes) == list(other.genes) and np.isfinite(other.features).all()
    same = np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(plain.features, other.features, strict=True)])
    assert 0.8 < same < 0.99999

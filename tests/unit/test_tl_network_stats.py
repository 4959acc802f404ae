"""The numbers of networks against networkx and closed forms."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse

from engine.tl.network_stats import degree_table, degrees, gene_table, network_stats
from engine.types import META, GeneGraph


def graph_of(matrix) -> GeneGraph:
    """A network with these statistics, symmetric (n_genes, n_genes)."""
    matrix = sparse.csr_matrix(np.asarray(matrix, np.float32))
    n = matrix.shape[0]
    obs = pd.DataFrame({"mean": np.arange(n) / 10, "detected": 0.5}, index=[f"G{i}" for i in range(n)])
    adata = AnnData(np.zeros((n, 2), np.float32), obs=obs, uns={META: json.dumps({"n_cells": 7, "dataset": "a"})})
    adata.obsp["statistic"] = adata.obsp["coexpression"] = matrix
    return GeneGraph(adata)


def random_graph(n: int = 60, p: float = 0.05, seed: int = 0) -> GeneGraph:
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.normal(size=(n, n)) * (rng.random((n, n)) < p), 1)
    return graph_of(upper + upper.T)


# a triangle G0 G1 G2 with one negative edge, a pair G3 G4, and G5 alone
SMALL = np.zeros((6, 6))
for i, j, value in ((0, 1, 4.0), (0, 2, -6.0), (1, 2, 3.0), (3, 4, 5.0)):
    SMALL[i, j] = SMALL[j, i] = value


def test_a_small_network_is_counted_as_by_hand():
    s = network_stats(graph_of(SMALL))
    assert (s.n_cells, s.n_genes, s.n_edges, s.isolated, s.largest, s.parts) == (7, 6, 4, 1, 3, 2)
    assert s.density == pytest.approx(4 / 15) and s.positive == 0.75 and s.median_degree == 1.5


@pytest.mark.parametrize("seed", range(3))
def test_degrees_and_parts_are_those_of_networkx(seed):
    nx = pytest.importorskip("networkx")
    graph = random_graph(seed=seed)
    other = nx.Graph(list(map(tuple, graph.edges.T)))
    other.add_nodes_from(range(graph.n_genes))
    s, sizes = network_stats(graph), sorted(map(len, nx.connected_components(other)))
    assert degrees(graph).tolist() == [other.degree(i) for i in range(graph.n_genes)]
    assert (s.largest, s.parts, s.isolated) == (sizes[-1], sum(k > 1 for k in sizes), sum(k == 1 for k in sizes))
    assert s.density == pytest.approx(nx.density(other))


def test_a_network_without_edges_has_numbers_too():
    s = network_stats(graph_of(np.zeros((4, 4))))
    assert (s.n_edges, s.density, s.isolated, s.largest, s.parts) == (0, 0, 4, 0, 0) and math.isnan(s.positive)


def test_the_share_of_genes_falls_from_those_with_a_partner_to_the_hub():
    table = degree_table(np.array([0, 1, 1, 3]))
    assert table["degree"].tolist() == [1, 2, 3] and table["share"].tolist() == [0.75, 0.25, 0.25]


def test_chance_is_the_poisson_distribution_of_the_same_mean():
    degree = np.array([2, 4, 0, 2])
    table = degree_table(degree)
    expected = [1 - sum(math.exp(-2) * 2**k / math.factorial(k) for k in range(least)) for least in table["degree"]]
    assert table["random"].to_numpy() == pytest.approx(expected)


def test_a_random_network_follows_the_chance_beside_it():
    table = degree_table(degrees(random_graph(600, 0.03, seed=1)))
    assert np.abs(table["share"] - table["random"]).max() < 0.06


def test_hubs_come_first_with_signs_and_strongest_partners():
    table = gene_table(graph_of(SMALL), n_partners=1).set_index("gene")
    assert list(table.index[:3]) == ["G0", "G1", "G2"] and table.index[-1] == "G5"
    assert table.loc["G0", ["positive", "negative", "partners"]].tolist() == [1, 1, "−G2"]
    assert table.loc["G1", "partners"] == "G0" and table.loc["G5", "partners"] == ""
    assert (table["positive"] + table["negative"] == table["degree"]).all()


def test_no_gene_at_all_is_no_fault():
    assert degree_table(np.array([], dtype=int))["share"].tolist() == [0.0]

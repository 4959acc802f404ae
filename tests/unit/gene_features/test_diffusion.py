"""Diffusion over a network against its closed forms, and what the graph of the networks is made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.linalg import expm

from engine.gene_features.diffusion import heat, leading
from engine.gene_features.names import Names
from engine.gene_features.network import graph_of, network_kernel
from engine.tl.neighbours import unit_rows
from tests.small_knowledge import GENES, world_of

HUMAN = Names("human", (), {}, {}, None, False)


def random_graph(n: int, seed: int = 0) -> np.ndarray:
    """Symmetric weights of a connected graph: a ring and random edges."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.integers(1, 4, (n, n)) * (rng.random((n, n)) < 0.1), 1)
    upper[np.arange(n - 1), np.arange(1, n)] = 1
    return (upper + upper.T).astype(float)


def laplacian(weights: np.ndarray) -> np.ndarray:
    scale = np.sqrt(weights.sum(axis=1))
    return np.eye(len(weights)) - weights / np.outer(scale, scale)


@pytest.mark.parametrize("time", [0.5, 5.0])
def test_heat_is_the_matrix_exponential_without_the_first_eigenvector(time):
    weights = random_graph(30)
    found = heat(*leading(sparse.csr_matrix(weights), 29), time)
    first = np.sqrt(weights.sum(axis=1) / weights.sum())
    np.testing.assert_allclose(found @ found.T, expm(-time * laplacian(weights)) - np.outer(first, first), atol=1e-10)


def test_the_leading_eigenvectors_of_a_large_graph_are_those_of_the_dense_one():
    weights = random_graph(150)
    values, vectors = leading(sparse.csr_matrix(weights), 10)
    every = np.linalg.eigvalsh(np.eye(150) - laplacian(weights))[::-1]
    np.testing.assert_allclose(values, every[1:11], atol=1e-6)
    normal = np.eye(150) - laplacian(weights)
    np.testing.assert_allclose(normal @ vectors, vectors * values, atol=1e-4)
    again = leading(sparse.csr_matrix(weights), 10)
    np.testing.assert_array_equal(vectors, again[1])


def test_two_halves_are_told_apart():
    rng = np.random.default_rng(1)
    half = np.arange(200) < 100
    upper = np.triu(rng.random((200, 200)) < np.where(half[:, None] == half, 0.08, 0.005), 1).astype(float)
    weights = upper + upper.T + np.diag(np.ones(199), 1) + np.diag(np.ones(199), -1)
    rows = unit_rows(heat(*leading(sparse.csr_matrix(weights), 20), 5.0))
    likeness, off = rows @ rows.T, ~np.eye(200, dtype=bool)
    assert likeness[off & (half[:, None] == half)].mean() > likeness[half[:, None] != half].mean() + 0.4


def test_degree_is_not_what_likeness_tells():
    """A random graph whose genes differ in degree and in nothing else, with and without the first eigenvector."""
    rng = np.random.default_rng(2)
    wish = rng.lognormal(2.3, 0.8, 300)
    upper = np.triu(rng.random((300, 300)) < np.outer(wish, wish) / wish.sum(), 1).astype(float)
    weights = upper + upper.T + np.diag(np.ones(299), 1) + np.diag(np.ones(299), -1)
    degree, pairs = (weights > 0).sum(axis=1), np.triu_indices(300, 1)
    values, vectors = leading(sparse.csr_matrix(weights), 50)
    first = np.sqrt(weights.sum(axis=1) / weights.sum())
    without = heat(values, vectors, 5.0)
    told = [np.corrcoef((rows @ rows.T)[pairs], np.log(np.outer(degree, degree)[pairs]))[0, 1]
            for rows in (unit_rows(without), unit_rows(np.column_stack([without, first])))]  # fmt: skip
    assert abs(told[0]) < 0.1 < 0.5 < told[1]


def edges(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["source", "target"])


def test_networks_are_joined_and_an_edge_weighs_as_many_networks_as_hold_it():
    one, two = edges(("A", "B"), ("B", "A"), ("B", "C"), ("C", "C")), edges(("B", "A"), ("C_D", "E"), ("X", "Y"))
    genes, weights = graph_of([(one, "human"), (two, "human")], HUMAN)
    assert genes.tolist() == ["A", "B", "C", "D", "E"]  # X and Y are not connected with them
    expected = np.zeros((5, 5))
    for a, b, weight in ((0, 1, 2), (1, 2, 1), (2, 4, 1), (3, 4, 1)):
        expected[a, b] = expected[b, a] = weight
    np.testing.assert_array_equal(weights.toarray(), expected)


def test_neighbours_on_a_ring_are_more_alike_than_genes_across(monkeypatch, tmp_path):
    world = world_of(monkeypatch, tmp_path, "omnipath")
    kernel = network_kernel(HUMAN, world.knowledge, world.store)
    assert kernel.between([GENES[0]], [GENES[0]])[0, 0] == pytest.approx(1, abs=1e-6)
    near, far = kernel.between([GENES[3]], [GENES[4], GENES[15]])[0]
    assert near > 0.8 > 0 > far
    assert not kernel.knows("TP53") and kernel.between(["TP53"], GENES[:2]).tolist() == [[0, 0]]


def test_diffusion_is_kept_until_a_file_changes(monkeypatch, tmp_path):
    world = world_of(monkeypatch, tmp_path, "omnipath")
    first = network_kernel(HUMAN, world.knowledge, world.store)
    import engine.gene_features.network as network

    monkeypatch.setattr(network, "heat", lambda *args: pytest.fail("computed again"))
    again = network_kernel(HUMAN, world.knowledge, world.store)
    np.testing.assert_array_equal(first.features, again.features)
    path = world.knowledge.path("omnipath")
    path.write_text(path.read_text().replace("G00\tG01", "G00\tG07"))
    with pytest.raises(pytest.fail.Exception, match="computed again"):
        network_kernel(HUMAN, world.knowledge, world.store)


def test_no_network_and_no_known_gene_are_said(monkeypatch, tmp_path):
    world = world_of(monkeypatch, tmp_path, "hallmark")
    assert "No interaction network is on this machine: fetch" in network_kernel(HUMAN, world.knowledge, world.store)
    world = world_of(monkeypatch, tmp_path, "omnipath")
    mouse = Names("mouse", (), {}, {}, {}, True)
    assert "hold no gene of this species" in network_kernel(mouse, world.knowledge, world.store)

"""GIANT's parts: the graph of correlated genes, walks by weight, and the tree that holds layers together."""

import numpy as np
import pytest
from scipy import sparse

from engine.methods.giant import Tree
from engine.methods.walks import correlation_graph, walks


def test_partners_are_those_of_largest_correlation_either_sign():
    features = np.random.default_rng(0).standard_normal((30, 20))
    features[1] = -features[0]
    graph = correlation_graph(features, 3)
    size = np.abs(np.corrcoef(features))
    np.fill_diagonal(size, 0)
    nearest = np.argsort(-size, axis=1)[:, :3]
    wanted = np.zeros((30, 30), bool)
    np.put_along_axis(wanted, nearest, True, axis=1)
    assert np.array_equal(graph.toarray() > 0, wanted | wanted.T)
    assert graph[0, 1] == pytest.approx(1, abs=1e-5)


def test_blocks_of_genes_give_the_same_graph(monkeypatch):
    features = np.random.default_rng(0).standard_normal((30, 20))
    whole = correlation_graph(features, 4)
    monkeypatch.setattr("engine.methods.walks.BLOCK", 7)
    np.testing.assert_allclose(correlation_graph(features, 4).toarray(), whole.toarray(), atol=1e-6)


def test_a_walk_steps_along_edges_as_often_as_their_weight_says():
    weights = np.array([[0, 3, 1, 0], [3, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]], float)
    graph, rng = sparse.csr_matrix(weights), np.random.default_rng(0)
    paths = np.concatenate([walks(graph, length=5, rng=rng) for _ in range(2000)])
    assert set(paths[:, 0]) == {0, 1, 2}
    assert (weights[paths[:, :-1], paths[:, 1:]] > 0).all()
    from_0 = paths[paths[:, 0] == 0, 1]
    assert (from_0 == 1).mean() == pytest.approx(0.75, abs=0.03)


def test_the_tree_makes_the_sum_of_squares_smaller_until_equal_names_meet():
    """With weight only on the tree, leaves of one name meet, and leaves of other names stay apart."""
    rng = np.random.default_rng(0)
    names, groups = np.array([0, 1, 0, 1, 0, 2]), np.array([0, 0, 0, 0, 1, 1])
    tree, leaves = Tree(names, groups, 3, seed=0), rng.standard_normal((6, 3)).astype(np.float32)
    spread = [np.ptp(leaves[names == 0], axis=0).max()]
    for _ in range(60):
        leaves = tree.pull(leaves, 0.5)
        spread.append(np.ptp(leaves[names == 0], axis=0).max())
    assert all(after < before for before, after in zip(spread[:5], spread[1:6], strict=True)) and spread[-1] < 1e-3
    assert np.abs(leaves[0] - leaves[1]).max() > 0.1


def test_one_sweep_of_the_tree_is_what_its_formula_says():
    tree = Tree(np.array([0, 0]), np.array([0, 0]), 1, seed=0)
    root, leaves = tree.root[0, 0], np.array([[1.0], [3.0]], np.float32)
    parent = (1 + 3 + root) / 3
    moved = [(1 + parent / 2) / 1.5, (3 + parent / 2) / 1.5]
    np.testing.assert_allclose(tree.pull(leaves, 0.5)[:, 0], moved, rtol=1e-5)
    assert tree.root[0, 0] == pytest.approx(parent, rel=1e-5)


def test_leaves_of_one_name_begin_together():
    start = Tree(np.array([0, 1, 0]), np.array([0, 0, 1]), 4, seed=0).start()
    assert np.array_equal(start[0], start[2]) and not np.allclose(start[0], start[1])

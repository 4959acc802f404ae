"""The explanation as a network."""

import json

import numpy as np
import pytest
from anndata import AnnData

from engine.causal.changes import changes_of
from engine.causal.edges import join
from engine.causal.functions import function_edges, functions
from engine.causal.network import NODE_COLUMNS, Found, as_network
from engine.causal.regulators import regulators
from engine.causal.roots import roots
from engine.types import META, CausalExplanation
from tests.small_causes import planted


@pytest.fixture(scope="module")
def explanation():
    table, edges = planted()
    changes, network = changes_of(table), join({"made-up": edges})
    told = function_edges({"go": {"planted": tuple(edges.loc[edges["source"] == "R2", "target"]), "R0": ("G1",) * 3}})
    found = Found(regulators(changes, network), roots(changes, network, depth=3, permutations=200),
                  functions(changes, told), told)
    nodes, edges = as_network(changes, network, found, depth=3)
    facts = {"asked": {"depth": 3}, "changed": changes.genes[changes.changed].tolist()}
    uns = {"edges": edges, "regulators": found.regulators, "roots": found.roots, "functions": found.functions}
    return CausalExplanation(AnnData(obs=nodes, uns=uns | {META: json.dumps(facts)}))


def test_a_root_leads_over_its_path_to_regulators_and_these_to_changed_genes(explanation):
    nodes, edges = explanation.nodes, explanation.edges.set_index(["source", "target"])
    assert list(nodes) == list(NODE_COLUMNS) and nodes.index.is_unique
    assert nodes.loc[["ROOT", "M", "R0", "R3"], "kind"].tolist() == ["root", "regulator", "regulator", "regulator"]
    assert nodes.loc[["ROOT", "M", "R0", "R3"], "layer"].tolist() == [0, 1, 2, 1]
    assert {("ROOT", "M"), ("M", "R0"), ("M", "R1"), ("ROOT", "R3")} <= set(edges.index)
    targets = nodes[nodes["kind"] == "target"]
    assert set(targets.index) <= set(explanation.facts["changed"]) and set(targets["layer"]) == {3}
    assert np.isfinite(nodes.loc[["ROOT"], ["z", "p", "p_bias"]]).all(axis=None) and nodes.loc["R0", "call"] != ""
    assert nodes.index[nodes["kind"] == "root"].tolist()[0] == "ROOT" and "M" in explanation.roots["root"].tolist()[:9]
    assert np.isnan(nodes.loc["R0", "p_bias"]) and np.isnan(targets["z"]).all() and (targets["call"] == "").all()


def test_every_edge_is_between_nodes_and_names_its_database(explanation):
    edges = explanation.edges
    assert set(edges["source"]) | set(edges["target"]) <= set(explanation.nodes.index)
    assert set(edges["database"]) == {"made-up", "go"} and not edges.duplicated(["source", "target"]).any()


def test_a_function_lies_below_its_genes(explanation):
    row = explanation.nodes.loc["planted"]
    below = explanation.edges[explanation.edges["target"] == "planted"]
    assert (row["kind"], row["layer"], row["n_changed"]) == ("function", 4, 20) and len(below) == 20
    assert np.isnan(row["z"]) and row["fdr"] < 0.05

"""Causal networks: paths against a search path by path, the null, and roots that were planted."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from engine.causal.changes import changes_of
from engine.causal.edges import SIGNALLING, join
from engine.causal.null import degree_bins, drawn_directions
from engine.causal.paths import Wiring, pooled, reached
from engine.causal.regulators import regulators
from engine.causal.roots import root_notes, roots
from engine.errors import JobCancelled
from engine.progress import Progress
from tests.small_causes import changes_table, edges, planted, random_case


def signs_by_search(network, wiring, depth):
    """{(root, target): sign}, path by path: regulators by their shortest paths, then targets by theirs."""
    signed = network.edges[network.edges["sign"] != 0]
    step = dict(zip(zip(signed["source"], signed["target"], strict=True), signed["sign"], strict=True))
    told = signed[signed["expression"]]
    last = dict(zip(zip(told["source"], told["target"], strict=True), told["sign"], strict=True))
    nodes, genes = wiring.nodes.tolist(), set(told["target"])
    found = {}
    for root in nodes:
        layers, touched, here = [{root: 1}], {root}, {root: 1}
        for _ in range(depth - 1):
            seen: dict[str, set[int]] = {}
            for (a, b), sign in step.items():
                if a in here and b not in touched:
                    seen.setdefault(b, set()).add(sign * here[a])
            touched |= set(seen)
            here = {node: s.copy().pop() for node, s in seen.items() if len(s) == 1}
            layers.append(here)
        done = {root}
        for layer in layers:
            seen = {}
            for node, gene in product(layer, genes - done):
                if (node, gene) in last:
                    seen.setdefault(gene, set()).add(layer[node] * last[node, gene])
            done |= set(seen)
            found |= {(root, gene): s.copy().pop() for gene, s in seen.items() if len(s) == 1}
    return found


@pytest.mark.parametrize(("seed", "depth"), [(0, 1), (0, 2), (0, 3), (1, 3)])
def test_signs_and_targets_equal_a_search_path_by_path(seed, depth):
    table, network = random_case(seed, n_genes=60, n_edges=130)
    signals = random_case(seed + 10, n_genes=60, n_edges=60)[1]
    joined, changes = join({"tf": network, "path": signals}, {"path": SIGNALLING}), changes_of(table)
    wiring = Wiring.of(joined, changes)
    places = np.arange(len(wiring.nodes))
    signs, weights = pooled(wiring, reached(wiring, places, depth), places)
    names = changes.genes[wiring.genes]
    found = {(wiring.nodes[i], names[j]): int(signs[i, j]) for i, j in zip(*np.nonzero(signs), strict=True)}
    assert found == signs_by_search(joined, wiring, depth) and len(found) > 50
    assert (weights[signs != 0] == 1).all() and (weights[signs == 0] == 0).all()


def test_contradicting_shortest_paths_drop_out_and_longer_ones_do_not_bring_them_back():
    network = join({"n": edges("R A 1, R B 1, A T 1, B T -1, R C 1, C D 1, D T 1, A U 1, C U 1, A V -1")})
    changes = changes_of(changes_table("T 1, U 1, V -1"))
    found = roots(changes, network, depth=3, permutations=50).set_index("root").loc["R"]
    assert (found["n_targets"], found["n_changed"], found["z"]) == (2, 2, pytest.approx(np.sqrt(2)))


def test_a_cycle_ends_and_a_root_is_no_target_of_its_own():
    network = join({"n": edges("R A 1, A R 1, A T 1, T A -1")})
    found = roots(changes_of(changes_table("R 1, A 1, T 1")), network, depth=3, permutations=50).set_index("root")
    assert found.loc["R", "n_targets"] == 2 and found.loc["A", "n_targets"] == 2


@pytest.mark.parametrize("seed", range(2))
def test_roots_of_depth_one_are_the_regulators_themselves(seed):
    table, network = random_case(seed)
    signed, changes = join({"n": network[network["sign"] != 0]}), changes_of(table)
    one = roots(changes, signed, depth=1, permutations=50).set_index("root")
    same = regulators(changes, signed).set_index("regulator").loc[one.index]
    for column in ("n_targets", "n_changed", "p", "z", "fdr"):
        np.testing.assert_allclose(one[column].astype(float), same[column], rtol=1e-6)


def test_random_sets_keep_number_direction_and_degree():
    rng = np.random.default_rng(0)
    direction, degree = rng.choice([0, 0, 0, 1, -1], 500), rng.geometric(0.2, 500)
    bins = degree_bins(degree)
    drawn = drawn_directions(direction, bins, 40, seed=1)
    for one in np.unique(bins):
        for sign in (1, -1):
            assert set((drawn[bins == one] == sign).sum(axis=0)) == {(direction[bins == one] == sign).sum()}
    assert len(np.unique(bins)) > 3 and all(len(np.unique(bins[degree == d])) == 1 for d in np.unique(degree))
    assert (drawn_directions(direction, bins, 40, seed=1) == drawn).all() and (drawn.std(axis=1)[degree < 3] > 0).all()


def test_p_against_random_sets_is_even_where_there_is_no_cause():
    p = []
    for seed in range(12):
        table, network = random_case(seed, n_edges=2500)
        found = roots(changes_of(table), join({"n": network}), depth=1, permutations=200, seed=seed)
        p += found["p_bias"].dropna().tolist()
    assert len(p) > 300 and 0.02 < np.mean(np.array(p) <= 0.05) < 0.08 and 0.4 < np.mean(np.array(p) <= 0.5) < 0.6


def test_a_planted_root_comes_first_and_is_called():
    table, network = planted()
    found = roots(changes_of(table), join({"n": network}), depth=3, permutations=300)
    assert found["root"].iloc[0] == "ROOT" and found["call"].iloc[0] == "activated"
    assert found["p_bias"].iloc[0] == pytest.approx(1 / 301) and found["n_regulators"].iloc[0] == 5
    turned = roots(changes_of(table.assign(log2fc=-table["log2fc"])), join({"n": network}), depth=3, permutations=300)
    assert turned.set_index("root").loc["ROOT", "call"] == "inhibited"
    assert root_notes(found, 300) and root_notes(found.iloc[:0], 300) == []


def test_the_same_seed_gives_the_same_roots():
    table, network = planted()
    first, again, other = (roots(changes_of(table), join({"n": network}), permutations=50, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first["p_bias"].equals(other["p_bias"])


def test_a_network_without_signs_has_no_roots():
    table, network = random_case(0)
    assert roots(changes_of(table), join({"n": network.assign(sign=0)})).empty


def test_the_search_stops_when_asked():
    class Stopped(Progress):
        def check(self):
            raise JobCancelled("Stopped.")

    table, network = random_case(0)
    with pytest.raises(JobCancelled):
        roots(changes_of(table), join({"n": network}), progress=Stopped())

"""Propagation beside CellOracle's published steps, ridge beside scikit-learn's, chains by hand, nulls that hold."""

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.stats import kstest
from sklearn.linear_model import Ridge

from engine.perturb.propagation.regression import correlations, regress
from engine.perturb.propagation.shift import Ground, lead, shuffled, strata_of
from engine.perturb.propagation.signalling import SHARE, Signalling
from engine.perturb.propagation.simulation import Held, Wired, jackknife, move, spread
from engine.perturb.propagation.steps import Range, clip, first_change, propagate
from tests.shared_data import shared
from tests.small_causes import edges

GOLDEN = "golden/knockout/trem2_wt_dorothea_"
EXACT = {"rtol": 1e-6, "atol": 1e-8}


@pytest.fixture(scope="module")
def trem2():
    """Levels of the wild-type cells on the golden genes, these, the golden edges, and the network fitted here."""
    cells = anndata.read_h5ad(shared("data/perturb/trem2_ko_mouse_microglia.h5ad"))
    cells = cells[cells.obs["genotype"] == "WT"]
    means, coef = (pd.read_csv(shared(f"{GOLDEN}{name}.tsv.gz"), sep="\t", keep_default_na=False)
                   for name in ("mean_delta", "edges_coef"))  # fmt: skip
    counts = sparse.csr_matrix(cells.X).toarray().astype(float)
    x = np.log1p(1e4 * counts / counts.sum(axis=1, keepdims=True))[:, cells.var_names.get_indexer(means["gene"])]
    genes = pd.Index(means["gene"])
    at = genes.get_indexer(coef["tf"]), genes.get_indexer(coef["target"])
    fitted = regress(x, *at, penalty=10.0)
    return x, means, coef, fitted, sparse.csr_array((fitted.coef, at), shape=(len(genes),) * 2), cells.obs_names


def knocked_out(trem2, gene: str):
    x, means, *_, network, _ = trem2
    held = np.flatnonzero(means["gene"] == gene)
    return propagate(x, held, first_change(x[:, held[0]], 0.0, most=9.0)[:, None], network)


def test_the_coefficients_are_the_reference_tools(trem2):
    np.testing.assert_allclose(trem2[3].coef, trem2[2]["coef"], **EXACT)


@pytest.mark.parametrize("gene", ["Spi1", "Jun", "Stat1", "Irf8"])
def test_mean_changes_are_the_reference_tools_before_and_after_clipping(trem2, gene):
    x, means, delta = trem2[0], trem2[1], knocked_out(trem2, gene)
    np.testing.assert_allclose(delta.mean(axis=0), means[f"{gene}_mean_delta"], **EXACT)
    clipped, left = clip(x, delta, Range.of(x))
    np.testing.assert_allclose(clipped.mean(axis=0), means[f"{gene}_mean_delta_clipped"], **EXACT)
    assert left.sum() > 0 if gene != "Irf8" else (np.abs(delta).max(axis=0) > 0).sum() == 1


def test_changes_of_single_cells_are_the_reference_tools(trem2):
    table = pd.read_csv(shared(f"{GOLDEN}delta_first5cells.tsv.gz"), sep="\t", keep_default_na=False)
    place = {gene: i for i, gene in enumerate(trem2[1]["gene"])}
    for gene, rows in table.groupby("tf"):
        delta, expected = knocked_out(trem2, gene)[:5], np.zeros((5, len(place)))
        expected[trem2[5][:5].get_indexer(rows["cell"]), rows["gene"].map(place)] = rows["delta"]
        np.testing.assert_allclose(delta, expected, **EXACT)


def test_each_target_is_scikit_learns_ridge_also_without_a_block_of_cells():
    rng = np.random.default_rng(0)
    x = rng.gamma(1.0, 1.0, (90, 7))
    x[:, 5] += x[:, 0] - 0.5 * x[:, 1]
    regulator, target = np.array([0, 1, 2, 3, 1, 0]), np.array([5, 5, 5, 6, 6, 1])
    found = regress(sparse.csr_matrix(x), regulator, target, penalty=3.0, n_blocks=5, seed=4)
    block = np.random.default_rng(4).permutation(np.arange(90) % 5)
    for aim in (1, 5, 6):
        mine = target == aim
        whole = Ridge(3.0).fit(x[:, regulator[mine]], x[:, aim])
        np.testing.assert_allclose(found.coef[mine], whole.coef_, rtol=1e-9)
        part = Ridge(3.0).fit(x[block != 2][:, regulator[mine]], x[block != 2, aim])
        np.testing.assert_allclose(found.left_out[mine, 2], part.coef_, rtol=1e-5)
    expected = [np.corrcoef(x[:, a], x[:, b])[0, 1] for a, b in zip(regulator, target, strict=True)]
    np.testing.assert_allclose(found.r, expected, rtol=1e-9)
    np.testing.assert_allclose(correlations(x, regulator, target), expected, rtol=1e-9)
    assert regress(x, regulator[:0], target[:0], penalty=1.0).coef.shape == (0,)


def test_a_chain_of_three_genes_by_hand_stops_at_no_expression():
    x = np.array([[2.0, 1.0, 3.0], [1.0, 0.2, 0.1]])
    network = sparse.csr_array(([0.5, -2.0], ([0, 1], [1, 2])), shape=(3, 3))  # A → B, B ⊣ C
    delta = propagate(x, np.array([0]), -x[:, [0]], network)
    np.testing.assert_allclose(delta, [[-2.0, -1.0, 2.0], [-1.0, -0.2, 0.4]])


def test_the_changed_gene_is_held_when_the_network_leads_back_to_it():
    x, loop = np.array([[2.0, 2.0]]), sparse.csr_array(([0.5, 0.5], ([0, 1], [1, 0])), shape=(2, 2))
    np.testing.assert_allclose(propagate(x, np.array([0]), np.array([[-1.0]]), loop), [[-1.0, -0.5]])


def test_levels_beyond_what_was_seen_are_held_to_it_and_counted():
    x = np.array([[1.0, 2.0], [3.0, 0.5]])
    delta, left = clip(x, np.array([[2.5, -0.5], [-1.0, 0.2]]), Range(np.array([1.0, 0.5]), np.array([3.0, 2.0])))
    np.testing.assert_allclose(delta, [[2.0, -0.5], [-1.0, 0.2]])
    assert left.tolist() == [1, 0]


def test_a_dose_multiplies_counts_and_more_of_it_never_lowers_the_level():
    x = np.log1p(np.array([0.0, 1.0, 3.0, 20.0]))
    np.testing.assert_allclose(first_change(x, 0.0, most=9.0), -x)
    np.testing.assert_allclose(np.expm1(x + first_change(x, 0.5, most=9.0)), [0, 0.5, 1.5, 10])
    np.testing.assert_allclose(first_change(x, 1.0, most=9.0), 0, atol=1e-12)
    np.testing.assert_allclose(np.expm1(x + first_change(x, 2.0, most=9.0)), [8, 2, 6, 40])  # (2 − 1) · mean(1, 3, 20)
    assert first_change(x, 2.0, most=9.0, everywhere=False)[0] == 0
    changes = np.array([first_change(x, dose, most=np.log1p(25)) for dose in (0, 0.2, 0.9, 1, 1.2, 2, 5, 10)])
    assert (np.diff(changes, axis=0) >= -1e-12).all() and (np.expm1(x + changes[-1]) <= 25 + 1e-9).all()


def made_up(seed: int = 0, n_cells: int = 300) -> Wired:
    rng = np.random.default_rng(seed)
    x = rng.gamma(2.0, 0.5, (n_cells, 5))
    x[:, 1] += 0.7 * x[:, 0]
    x[:, 2] += 0.5 * x[:, 1]
    at = np.array([0, 1, 3]), np.array([1, 2, 4])
    levels = sparse.csr_matrix(x.astype(np.float32))
    found = regress(levels, *at, penalty=1.0)
    return Wired(levels, *at, found.coef, found.left_out, Range.of(levels))


def test_only_what_the_network_leads_to_moves_and_doses_are_monotone():
    wired = made_up()
    means = [move(wired, Held({0: dose})).delta.mean(axis=0) for dose in (0.0, 0.5, 2.0)]
    assert move(wired, Held({0: 0.0})).genes.tolist() == [0, 1, 2]
    assert (np.diff(np.array(means), axis=0) > 0).all()
    both = move(wired, Held({0: 0.0, 3: 0.0}))
    np.testing.assert_allclose(both.delta[:, :3], move(wired, Held({0: 0.0})).delta, atol=1e-6)
    assert both.genes.tolist() == [0, 1, 2, 3, 4]
    assert move(wired, Held({0: 8.0})).capped > 0


def test_the_jackknife_of_a_mean_is_its_standard_error_and_the_spread_shrinks_with_cells():
    y = np.random.default_rng(1).normal(size=40)
    means = np.array([np.delete(y, i).mean() for i in range(40)])[:, None]
    assert jackknife(means)[0] == pytest.approx(y.std(ddof=1) / np.sqrt(40))
    few, many = (jackknife(spread(made_up(2, n), Held({0: 0.0}))[1])[1:3] for n in (100, 4000))
    assert (many < 0.5 * few).all() and (many > 0).all()


def test_the_spread_is_that_of_fits_to_newly_drawn_cells():
    same = Held({0: 0.0})
    fits = [made_up(seed) for seed in range(40)]
    drawn = np.array([move(fits[0], same, coef=fit.coef).delta.mean(axis=0)[1] for fit in fits])
    told = np.mean([jackknife(spread(fit, same)[1])[1] for fit in fits[:5]])
    assert 0.6 < told / drawn.std() < 1.6


def test_signs_multiply_along_the_shortest_path_and_contradictions_are_not_reached():
    table = edges("S A -1, A T 1, S B 1, B C -1, C U -1, S D 1, S E -1, D V 1, E V 1, B X 1, X Y 1, Y W 1, T Z 1, "
                  "C T 1")  # fmt: skip
    signalling = Signalling.of(table, seen=set("SABCDETUVXYWZ"), regulators=set("TUVWZ"))
    found = {one.regulator: one for one in signalling.reached("S")}
    assert set(found) == {"T", "U"}  # V: the two paths contradict; W: four steps; Z: only through another regulator
    assert found["T"].sign == -1 and found["T"].path == (("S", "A", -1), ("A", "T", 1))
    assert found["U"].path == (("S", "B", 1), ("B", "C", -1), ("C", "U", -1))
    assert found["T"].handed_on == -(SHARE**2) and found["U"].handed_on == SHARE**3
    assert set(signalling.nodes[signalling.reaching()]) == set("SABCDEXYT")
    assert signalling.reached("W") == [] and signalling.reached("nobody") == []
    unseen = Signalling.of(table, seen=set("SABCDETUVXYWZ") - {"A"}, regulators=set("TUVW"))
    assert [one.path[-1] for one in unseen.reached("S") if one.regulator == "T"] == [("C", "T", 1)]


def ground(rng: np.random.Generator, n_cells: int = 120, n_genes: int = 300) -> Ground:
    components = rng.normal(size=(n_cells, 6)).astype(np.float32)
    labels = np.where(components[:, 0] > 0.4, "right", np.where(components[:, 0] < -0.4, "left", "middle"))
    loadings = np.linalg.qr(rng.normal(size=(n_genes, 6)))[0].astype(np.float32)
    strata = strata_of(rng.random(n_genes), rng.random(n_genes) < 0.1)
    places = np.round(components[:, :2].clip(-1, 1)) + rng.uniform(0, 0.01, (n_cells, 2))
    return Ground(components, places, labels, loadings, strata)


def test_genes_are_shuffled_within_their_stratum_alone():
    rng = np.random.default_rng(0)
    strata = strata_of(rng.random(200), np.arange(200) < 20)
    found = shuffled(strata, rng)
    assert (strata[found] == strata).all() and sorted(found) == list(range(200))
    assert (found != np.arange(200)).mean() > 0.8 and np.bincount(strata).max() <= 30
    assert set(strata[:20]).isdisjoint(strata[20:])


def test_on_random_changes_the_null_holds_for_types_and_arrows():
    types, maps, arrows = [], [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        delta = np.tile(rng.normal(size=300), (120, 1)).astype(np.float32)
        led = lead(ground(rng), np.arange(300), delta, moving=np.ones(120, bool), permutations=39, seed=seed)
        types.append(led.towards["p"].iloc[seed % 3])
        maps.append(led.p)
        arrows += led.arrows["beyond"].tolist()
    assert kstest(np.array(types) - np.random.default_rng(1).random(60) / 20, "uniform").pvalue > 0.01
    assert np.mean(np.array(maps) <= 0.05) <= 0.1 and 0.02 < np.mean(arrows) < 0.09


def test_a_change_along_the_way_to_a_type_is_found_and_points_there():
    rng = np.random.default_rng(3)
    cells = ground(rng)
    delta = np.tile(cells.loadings[:, 0] * 3, (120, 1)).astype(np.float32)
    led = lead(cells, np.arange(300), delta, moving=np.ones(120, bool), permutations=99, seed=0)
    right = led.towards.loc["right"]
    assert right["p"] == 0.02 and right["score"] > right["null_high"]
    assert led.towards.loc["left", "score"] < led.towards.loc["left", "null_low"]
    assert led.arrows.loc[led.arrows["beyond"], "dx"].mean() > 0 and led.p <= 0.05
    still = lead(cells, np.arange(300), 0 * delta, moving=np.ones(120, bool), permutations=19, seed=0)
    assert not still.arrows["beyond"].any() and (still.arrows[["dx", "dy"]].abs().to_numpy() < 1e-6).all()
    assert (still.towards["p"] == 1).all()

"""Knockouts ranked by a wish: the best gene comes first, measured ones as measured, and chance is chance."""

import json

import numpy as np
import pytest
from anndata import AnnData
from scipy import stats

from engine import knockout
from engine.errors import InvalidParameter, StorageDamaged, UnknownName
from engine.knockout import many_screen
from engine.knockout.direction import direction_of
from engine.knockout.from_screen import fit_screen_model
from engine.knockout.rank import load_rank, rank, rank_id, ranked
from engine.knockout.scored import scores
from engine.knockout.wish import Wish
from engine.knowledge import Knowledge
from engine.library import Library
from engine.params import KnockoutParams
from engine.settings import Settings
from engine.store import Store
from engine.types import META, KnockoutModel
from tests.made_up_screen import made_up_screen
from tests.simulated import N_MODULES, write_study


@pytest.fixture(scope="module")
def known():
    """A model of a made-up screen that the ridge can learn from, and its true changes."""
    screen, knowledge, truth = made_up_screen(60, 0, 300, seed=0)
    return KnockoutModel(fit_screen_model(screen, knowledge, KnockoutParams())), truth


def wish_of(change, kind: str = "lower", n: int = 15) -> Wish:
    """To lower the genes that a change lowers most."""
    return Wish(kind, genes=tuple(change.drop("GENE0", errors="ignore").nsmallest(n).index), title="its genes")


def test_the_gene_whose_measured_change_was_wished_for_comes_first(known):
    model, truth = known
    best = truth.index[7]
    found = ranked(model, wish_of(truth.loc[best].drop(best)))
    first = found.table.iloc[0]
    assert found.table.index[0] == best and first["evidence"] == "measured" and first["low"] > 0
    assert first["p"] < 1e-4 and found.table["rank"].tolist() == list(range(1, len(found.table) + 1))
    raised = ranked(model, wish_of(truth.loc[best].drop(best), "raise")).table
    assert raised.index[-1] == best and raised["score"].iloc[-1] == pytest.approx(-first["score"])


def test_every_gene_that_can_be_told_is_ranked_once_with_its_evidence(known):
    model, truth = known
    table, can = ranked(model, wish_of(truth.iloc[0])).table, knockout.candidates(model).query("can")["gene"]
    assert table.index.is_unique and set(table.index) == set(can) | set(truth.index)
    assert set(table.index[table["evidence"] == "measured"]) == set(truth.index)
    assert table.loc[table["evidence"] == "predicted", "nearest"].isin(truth.index).all()
    assert np.isfinite(table[["score", "low", "high", "z", "p", "fdr", "beyond"]].to_numpy()).all()


def test_predicted_scores_are_those_of_the_changes_that_a_click_tells(known, monkeypatch):
    model, truth = known
    wish = wish_of(truth.iloc[0])
    whole, direction = ranked(model, wish).table, direction_of(model, wish)
    monkeypatch.setattr(many_screen, "CHUNK", 37)
    np.testing.assert_allclose(ranked(model, wish).table["score"].reindex(whole.index), whole["score"])
    gene = whole.index[whole["evidence"] == "predicted"][3]
    change = knockout.knock_out(model, gene).table["change"].to_numpy()[None]
    by_hand = scores(change, direction, model.adata.var_names.get_indexer([gene]))
    assert whole.loc[gene, "score"] == pytest.approx(by_hand.score[0], rel=1e-4)
    assert whole.loc[gene, "z"] == pytest.approx(by_hand.z[0], rel=1e-4)


def test_nine_in_ten_true_scores_lie_inside_the_intervals(known):
    model, truth = known
    wishes = [wish_of(truth.iloc[row]) for row in range(12)]
    assert 0.82 < np.mean([inside(model, truth, wish) for wish in wishes]) < 0.97


def test_nine_in_ten_true_scores_of_genes_that_were_not_perturbed_lie_inside_the_intervals():
    held = []
    for seed in range(3):
        screen, knowledge, truth = made_up_screen(80, 0, 200, seed=seed)
        model = KnockoutModel(fit_screen_model(screen.of(screen.names[:50]), knowledge, KnockoutParams()))
        wishes = [wish_of(truth.iloc[row]) for row in range(6)]
        held += [inside(model, truth.iloc[50:], wish) for wish in wishes]
    assert 0.82 < np.mean(held) < 0.97


def inside(model, truth, wish) -> float:
    """Share of these perturbations whose true score lies in its interval."""
    table, direction = ranked(model, wish).table, direction_of(model, wish)
    rows = table.index.intersection(truth.index)
    true = scores(truth.loc[rows].to_numpy(), direction, model.adata.var_names.get_indexer(rows)).score
    return float(((table.loc[rows, "low"] <= true) & (true <= table.loc[rows, "high"])).mean())


def test_the_margin_is_the_conformal_quantile_and_is_none_where_they_are_too_few():
    errors = np.arange(1, 20) * np.where(np.arange(19) % 2, 1, -1)
    assert many_screen.conformal(errors, 0.9) == 18 and np.isnan(many_screen.conformal(errors[:8], 0.9))
    rng = np.random.default_rng(0)
    held = [abs(rng.standard_t(3)) <= many_screen.conformal(rng.standard_t(3, 29), 0.8) for _ in range(3000)]
    assert np.mean(held) == pytest.approx(0.8, abs=0.025)


def test_wishes_for_nothing_give_uniform_p(known):
    model, _ = known
    rng, p = np.random.default_rng(0), []
    for seed in range(60):
        genes = tuple(rng.choice(model.genes, 20, replace=False))
        direction = direction_of(model, Wish("raise", genes=genes))
        p.append(scores(model.adata.X[seed : seed + 1], direction, np.array([-1])).p[0])
    assert stats.kstest(p, "uniform").pvalue > 0.01 and np.mean(np.array(p) < 0.05) < 0.13
    assert 0.03 < ranked(model, Wish("raise", genes=genes)).facts["shuffled"] < 0.08


def test_where_nothing_beats_the_mean_only_what_was_measured_is_ranked():
    screen, knowledge, truth = made_up_screen(12, 0, 200, seed=2, known=False)
    model = KnockoutModel(fit_screen_model(screen, knowledge, KnockoutParams()))
    assert model.facts["best"] == "mean"
    found = ranked(model, wish_of(truth.iloc[0]))
    assert set(found.table["evidence"]) == {"measured"} and len(found.table) == len(truth)
    assert any("told the same" in warning for warning in found.facts["warnings"])


def test_where_genes_were_switched_on_a_ranking_says_so(known):
    facts = dict(known[0].facts, kind="activation")
    model = KnockoutModel(known[0].adata.copy())
    model.adata.uns[META] = json.dumps(facts)
    wish = wish_of(known[1].iloc[0])
    assert "the opposite of a knockout" in ranked(model, wish).facts["warnings"][0]
    assert not any("opposite" in said for said in ranked(known[0], wish).facts["warnings"])


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A store and the id of a model of cells whose genes keep company by module."""
    settings = Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path_factory.mktemp("home"))})
    write_study(settings.folder("studies"), n_cells=90)
    rows = [f"GENE{i}\tGENE{j}\t1" for i in range(8) for j in range(8, 58) if (i - j) % N_MODULES == 0]
    (settings.folder("studies") / "n.tsv").write_text("\n".join(["source\ttarget\tsign", *rows]) + "\n")
    knowledge, store = Knowledge(settings), Store(settings)
    knowledge.add_own(settings.folder("studies") / "n.tsv", "TF targets", "Regulators")
    study = Library(settings).study("tiny")
    params = KnockoutParams(networks="regulators", n_genes=50)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.tl.umap.umap", lambda places, *_rest, **_more: places[:, :2])  # slow, and not looked at
        return store, knockout.fit(study, params, store=store, knowledge=knowledge)


def test_regulators_are_ranked_by_the_change_that_a_click_tells(network):
    store, name = network
    model, wish = knockout.load_model(name, store=store), Wish("towards", to="high", start="low")
    table = load_rank(rank(name, wish, store=store), store=store).table
    assert len(table) == 8 and set(table["evidence"]) == {"simulated"} and table["beyond"].isna().all()
    gene, direction = table.index[0], direction_of(model, wish)
    change = knockout.knock_out(model, gene, cell_type="low").table["change"].to_numpy()[None]
    by_hand = scores(change, direction, model.adata.var_names.get_indexer([gene])).score[0]
    assert table.loc[gene, "score"] == pytest.approx(by_hand, rel=0.05)
    assert (table["low"] < table["score"]).all() and (table["score"] < table["high"]).all()
    lowers = load_rank(rank(name, Wish("lower", genes=tuple(f"GENE{i}" for i in range(8, 58, 4))), store=store),
                       store=store).table  # fmt: skip
    assert set(lowers.index[:2]) == {"GENE0", "GENE4"}


def test_a_ranking_is_made_once_and_what_it_rests_on_is_told(network):
    store, name = network
    wish = Wish("raise", genes=("GENE10", "GENE14", "GENE18", "GENE9999"), title="some")
    made = rank(name, wish, store=store)
    assert made == rank_id(name, wish) == rank(name, wish, store=store) != rank_id(name, wish, seed=1)
    facts = load_rank(made, store=store).facts
    assert (facts["model"], facts["basis"], facts["missing"]) == (name, "network", ["GENE9999"])
    assert "1 of 4 genes of the set are not measured" in facts["warnings"][0]
    assert facts["made"]["command"].startswith("python -m engine rank tiny --raise genes.txt ")
    assert "go further than genes of like expression" in facts["sentences"][1]


def test_what_is_no_ranking_or_gone_is_said(network):
    store, name = network
    store.write("rank-broken", AnnData(uns={"x": 1}))
    with pytest.raises(StorageDamaged, match="expected to be a ranking"):
        load_rank("rank-broken", store=store)
    with pytest.raises(UnknownName, match="There is no ranking 'rank-0'"):
        load_rank("rank-0", store=store)
    with pytest.raises(InvalidParameter, match="genes or more of 'S' must be measured"):
        rank(name, Wish("raise", genes=("X", "Y", "Z"), title="S"), store=store)

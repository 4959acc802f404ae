"""A knockout told from a screen: what a click gives, what it warns of and what it refuses."""

import json
import time
from types import SimpleNamespace

import anndata
import numpy as np
import pytest

from engine.errors import InvalidParameter, InvalidStudy, UnknownName
from engine.knockout.from_screen import fit_screen_model, predict_from_screen
from engine.params import KnockoutParams
from engine.perturb.methods import METHODS
from engine.perturb.verdict import verdict
from engine.types import META, KnockoutModel, Screen
from tests.made_up_screen import made_up_screen

PARAMS = KnockoutParams()


@pytest.fixture(scope="module")
def made():
    return made_up_screen(40, 30, 120, seed=0)


@pytest.fixture(scope="module")
def model(made, tmp_path_factory):
    """As it comes from the store."""
    path = tmp_path_factory.mktemp("model") / "model.h5ad"
    fit_screen_model(*made[:2], PARAMS).write_h5ad(path)
    return KnockoutModel(anndata.read_h5ad(path))


def unseen(model, n=1):
    table = model.candidates
    return table.index[~table["seen"] & (table["known_by"] != "")][:n].tolist()


def test_a_click_tells_what_the_core_tells_of_an_unseen_gene(made, model):
    screen, knowledge, _ = made
    gene = unseen(model)[0]
    effect = predict_from_screen(model, [gene])
    np.testing.assert_allclose(effect.table["change"], METHODS["core"].predict(screen, [gene], knowledge, 0)[0],
                               rtol=1e-4, atol=1e-5)  # fmt: skip
    evidence = effect.evidence
    assert evidence["class"] == "unseen single" and evidence["n_calibration"] == 40 and not evidence["left_out"]
    assert evidence["nearest"] in screen.names and 0 < evidence["likeness"] <= 1
    rest = effect.table[~effect.table["target"]]
    assert (rest["low"] < rest["change"]).all() and (rest["change"] < rest["high"]).all()
    assert rest["measured"].isna().all()


def test_a_trained_perturbation_is_told_without_itself_beside_what_was_measured(made, model):
    screen, knowledge, _ = made
    name = screen.names[0]
    effect = predict_from_screen(model, [name])
    again = fit_screen_model(screen.of(screen.names[1:]), knowledge, PARAMS)
    told = predict_from_screen(KnockoutModel(again), [name]).table["change"]
    away = ~effect.table["target"]
    assert np.corrcoef(effect.table["change"][away], told[away])[0, 1] > 0.99
    np.testing.assert_array_equal(effect.table["measured"], screen.delta[0])
    assert effect.evidence["left_out"] and any("without it" in sentence for sentence in effect.evidence["warnings"])


@pytest.mark.parametrize(("how", "kind"), [("seen seen", "pair, both seen"), ("seen unseen", "pair, one seen"),
                                           ("unseen unseen", "pair, none seen")])  # fmt: skip
def test_pairs_are_told_by_their_class(made, model, how, kind):
    new = unseen(model, 2)
    genes = {"seen seen": made[0].names[:2], "seen unseen": [made[0].names[0], new[0]], "unseen unseen": new}[how]
    effect = predict_from_screen(model, genes)
    assert effect.evidence["class"] == kind and effect.evidence["n_calibration"] == 30
    assert np.isfinite(effect.table["change"]).all()
    np.testing.assert_allclose(predict_from_screen(model, genes[::-1]).table["change"], effect.table["change"])


def test_a_gene_that_nothing_knows_is_not_told_but_the_mean_is_on_request(model):
    gene = model.candidates.index[(model.candidates["known_by"] == "") & ~model.candidates["seen"]][0]
    effect = predict_from_screen(model, [gene])
    assert effect.table["change"].isna().all() and "method train-mean" in effect.evidence["abstained"]
    mean = predict_from_screen(model, [gene], method="train-mean")
    assert np.isfinite(mean.table["change"]).all() and mean.table["low"].isna().all()
    assert not mean.evidence["abstained"]


def test_a_seen_gene_that_nothing_knows_can_be_part_of_a_pair(made, model):
    table = model.candidates
    gene = table.index[(table["known_by"] == "") & table["seen"]][0]
    other = next(name for name in made[0].names[:40] if name != gene)
    assert predict_from_screen(model, [gene]).evidence["abstained"]
    assert not predict_from_screen(model, [gene, other]).evidence["abstained"]


@pytest.mark.parametrize(("genes", "error", "said"), [
    ([], InvalidParameter, "one gene or two"), (["GENE1", "GENE2", "GENE4"], InvalidParameter, "found 3"),
    (["GENE1", "GENE1"], InvalidParameter, "given twice"), (["GENE1000"], UnknownName, "no gene 'GENE1000'"),
])  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_a_sentence(model, genes, error, said):
    with pytest.raises(error, match=said):
        predict_from_screen(model, genes)


def test_levels_and_methods_that_are_not_to_be_had_are_refused(model):
    gene = unseen(model)
    with pytest.raises(InvalidParameter, match="The highest level they support is 97.5 %"):
        predict_from_screen(model, gene, level=0.99)
    assert predict_from_screen(model, gene, level=None).table["low"].isna().all()
    with pytest.raises(InvalidParameter, match="found 'oracle'"):
        predict_from_screen(model, gene, method="oracle")


def test_too_few_perturbations_are_refused(made):
    with pytest.raises(InvalidStudy, match="3 perturbations .* found 2"):
        fit_screen_model(made[0].of(made[0].names[:2]), made[1], PARAMS)


def test_where_nothing_beats_the_mean_the_verdict_and_each_click_say_so():
    screen, knowledge, _ = made_up_screen(40, 0, 100, seed=2, known=False)
    model = KnockoutModel(fit_screen_model(screen, knowledge, PARAMS))
    assert model.facts["best"] == "mean" and "Nothing beats the mean" in model.facts["verdict"][0]
    effects = [predict_from_screen(model, [gene]) for gene in unseen(model, 2)]
    assert "Nothing beats that here" in effects[0].evidence["warnings"][0]
    np.testing.assert_array_equal(*(effect.table.loc[~effects[0].table["target"] & ~effects[1].table["target"],
                                                     "change"] for effect in effects))  # fmt: skip


@pytest.mark.parametrize(("more", "said"), [(0.0, "errs as much in mean square."), (0.05, "errs 5.0 % more in mean")])
def test_a_rival_that_tells_the_same_as_the_mean_is_said_to_err_as_much(more, said):
    errors = np.linspace(1, 2, 20)
    singles = SimpleNamespace(changes=SimpleNamespace(names=list(range(20))), best="mean",
                              errors={"mean": errors, "linear": errors * (1 + more), "ridge": errors},
                              ridge=SimpleNamespace(amounts=np.zeros(2)))  # fmt: skip
    assert said in verdict(singles)[0]


def test_a_target_that_did_not_move_or_is_not_measured_is_warned_of(made):
    screen, knowledge, _ = made
    screen = screen.of(screen.names[:10])
    screen.adata.obs.loc[screen.names[0], ["target_p", "target_change"]] = 0.4, -0.1
    keep = screen.genes != screen.names[1]
    screen = Screen(screen.adata[:, keep].copy())
    model = KnockoutModel(fit_screen_model(screen, knowledge, PARAMS))
    assert any("did not move" in said for said in predict_from_screen(model, [screen.names[0]], level=None)
               .evidence["warnings"])  # fmt: skip
    assert any("not among the measured" in said for said in predict_from_screen(model, [screen.names[1]], level=None)
               .evidence["warnings"])  # fmt: skip


def test_the_model_can_be_kept_and_asked_as_before(made, model):
    fresh = KnockoutModel(fit_screen_model(*made[:2], PARAMS))
    genes = unseen(model)
    np.testing.assert_allclose(predict_from_screen(fresh, genes).table["high"],
                               predict_from_screen(model, genes).table["high"])  # fmt: skip
    assert json.loads(model.adata.uns[META])["basis"] == "screen" and model.screen.facts["kind"] == "interference"
    assert set(model.facts["loo"]) == {"mean", "no change", "linear", "ridge"}


def test_a_warm_click_takes_far_less_than_a_second(model):
    predict_from_screen(model, unseen(model))
    started = time.perf_counter()
    for _ in range(5):
        predict_from_screen(model, unseen(model))
    assert (time.perf_counter() - started) / 5 < 0.3


def test_the_linear_model_tells_a_perturbation_without_it(made, model):
    name = next(name for name in made[0].names if "+" not in name)
    rest = Screen(model.adata[model.adata.obs_names != name].copy())
    (expected,) = METHODS["linear"].predict(rest, [name], made[1], 0)
    told = predict_from_screen(model, [name], method="linear")
    np.testing.assert_allclose(told.table["change"], expected, rtol=1e-4, atol=1e-6)
    assert told.table["low"].isna().all() and not told.evidence["abstained"]

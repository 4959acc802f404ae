"""Trials run, go on where they stopped, hand methods nothing of what is held out, and say what fails."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from anndata import AnnData

from engine import trials
from engine.errors import InvalidParameter, InvalidStudy, JobCancelled, UnknownName
from engine.knowledge import Knowledge
from engine.params import KnockoutParams
from engine.perturb.methods import METHODS
from engine.progress import Progress
from engine.screens import study_of_file
from engine.settings import Settings
from engine.store import Store
from engine.trials.intervals import told_with_intervals
from engine.trials.one import PDS_CHANCE, try_method
from engine.trials.table import COLUMNS, MEAN
from engine.types import META, GeneKnowledge, Screen
from tests.made_up_screen import made_up_screen
from tests.table_of_effects import write_effects


@pytest.fixture
def made(tmp_path):
    settings = Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path / "home")})
    study = study_of_file(write_effects(tmp_path), kind="interference")
    return study, Store(settings), Knowledge(settings)


def run(made, methods, *, split="folds", seeds=(0,), progress=None):
    study, store, knowledge = made
    return trials.run(study, KnockoutParams(), methods, split, seeds, store=store, knowledge=knowledge,
                      progress=progress)  # fmt: skip


@pytest.fixture
def counted(monkeypatch) -> list[tuple[str, int]]:
    """Calls of the additive method, as number of names learned from and told."""
    calls, real = [], METHODS["additive"]

    def predict(screen, names, known, seed):
        calls.append((screen.adata.n_obs, len(names)))
        return real.predict(screen, names, known, seed)

    monkeypatch.setitem(METHODS, "additive", replace(real, predict=predict))
    return calls


def test_what_is_there_is_not_tried_again_and_more_seeds_go_on(made, counted):
    first = run(made, ["additive"])
    assert len(counted) == 5 and first[0].trial  # five folds
    assert run(made, ["additive"]) == first and len(counted) == 5
    assert len(run(made, ["additive"], seeds=[0, 1])) == 2 and len(counted) == 10
    study, store, knowledge = made
    there = trials.trials_there(study, KnockoutParams(), ["additive", "core"], "folds", range(5), store=store,
                                knowledge=knowledge)  # fmt: skip
    assert set(there) == {("additive", 0), ("additive", 1)}


def test_a_run_that_is_stopped_keeps_what_was_done(made, counted):
    class Stop(Progress):
        def check(self):
            if len(counted) >= 5:
                raise JobCancelled("Stopped.")

    with pytest.raises(JobCancelled):
        run(made, ["additive"], seeds=[0, 1], progress=Stop())
    assert len(counted) == 5
    run(made, ["additive"], seeds=[0, 1])
    assert len(counted) == 10


def test_a_method_is_handed_the_training_perturbations_alone(monkeypatch):
    screen, known, _ = made_up_screen(20, 10, 50, seed=0)
    seen = []

    def predict(train, names, _, __):
        seen.append((set(train.names), list(names)))
        assert {layer.shape[0] for layer in train.adata.layers.values()} == {len(train.names)}
        return np.zeros((len(names), 50), np.float32)

    monkeypatch.setitem(METHODS, "additive", replace(METHODS["additive"], predict=predict))
    trial = try_method(screen, "additive", "simulation", 0, known, name="x")
    (train, names), = seen
    assert not train & set(names) and sorted(names) == sorted(trial.values.index)
    unseen = {gene for name in trial.values.index[trial.values["class"] == "unseen single"] for gene in name.split("+")}
    assert unseen and not unseen & {gene for name in train for gene in name.split("+")}


def test_changing_what_was_held_out_changes_no_prediction(monkeypatch):
    screen, known, _ = made_up_screen(20, 10, 50, seed=0)
    (part,) = trials.parts_of(screen.names, "simulation", 0)
    spoilt = screen.adata.copy()
    at = spoilt.obs_names.isin(part.held_out)
    spoilt.X[at] = 99.0
    for name in ("ridge", "linear", "train-mean"):
        told, real = [], METHODS[name]
        monkeypatch.setitem(METHODS, name, replace(real, predict=lambda *a, r=real, t=told: t.append(r.predict(*a)) or
                                                   t[-1]))
        for one in (screen, Screen(spoilt)):
            try_method(one, name, "simulation", 0, known, name="x")
        np.testing.assert_array_equal(told[0], told[1])


def test_the_core_with_intervals_tells_what_the_core_tells_and_they_hold_what_they_promise():
    screen, known, _ = made_up_screen(30, 16, 80, seed=0)
    (part,) = trials.parts_of(screen.names, "simulation", 0)
    train = screen.of(list(part.train))
    change, half = told_with_intervals(train, part, known, 0)
    np.testing.assert_array_equal(change, METHODS["core"].predict(train, list(part.held_out), known, 0))
    assert set(half) == {50, 80, 90} and (half[90][0] > half[50][0]).all()
    values = try_method(screen, "core", "simulation", 0, known, name="x").values
    held = values.loc[values["class"] == "unseen single", ["coverage_50", "coverage_90"]].mean()
    assert 0.3 < held["coverage_50"] < 0.75 and 0.8 < held["coverage_90"] < 1.0


def test_the_replicate_is_the_other_half_and_unknown_for_a_table(made):
    screen, _, _ = made_up_screen(20, 0, 50, seed=0)
    trial = try_method(screen, "replicate", "single70", 0, GeneKnowledge(), name="x")
    name = trial.values.index[0]
    halves = [np.delete(screen.adata[name].layers[half].ravel(), screen.genes.tolist().index(name))
              for half in ("half_a", "half_b")]  # fmt: skip
    assert trial.values.loc[name, "pcc_delta"] == pytest.approx(np.corrcoef(*halves)[0, 1])
    (found,) = run(made, ["replicate"])
    (kept,) = trials.read_trials([found.trial], store=made[1])
    assert kept.values.drop(columns=["class", PDS_CHANCE]).isna().all(axis=None)
    assert "no cells to halve" in kept.notes[0]


def test_the_long_table_has_every_perturbation_and_means_over_what_is_defined(made):
    found = run(made, trials.choose(["train-mean"]), split="simulation", seeds=[0, 1])
    table = trials.long_table(trials.read_trials([one.trial for one in found], store=made[1]))
    assert tuple(table.columns) == COLUMNS and set(table["method"]) == {"train-mean", "replicate"}
    part = table[(table["method"] == "train-mean") & (table["measure"] == "rmse") & (table["seed"] == 1)
                 & (table["class"] == "unseen single")]  # fmt: skip
    each, mean = part[part["perturbation"] != MEAN]["value"], part[part["perturbation"] == MEAN]["value"]
    assert len(each) > 1 and mean.item() == pytest.approx(each.mean())
    systema = table[(table["method"] == "train-mean") & (table["measure"] == "pcc_systema")]
    assert systema["value"].isna().all()
    over = trials.summary(table).set_index(["method", "class", "measure"])
    assert over.loc[("train-mean", "unseen single", "pcc_systema"), "missing"] > 0


def test_a_method_that_fails_is_told_and_the_others_go_on(made, monkeypatch):
    def failing(*_):
        raise InvalidStudy("Too few.")

    monkeypatch.setitem(METHODS, "linear", replace(METHODS["linear"], predict=failing))
    found = run(made, ["linear", "additive"])
    assert found[0].fault == "Low-rank linear, seed 0, could not be tried. Too few." and found[1].trial


def test_both_controls_are_in_every_choice_and_unknown_names_are_refused():
    assert {"train-mean", "replicate"} <= set(trials.choose(["additive"]))
    assert set(trials.choose(["baselines"])) == {name for name, one in trials.contestants().items()
                                                 if one.kind in ("control", "baseline")}  # fmt: skip
    with pytest.raises(UnknownName, match="no method 'lineer'.*Closest: linear"):
        trials.choose(["lineer"])


def test_too_few_perturbations_are_refused_before_anything_is_learned(made, tmp_path, counted):
    few = study_of_file(write_effects(tmp_path, name="few", n_singles=6, n_pairs=0), kind="interference")
    for split, words in (("folds", "needs 10 genes"), ("doubles", "no two genes were perturbed together")):
        with pytest.raises(InvalidParameter, match=words):
            run((few, *made[1:]), ["additive"], split=split)
    assert not counted


def test_a_gene_map_of_the_study_itself_is_refused(made, counted):
    study, store, knowledge = made
    store.write("embedding-own", AnnData(np.ones((3, 2)), uns={META: json.dumps({"study": study.name})}))
    with pytest.raises(InvalidParameter, match="'embedding-own' was made of all cells of this study, those of"):
        trials.run(study, KnockoutParams(map="embedding-own"), ["additive"], "folds", [0], store=store,
                   knowledge=knowledge)  # fmt: skip
    assert not counted


def test_what_the_library_holds_is_part_of_a_trials_id(made, tmp_path):
    study, store, knowledge = made
    before = run(made, ["additive"])[0].trial
    (tmp_path / "mine.gmt").write_text("A SET\tmade up\tGENE1\tGENE2\tGENE3\n")
    knowledge.add_own(tmp_path / "mine.gmt", "gene sets", "Mine")
    assert run(made, ["additive"])[0].trial != before
    assert json.loads(store.read(before).uns[META])["method"] == "additive" and study.is_screen

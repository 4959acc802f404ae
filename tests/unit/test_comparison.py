"""Running a comparison on made-up cells: each score once, faults told, cancel and resume between scores."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from engine import comparison
from engine.benchmark import read_score
from engine.contenders import CONTENDERS, choose, find_contender
from engine.errors import GeneweaveError, InvalidParameter, JobCancelled, StorageFull, UnknownName
from engine.io.study_file import read_study
from engine.metrics.report import SCORERS
from engine.params import EmbedParams, TrainParams
from engine.progress import Progress
from engine.settings import Settings
from engine.store import Store
from tests.simulated import write_study

SHORT = EmbedParams.from_dict({"training": {"epochs": 2}, "network": {"n_genes": 60}})
QUICK = ("random", "random-by-name", "degrees", "pearson-size", "pearson", "like-degree")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return read_study(write_study(tmp_path_factory.mktemp("study")))


@pytest.fixture
def store(tmp_path):
    return Store(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path)}))


class Listening(Progress):
    """Remembers stages and log; asks to stop when a stage begins."""

    def __init__(self, stop_at: str = "never") -> None:
        self.stages, self.said, self.fractions, self._stop = [], [], [], stop_at

    def stage(self, name, fraction):
        self.stages.append(name)
        self.fractions.append(fraction)

    def log(self, text):
        self.said.append(text)

    def check(self):
        if self.stages and self.stages[-1] == self._stop:
            raise JobCancelled("stopped")


def run(study, store, methods=QUICK, seeds=(0, 1), params=SHORT, **more):
    return comparison.benchmark(study, params, methods, seeds, store=store, device="cpu", **more)


def test_every_contender_is_scored_at_every_seed_and_told_in_stages(study, store):
    progress = Listening()
    found = run(study, store, progress=progress)
    assert [(one.contender, one.seed) for one in found] == [(name, seed) for seed in (0, 1) for name in QUICK]
    assert all(store.has(one.score) and not one.fault for one in found)
    assert "Random vectors, seed 1" in progress.stages and progress.fractions == sorted(progress.fractions)


def test_the_table_has_a_row_a_method_seed_and_measure(study, store):
    found = run(study, store)
    table = comparison.long_table({(one.contender, one.seed): one.score for one in found}, store=store)
    assert list(table.columns) == ["method", "label", "kind", "seed", "measure", "value"]
    assert not table.duplicated(["method", "seed", "measure"]).any() and set(table["method"]) == set(QUICK)
    random = table[(table["method"] == "random") & (table["measure"] == "held_out_auc")]["value"]
    assert ((random > 0.3) & (random < 0.7)).all()
    correlated = table[(table["method"] == "pearson-size") & (table["measure"] == "held_out_auc")]["value"]
    assert (correlated > 0.9).all()
    assert set(table[table["method"] == "like-degree"]["measure"]) == {"neighbour_overlap", "seconds", "peak_mb"}


def test_what_is_there_is_told_without_computing_and_not_computed_again(study, store, monkeypatch):
    assert comparison.scores_there(study, SHORT, QUICK, [0], store=store) == {}
    found = run(study, store, seeds=[0])
    there = comparison.scores_there(study, SHORT, QUICK, [0, 1], store=store)
    assert there == {(one.contender, 0): one.score for one in found}
    monkeypatch.setattr("engine.benchmark.train", None)
    assert [one.score for one in run(study, store, seeds=[0])] == [one.score for one in found]


def test_another_seed_hides_other_edges_from_a_score_of_pairs(study, store):
    values = [read_score(one.score, store=store)["values"]["held_out_auc"]
              for one in run(study, store, methods=["pearson"], seeds=range(3))]  # fmt: skip
    assert len(set(values)) == 3


def test_a_score_of_pairs_does_not_depend_on_how_long_the_model_learns(study, store):
    longer = replace(SHORT, training=replace(SHORT.training, epochs=7))
    run(study, store, methods=["degrees"], seeds=[0])
    assert comparison.scores_there(study, longer, ["degrees"], [0], store=store)


def test_a_contender_that_fails_is_reported_and_the_others_go_on(study, store, monkeypatch):
    from engine import benchmark

    real = benchmark.train

    def failing(graphs, splits, params, **more):
        if params.method.method == "random":
            raise InvalidParameter("This method wants more genes.")
        return real(graphs, splits, params, **more)

    monkeypatch.setattr("engine.benchmark.train", failing)
    progress = Listening()
    first, second = run(study, store, methods=["random", "random-by-name"], seeds=[3], progress=progress)
    assert first.fault == "Random vectors, seed 3, could not be scored. This method wants more genes."
    assert first.fault in progress.said and second.score
    comparison.need_one([first, second])
    with pytest.raises(GeneweaveError, match="wants more genes"):
        comparison.need_one([first])


def test_a_full_disk_stops_the_run(study, store, monkeypatch):
    def full(*_, **__):
        raise StorageFull("The disk is full.")

    monkeypatch.setattr("engine.benchmark.train", full)
    with pytest.raises(StorageFull):
        run(study, store)


def test_a_run_is_stopped_between_scores_and_goes_on_where_it_was(study, store):
    with pytest.raises(JobCancelled):
        run(study, store, progress=Listening(stop_at="Product of degrees, seed 0"))
    there = comparison.scores_there(study, SHORT, QUICK, [0, 1], store=store)
    assert {name for name, _ in there} == set(QUICK[:3]) and {seed for _, seed in there} == {0}
    assert all(one.score for one in run(study, store))


def test_gene_level_tasks_are_run_on_vectors_and_become_measures(study, store, monkeypatch):
    rows = [{"task": "dosage", "title": "Dosage", "group": "classes", "model": "forest", "measure": "auroc",
             "value": 0.8, "sd": 0.1, "chance": 0.5, "n": 90, "positives": 30, "skipped": ""}]  # fmt: skip
    rows += [rows[0] | {"model": "", "value": 0.6}, rows[0] | {"model": "", "measure": "", "skipped": "Too few."}]
    asked = []

    def gene_level(name, *, store, knowledge, progress):
        asked.append(name)
        return "tasks-1"

    fake = SimpleNamespace(gene_level=gene_level, read_tasks=lambda name, store: rows)
    monkeypatch.setitem(sys.modules, "engine.gene_level", fake)
    found = run(study, store, methods=["random", "degrees"], seeds=[0], knowledge=object())
    assert [one.tasks for one in found] == ["tasks-1", ""] and asked == [found[0].score]
    scores = {(one.contender, one.seed): one.score for one in found}
    table = comparison.long_table(scores, {("random", 0): "tasks-1"}, store=store)
    told = table[table["measure"].str.contains("/")].set_index("measure")["value"].to_dict()
    assert told == {"dosage/forest/auroc": 0.8, "dosage/none/auroc": 0.6}


def test_groups_of_contenders_are_chosen_by_name_each_once():
    assert set(choose(["nulls"], SHORT)) >= {"random", "degrees"}
    assert choose(["muse-gnn", "all", "nulls"], SHORT) == choose(["all"], SHORT)
    assert "table" not in choose(["rivals"], SHORT) and set(choose(["ablations"], SHORT)) >= {"no-contrast"}
    assert {CONTENDERS[name].scorer for name in choose(["nulls"], SHORT)} >= set(SCORERS)
    with pytest.raises(UnknownName, match="no method 'randon'.*Closest: random"):
        choose(["randon"], SHORT)


def test_an_ablation_is_the_model_with_one_part_changed():
    params = EmbedParams.from_dict({"method": {"method": "random"}, "training": {"epochs": 9}})
    changed = find_contender("no-contrast").change(params)
    assert changed.method.method == "muse-gnn" and changed.model.contrast_weight == 0
    assert changed == replace(params, method=changed.method, model=changed.model)


def test_vectors_of_a_table_do_not_change_the_ids_of_other_methods(study, store):
    given = replace(SHORT, method=replace(SHORT.method, vectors="v.tsv"))
    run(study, store, methods=["random"], seeds=[0])
    assert comparison.scores_there(study, given, ["random"], [0], store=store)


def test_vectors_and_clusters_are_kept_with_a_score(study, store):
    random, degrees = run(study, store, methods=["random", "degrees"], seeds=[0])
    kept = store.read(random.score)
    assert kept.X.shape == (120, SHORT.model.n_latent) and {"dataset", "gene", "cluster"} <= set(kept.obs)
    assert np.isfinite(kept.X).all() and store.read(degrees.score).X is None


def test_a_short_look_at_the_model_does_not_cut_its_rivals_short():
    short, long = (EmbedParams(training=TrainParams(epochs=n)) for n in (80, 2000))
    for rival in ("giant", "gae"):
        assert find_contender(rival).change(short).training.epochs == TrainParams().epochs
        assert find_contender(rival).change(long).training.epochs == 2000
    assert find_contender("muse-gnn").change(short).training.epochs == 80


def test_on_networks_without_an_edge_the_model_says_why_not_and_the_others_are_scored(study, store):
    bare = replace(SHORT, network=replace(SHORT.network, max_p=0.0))
    names = [name for name in choose(["all"], bare) if CONTENDERS[name].kind != "ablation"]
    found = {one.contender: one for one in run(study, store, methods=names, seeds=[0], params=bare)}
    for name in ("muse-gnn", "untrained"):
        assert "the network of 'part 0', 'part 1' has no edge" in found.pop(name).fault
    for one in found.values():
        assert not one.fault and read_score(one.score, store=store)["values"].get("held_out_auc") is None

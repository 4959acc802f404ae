"""The tests of a score against the library's truth: what is done, kept, and told to be lacking."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from engine.errors import JobCancelled, KnowledgeMissing, UnknownName
from engine.gene_level import TASKS, gene_level, missing_truth, read_tasks
from engine.knowledge import Knowledge
from engine.metrics import gene_tasks
from engine.progress import Progress
from engine.settings import Settings
from engine.store import Store
from tests.shared_data import shared
from tests.small_library import entry, library_of

GENES = np.array([f"G{k:03d}" for k in range(120)])
GMT = "".join(f"S{k}\tabout\t" + "\t".join(GENES[k * 20 : k * 20 + 30]) + "\n" for k in range(5)).encode()
OTHER_GMT = GMT.replace(b"S4\t", b"T4\t").replace(b"G080\t", b"")
RANGES = [f"{'long' if k % 2 else 'short'}_range,{gene}\n" for k, gene in enumerate(GENES)]
CLASSES = "".join(["label,gene\n", *RANGES]).encode()


@pytest.fixture
def store(tmp_path, monkeypatch) -> Store:
    """With the score `score-a`: random vectors of two datasets of 90 genes, 60 of them in both."""
    monkeypatch.setattr(gene_tasks, "N_TREES", 10)
    store = Store(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path / "home")}))
    obs = pd.DataFrame({"dataset": np.repeat(["x", "y"], 90), "gene": np.concatenate([GENES[:90], GENES[30:]])})
    obs.index = obs["dataset"] + "|" + obs["gene"]
    vectors = np.random.default_rng(0).standard_normal((180, 6)).astype(np.float32)
    store.write("score-a", AnnData(vectors, obs=obs.astype("category")))
    return store


@pytest.fixture
def library(tmp_path, monkeypatch):
    """`library(name=content, …)`: made-up files for some tests; the others are known and not here."""

    def make(**contents: bytes) -> Knowledge:
        given = {name.replace("_", "-"): content for name, content in contents.items()}
        entries = [_entry(name, given.get(name, b"elsewhere")) for name in
                   [*(task.truth for task in TASKS), "genes-hgnc", "genes-grch38"]]  # fmt: skip
        knowledge = library_of(monkeypatch, tmp_path, *entries)
        for name, content in given.items():
            (tmp_path / "mirror" / name).write_bytes(content)
            knowledge.fetch(name)
        return knowledge

    return make


def _entry(name: str, content: bytes):
    kind = {"tf-target-pairs": "gene pairs", "genes-hgnc": "genes", "genes-grch38": "genes"}.get(name, "gene sets")
    reader = {"regulatory-range": "lists:label:gene", "dosage-sensitivity": "flags:ensembl_id"}.get(name, "gmt")
    return entry(content, name=name, kind=kind, reader=reader, mirror=name)


def test_every_test_whose_truth_is_here_is_done_once_and_kept(store, library):
    knowledge = library(reactome=GMT, regulatory_range=CLASSES)
    name = gene_level("score-a", store=store, knowledge=knowledge)
    rows = read_tasks(name, store=store)
    assert name.startswith("tasks-") and [row["task"] for row in rows] == ["regulatory-range"] * 4 + ["reactome"] * 2
    assert {(row["model"], row["measure"]) for row in rows[:4]} == {
        (model, measure) for model in ("logistic", "forest") for measure in ("auroc", "auprc")}  # fmt: skip
    assert all(0 < row["value"] < 1 and row["sd"] > 0 and row["skipped"] == "" for row in rows)
    assert (rows[0]["n"], rows[0]["positives"], rows[-1]["n_sets"]) == (120, 60, 5)
    assert {row["group"] for row in rows} == {"classes", "sets"} and rows[-1]["title"] == "Reactome pathways"

    class Silent(Progress):
        def stage(self, name, fraction):
            raise AssertionError("done twice")

    assert gene_level("score-a", store=store, knowledge=knowledge, progress=Silent()) == name


def test_other_truth_is_another_result(store, library):
    first = gene_level("score-a", store=store, knowledge=library(reactome=GMT))
    other = gene_level("score-a", store=store, knowledge=library(reactome=OTHER_GMT))
    more = gene_level("score-a", store=store, knowledge=library(reactome=OTHER_GMT, go_processes=GMT))
    assert len({first, other, more}) == 3
    assert gene_level("score-a", store=store, knowledge=library(reactome=OTHER_GMT, go_processes=GMT)) == more


def test_what_is_not_here_is_listed_and_a_gene_table_with_it(library):
    knowledge = library(reactome=GMT)
    assert [one.name for one in missing_truth(knowledge)] == [
        *(task.truth for task in TASKS if task.truth != "reactome"), "genes-hgnc"]  # fmt: skip
    assert "genes-hgnc" not in [one.name for one in missing_truth(library(genes_grch38=b"a table"))]


def test_truth_by_ids_waits_for_a_gene_table(store, library):
    knowledge = library(reactome=GMT, dosage_sensitivity=b"ensembl_id,dosage_sensitive\nENSG1,Yes\n")
    rows = read_tasks(gene_level("score-a", store=store, knowledge=knowledge), store=store)
    assert {row["task"] for row in rows} == {"reactome"}


def test_without_any_truth_the_sentence_says_what_to_fetch(store, library):
    with pytest.raises(KnowledgeMissing, match="No truth about genes is on this machine.*Fetch 'go-processes'"):
        gene_level("score-a", store=store, knowledge=library())


def test_an_unknown_score_is_answered_with_a_sentence(store, library):
    with pytest.raises(UnknownName, match="no stored result 'score-b'"):
        gene_level("score-b", store=store, knowledge=library(reactome=GMT))


def test_a_cancelled_test_keeps_nothing(store, library):
    class Stopped(Progress):
        def step(self, fraction, **losses):
            raise JobCancelled("Stopped.")

    with pytest.raises(JobCancelled):
        gene_level("score-a", store=store, knowledge=library(reactome=GMT), progress=Stopped())
    assert store.names("tasks") == []


def test_the_real_truth_has_the_classes_pairs_and_sets_that_are_asked_for(tmp_path):
    mirror = shared("data/MANIFEST.md").parents[1]
    home = {"GENEWEAVE_HOME": str(tmp_path), "GENEWEAVE_MIRROR": str(mirror)}
    knowledge = Knowledge(Settings.from_environment(home))
    for one in missing_truth(knowledge):
        knowledge.fetch(one.name)
    assert missing_truth(knowledge) == []
    sizes = {}
    for task in (task for task in TASKS if task.group == "classes"):
        sets = knowledge.gene_sets(task.truth)
        sizes[task.truth] = len(sets[task.positive]), len(sets[task.negative])
        assert [one.name for one in knowledge.sources(task.truth)] == [task.truth, "genes-hgnc"]
    assert sizes == {"dosage-sensitivity": (122, 365), "bivalent-promoters": (94, 38), "regulatory-range": (46, 128),
                     "notch1-network": (98, 192)}  # fmt: skip
    pairs = knowledge.gene_pairs("tf-target-pairs")
    assert list(pairs) == ["source", "target", "label"] and (len(pairs), pairs["label"].sum()) == (2475, 225)
    assert pairs.loc[0].tolist() == ["GLI2", "USP3", True]

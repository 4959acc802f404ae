"""A map from end to end on cells whose modules are known: right, repeatable, resumable, stored once."""

import json

import numpy as np
import pytest

from engine import pipeline
from engine.errors import DeviceUnavailable, InvalidCounts, InvalidStudy, JobCancelled
from engine.io.study_file import read_study
from engine.params import EmbedParams, TrainParams
from engine.progress import Progress
from engine.settings import Settings
from engine.store import Store
from tests.simulated import N_MODULES, write_study

SHORT = EmbedParams(training=TrainParams(epochs=40, patience=0))


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return read_study(write_study(tmp_path_factory.mktemp("study")))


def new_store(folder) -> Store:
    return Store(Settings.from_environment({"GENEWEAVE_HOME": str(folder)}))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return new_store(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def embedding(study, store):
    return pipeline.load_embedding(pipeline.embed(study, SHORT, store=store, device="cpu"), store=store)


def modules(embedding) -> np.ndarray:
    known = embedding.obs["common"].to_numpy()
    return np.array([int(gene[4:]) % N_MODULES if ok else -1 for gene, ok in zip(embedding.genes, known, strict=True)])


def test_the_network_finds_the_planted_modules_with_their_signs(study, store):
    name = pipeline.prepare(study.datasets[0], SHORT.network, roles=study.roles, store=store)
    graph = pipeline.load_graph(name, store=store)
    module = np.arange(60) % N_MODULES
    a, b = graph.edges
    within, across = module[a] == module[b], (module[a] + module[b] == 1) & (module[a] != module[b])
    assert (graph.statistic[within] > 0).all() and within.sum() > 0.9 * 4 * 15 * 14 / 2
    assert (graph.statistic[across] < 0).all() and across.sum() > 0.9 * 15 * 15
    assert (~within & ~across).mean() < 0.05
    assert graph.cell_types == ["high", "low"]
    high, low = graph.adata.obsm["mean_by_cell_type"].T
    assert (high > low)[module == 0].all() and (high < low)[module == 1].all()


def test_genes_of_a_module_keep_company_across_datasets_and_opposites_stay_apart(embedding):
    module, unit = modules(embedding), embedding.unit_vectors
    other = embedding.obs["dataset"].to_numpy()[:, None] != embedding.obs["dataset"].to_numpy()[None]
    known = (module[:, None] >= 0) & (module[None] >= 0)
    cosine = unit @ unit.T
    same = cosine[(module[:, None] == module[None]) & other & known].mean()
    opposite = cosine[(module[:, None] + module[None] == 1) & (module[:, None] != module[None]) & known].mean()
    assert same > 0.7 and opposite < 0.0


def test_a_map_carries_its_rows_and_how_it_was_made(embedding, study):
    assert embedding.adata.n_obs == 120 and embedding.adata.obsm["X_umap"].shape == (120, 2)
    assert list(embedding.obs["cluster"].value_counts().index[:1]) == ["1"]
    assert set(embedding.obs.loc[~embedding.obs["common"], "gene"]) == {"ONLY0", "ONLY1"}
    facts = embedding.facts
    assert facts["study"] == "tiny" and embedding.datasets == ["part 0", "part 1"]
    assert facts["made"]["command"].startswith("python -m engine embed tiny --out tiny.h5ad")
    assert "--epochs 40" in facts["made"]["command"] and len(facts["history"]["epoch"]) == 40
    assert facts["history"]["total"][-1] < facts["history"]["total"][0]


def test_held_out_edges_are_found_again_far_better_than_by_random_vectors(embedding):
    measures = {measure["name"]: measure for measure in embedding.facts["metrics"]}
    held_out = measures["held_out_auc_positive"]
    assert held_out["value"] > 0.8
    assert 0.3 < held_out["nulls"]["random vectors"] < 0.7


def test_the_same_seed_gives_the_same_map_and_another_does_not(study, embedding, tmp_path):
    store = new_store(tmp_path)
    again = pipeline.load_embedding(pipeline.embed(study, SHORT, store=store, device="cpu"), store=store)
    assert np.array_equal(again.vectors, embedding.vectors)
    assert np.array_equal(again.adata.obsm["X_umap"], embedding.adata.obsm["X_umap"])
    assert (again.obs["cluster"] == embedding.obs["cluster"]).all()
    other = EmbedParams(training=TrainParams(epochs=40, patience=0, seed=1))
    different = pipeline.load_embedding(pipeline.embed(study, other, store=store, device="cpu"), store=store)
    assert not np.allclose(different.vectors, embedding.vectors)


class Interrupted(Progress):
    """Asks to stop at an epoch, as a person or a dying worker would; remembers what was said."""

    def __init__(self, at: int) -> None:
        self.at, self.epoch, self.said = at, 0, []

    def step(self, fraction, **losses):
        self.epoch = losses.get("epoch", self.epoch)

    def log(self, text):
        self.said.append(text)

    def check(self):
        if self.epoch == self.at:
            raise JobCancelled("stopped")


def test_a_run_that_was_cut_off_goes_on_and_ends_as_if_unbroken(study, embedding, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.train.loop.CHECKPOINT_SECONDS", 0.0)
    store = new_store(tmp_path)
    with pytest.raises(JobCancelled):
        pipeline.embed(study, SHORT, store=store, device="cpu", progress=Interrupted(at=17))
    assert not store.names("embedding")
    rest = Interrupted(at=-1)
    name = pipeline.embed(study, SHORT, store=store, device="cpu", progress=rest)
    resumed = pipeline.load_embedding(name, store=store)
    assert "Resumed from epoch 17" in rest.said
    np.testing.assert_allclose(resumed.vectors, embedding.vectors, atol=1e-5)
    assert resumed.facts["history"]["epoch"] == list(range(1, 41))
    assert not list((tmp_path / "checkpoints").iterdir())


def test_a_broken_checkpoint_starts_the_run_anew(study, embedding, tmp_path):
    store = new_store(tmp_path)
    store.checkpoint(pipeline.embedding_id(study, SHORT, store=store)).write_bytes(b"half a checkpoint")
    again = pipeline.load_embedding(pipeline.embed(study, SHORT, store=store, device="cpu"), store=store)
    assert np.array_equal(again.vectors, embedding.vectors)


def test_a_map_that_is_there_is_taken_from_the_store(study, store, embedding, monkeypatch):
    monkeypatch.setattr("engine.pipeline.train", None)
    assert pipeline.embed(study, SHORT, store=store) == pipeline.embedding_id(study, SHORT, store=store)


def test_measures_are_computed_again_from_the_stored_networks(embedding, store, tmp_path):
    again = pipeline.evaluate(embedding, store=store)
    assert again["recomputed"] is True
    for one, other in zip(again["metrics"], embedding.facts["metrics"], strict=True):
        assert one["name"] == other["name"] and one["value"] == pytest.approx(other["value"], nan_ok=True)
    recorded = pipeline.evaluate(embedding, store=new_store(tmp_path))
    assert recorded["recomputed"] is False and recorded["metrics"] == embedding.facts["metrics"]
    json.dumps(again, allow_nan=False)


def test_the_paper_decoder_learns_too(study, tmp_path):
    params = EmbedParams.from_dict({"model": {"decoder": "mlp"}, "training": {"epochs": 15}})
    store = new_store(tmp_path)
    name = pipeline.embed(study, params, store=store, device="cpu")
    history = pipeline.load_embedding(name, store=store).facts["history"]
    assert history["reconstruction"][-1] < history["reconstruction"][0]


def test_datasets_without_a_gene_in_common_are_refused_in_words(tmp_path):
    path = write_study(tmp_path)
    import anndata

    adata = anndata.read_h5ad(tmp_path / "tiny1.h5ad")
    adata.var_names = [f"ENSG{i}" for i in range(adata.n_vars)]
    adata.write_h5ad(tmp_path / "tiny1.h5ad")
    with pytest.raises(InvalidStudy, match="share genes.*'part 1' \\(such as ENSG0.*same way"):
        pipeline.embed(read_study(path), SHORT, store=new_store(tmp_path / "home"))


def test_too_few_genes_are_refused_in_words(tmp_path):
    path = write_study(tmp_path, n_genes=12)
    with pytest.raises(InvalidCounts, match="at least 20 genes.*found 12"):
        pipeline.embed(read_study(path), SHORT, store=new_store(tmp_path / "home"))


def test_a_device_that_is_not_there_is_refused_and_nothing_is_stored(study, tmp_path):
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    store = new_store(tmp_path)
    with pytest.raises(DeviceUnavailable, match="cuda device was asked for.*'auto' or 'cpu'"):
        pipeline.embed(study, SHORT, store=store, device="cuda")
    assert store.names("embedding") == []

"""The rivals by one protocol: planted modules come back, seeds decide, forms differ, and odd graphs are borne."""

from functools import cache

import numpy as np
import pytest

from engine.errors import JobCancelled
from engine.methods import METHODS, Trained, split_all, train
from engine.params import EmbedParams, MethodParams, MuseParams, TrainParams
from engine.progress import Progress
from engine.tl.place import cluster
from tests.blood4 import donors, vectors_of
from tests.small_graphs import blood4_graphs, graph_of, module_auc, planted

EPOCHS = {"gene2vec": 40, "giant": 40}
LEARNED = ("gene2vec", "giant", "wsmae", "gae", "vgae", "mae")


def run(graphs, method, folder, *, form="mended", seed=0, n_latent=8, epochs=None, progress=None) -> Trained:
    params = EmbedParams(
        method=MethodParams(method=method, form=form), model=MuseParams(n_latent=n_latent),
        training=TrainParams(epochs=epochs or EPOCHS.get(method, 60), seed=seed),
    )  # fmt: skip
    return train(graphs, split_all(graphs, params), params, device="cpu", checkpoint=folder / "run.pt",
                 progress=progress or Progress())  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return cache(lambda method: run(planted(), method, tmp_path_factory.mktemp("run")))


@pytest.mark.parametrize("method", ["pca", *LEARNED])
def test_genes_of_a_planted_module_lie_together(trained, method):
    found = trained(method)
    assert [z.shape for z in found.vectors] == [(60, 8), (60, 8)]
    assert all(z.dtype == np.float32 and np.isfinite(z).all() for z in found.vectors)
    assert METHODS[method].kind == "rival" and module_auc(planted(), found.vectors) > 0.9


def test_random_vectors_find_no_module(trained):
    assert 0.4 < module_auc(planted(), trained("random").vectors) < 0.6


@pytest.mark.parametrize("method", LEARNED)
def test_the_same_seed_gives_the_same_vectors_and_another_does_not(trained, method, tmp_path):
    again, other = (run(planted(), method, tmp_path, seed=seed).vectors for seed in (0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(trained(method).vectors, again, strict=True))
    assert not np.allclose(trained(method).vectors[0], other[0])


@pytest.mark.parametrize("method", LEARNED)
def test_the_loss_falls_and_the_history_has_a_value_an_epoch(trained, method):
    history = trained(method).history
    assert history["epoch"] == list(range(1, len(history["epoch"]) + 1))
    assert len(history["total"]) == len(history["epoch"]) and history["total"][-1] < 0.9 * history["total"][0]


@pytest.mark.parametrize("method", ["gene2vec", "wsmae", "gae", "vgae", "mae"])
def test_the_published_form_is_another(trained, method, tmp_path):
    published = run(planted(), method, tmp_path, form="published").vectors
    assert np.isfinite(published[0]).all() and not np.allclose(published[0], trained(method).vectors[0], atol=1e-3)


@pytest.mark.parametrize("method", ["pca", *LEARNED])
def test_a_network_without_edges_and_vectors_longer_than_the_data_are_borne(method, tmp_path):
    rng, none = np.random.default_rng(0), np.zeros((2, 0), np.int64)
    graphs = [graph_of(rng.standard_normal((20, n)), none, np.zeros(0), name=f"part {n}") for n in (9, 12)]
    found = run(graphs, method, tmp_path, n_latent=24, epochs=10)
    vectors = np.concatenate(found.vectors)
    assert vectors.shape == (40, 24) and np.isfinite(vectors).all()
    assert len(cluster(vectors, seed=0)[0]) == 40


@pytest.mark.parametrize("method", ["pca", *LEARNED])
def test_a_constant_gene_without_a_partner_is_borne(method, tmp_path):
    rng = np.random.default_rng(0)
    features = rng.standard_normal((20, 15))
    features[-1] = 0
    edges = np.array([[0, 1, 2, 3], [4, 5, 6, 7]])
    said = []

    class Listener(Progress):
        def log(self, text):
            said.append(text)

    found = run([graph_of(features, edges, np.array([1, 1, 1, -1]), name=n) for n in ("a", "b")], method, tmp_path,
                epochs=10, progress=Listener())  # fmt: skip
    assert all(np.isfinite(z).all() for z in found.vectors)
    if method in ("gene2vec", "giant"):
        assert not found.vectors[0][-1].any() and found.vectors[0][0].any() and "their vector is 0" in said[0]


@pytest.mark.parametrize("method", LEARNED)
def test_a_cancelled_run_stops_between_epochs(method, tmp_path):
    class Stopped(Progress):
        def check(self):
            raise JobCancelled("The job was cancelled.")

    with pytest.raises(JobCancelled):
        run(planted(), method, tmp_path, progress=Stopped())


def test_pca_of_the_golden_study_is_the_stored_one_up_to_sign(tmp_path):
    found = run(blood4_graphs(), "pca", tmp_path, n_latent=32).vectors
    for donor, scores in zip(donors(), found, strict=True):
        golden = vectors_of("pca", donor)
        sign = np.sign((scores * golden).sum(0))
        np.testing.assert_allclose(scores * sign, golden, atol=2e-3 * np.abs(golden).max(0).min())


@pytest.mark.parametrize("shape", [(40, 25), (620, 700)])
def test_pca_is_the_singular_value_decomposition_with_the_largest_score_positive(shape):
    from engine.methods.pca import components

    x = np.random.default_rng(0).standard_normal(shape)
    u, s, _ = np.linalg.svd(x - x.mean(0), full_matrices=False)
    found = components(x, 6)
    largest = found[np.abs(found).argmax(0), np.arange(6)]
    assert (largest > 0).all()
    np.testing.assert_allclose(np.abs(found), np.abs(u[:, :6] * s[:6]), atol=1e-4)


def test_gene2vec_gives_a_gene_one_vector_in_all_datasets(trained):
    one, other = trained("gene2vec").vectors
    assert sorted(planted()[0].genes) == sorted(planted()[1].genes)
    place = {gene: row for row, gene in enumerate(planted()[1].genes)}
    assert np.array_equal(one, other[[place[gene] for gene in planted()[0].genes]])

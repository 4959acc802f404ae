"""Text features: encoded once, kept, and what stands in for an encoder."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import JobCancelled
from engine.gene_features import encoder as encoding
from engine.gene_features import text
from engine.gene_features.encoder import Encoder, encoded, encoders
from engine.gene_features.names import names_in
from engine.gene_features.text import text_of, words_of
from engine.progress import Progress
from tests.small_knowledge import GENES, world_of


class Counting:
    """An encoder that counts letters, and what it was asked for."""

    name = "letters"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:
        self.asked += texts
        found = np.array([[one.count(letter) for letter in "aeiou"] for one in texts], dtype=np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_each_text_is_encoded_once_and_in_the_order_asked(world):
    counting, texts = Counting(), ["a kinase of one", "the other", "a kinase of one", "one more of these here"]
    first = encoded(texts, counting, world.store, Progress())
    np.testing.assert_allclose(first, Counting().encode(texts), atol=1e-3)
    assert sorted(counting.asked) == sorted(set(texts))
    encoded([*texts, "a new one"], counting, world.store, Progress())
    assert counting.asked[-1] == "a new one" and len(counting.asked) == 4


def test_a_stopped_encoding_keeps_what_it_has(world, monkeypatch):
    monkeypatch.setattr(encoding, "CHUNK", 2)
    counting, texts = Counting(), ["a", "ee", "iii", "oooo", "uuuuu"]

    class Stopped(Progress):
        def step(self, fraction, **losses):
            raise JobCancelled("Stopped.")

    with pytest.raises(JobCancelled):
        encoded(texts, counting, world.store, Stopped())
    encoded(texts, counting, world.store, Progress())
    assert counting.asked == texts


def test_summaries_are_encoded_where_an_encoder_is_installed(world, monkeypatch):
    monkeypatch.setattr(text, "encoders", lambda asked: [Counting()])
    names = names_in("human", GENES, world.knowledge)
    kernel, features, notes = text_of(names, world.knowledge, world.store, Progress())
    assert features.source == "RefSeq summaries encoded by letters" and features.vectors.shape == (24, 5)
    assert kernel.name == "text" and notes == []
    within, across = kernel.between(["G01"], ["G03", "G02"])[0]
    assert within > 0.9 > 0 > across  # kinases and transcription factors


def test_an_unreachable_hub_is_said_and_the_carried_encoder_is_taken(world, monkeypatch):
    class Unreachable(Counting):
        name = "someone/model"

        def encode(self, texts):
            raise OSError("no network")

    monkeypatch.setattr(text, "encoders", lambda asked: [Unreachable(), Counting()])
    _, features, notes = text_of(names_in("human", GENES, world.knowledge), world.knowledge, world.store, Progress(),
                                 asked="someone/model")  # fmt: skip
    assert features.source.endswith("letters") and notes == ["'someone/model' could not be had from a model hub: check "
                                                            "its name and the network."]  # fmt: skip


def test_without_an_encoder_words_say_how_like_genes_are_and_gene_sets_are_the_features(world, monkeypatch):
    monkeypatch.setattr(text, "encoders", lambda asked: [])
    names = names_in("human", GENES, world.knowledge)
    kernel, features, notes = text_of(names, world.knowledge, world.store, Progress())
    within, across = kernel.between(["G01"], ["G03", "G02"])[0]
    assert within > 0.9 > 0 > across and "tf-idf" in kernel.source
    assert features.source == "Memberships in hallmark, go-processes, for want of encoded summaries"
    assert "No sentence encoder is installed" in notes[0] and "pip install" in notes[0]


def test_without_summaries_gene_sets_are_the_features(monkeypatch, tmp_path):
    world = world_of(monkeypatch, tmp_path, "hallmark")
    names = names_in("human", GENES, world.knowledge)
    kernel, features, notes = text_of(names, world.knowledge, world.store, Progress())
    assert kernel is None and features.source.startswith("Memberships in hallmark")
    assert notes == ["Gene summaries are not on this machine: fetch 'gene-summaries' from the Library."]


def test_summaries_reach_the_mouse_through_orthologs(world, monkeypatch):
    monkeypatch.setattr(text, "encoders", lambda asked: [Counting()])
    _, features, _ = text_of(names_in("mouse", [], world.knowledge), world.knowledge, world.store, Progress())
    assert features.genes.tolist() == [gene.lower() for gene in GENES[:20]]


def test_words_that_are_shared_make_texts_alike():
    texts = ["kinase of the membrane", "membrane kinase", "zinc finger factor", "factor with a zinc finger"]
    found = words_of(texts, 2)
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    assert (unit @ unit.T)[0, 1] > 0.9 and abs((unit @ unit.T)[0, 2]) < 0.1


def test_nothing_is_asked_of_a_hub_unless_a_name_is_given(monkeypatch, tmp_path):
    class Spec:
        submodule_search_locations = [str(tmp_path)]

    (tmp_path / "model").mkdir()
    monkeypatch.setattr(encoding, "find_spec", lambda name: Spec())
    assert [one.folder for one in encoders()] == [str(tmp_path / "model")]
    assert encoders("a/b")[0] == Encoder("a/b", "") and len(encoders("a/b")) == 2
    monkeypatch.setattr(encoding, "find_spec", lambda name: None)
    assert encoders("a/b") == []


def test_the_carried_encoder_says_that_like_sentences_are_alike():
    pytest.importorskip("sentence_transformers")
    (carried,) = encoders() or pytest.skip("the package that carries an encoder is not installed")
    found = carried.encode(["a protein kinase of the cell cycle", "this enzyme phosphorylates cyclins",
                            "an olfactory receptor in the nose"])  # fmt: skip
    likeness = found @ found.T
    assert found.shape == (3, 384) and likeness[0, 1] > likeness[0, 2] + 0.1

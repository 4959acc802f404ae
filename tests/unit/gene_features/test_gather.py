"""All that is known of genes in one: what comes together, under which names, and what is said to be missing."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import JobCancelled, KnowledgeMissing, UnknownName
from engine.gene_features import gather, text
from engine.gene_features.names import names_in
from engine.knowledge import Knowledge
from engine.params.perturbations import KnockoutParams
from engine.progress import Progress
from engine.settings import Settings
from engine.store import Store
from tests.shared_data import shared
from tests.small_knowledge import GENES, screen_of, world_of


@pytest.fixture(autouse=True)
def no_encoder(monkeypatch):
    monkeypatch.setattr(text, "encoders", lambda asked: [])


def asked(world, genes=GENES, species="human", **given):
    params = replace(world.params, **{key: given.pop(key) for key in ("kernels", "networks") if key in given})
    return gather(genes, species=species, knowledge=world.knowledge, store=world.store, params=params, **given)


def test_everything_that_is_here_comes_and_what_is_not_is_said(monkeypatch, tmp_path):
    world = world_of(monkeypatch, tmp_path)
    found = asked(world, screen=screen_of(np.zeros((1, 4)), ["G00"], GENES[:4], control=np.eye(4)))
    assert [kernel.name for kernel in found.kernels] == ["network", "pathways", "go", "expression", "text"]
    assert found.known_by("G01") == ["network", "pathways", "go", "expression", "text"]
    assert found.text.name == "text" and found.sequence.name == "sequence" and len(found.coding) == 24
    assert [note.split(":")[0] for note in found.notes] == [
        "There is no gene map of this study", "No other screen is in the store",
        "No sentence encoder is installed",
    ]  # fmt: skip
    for kernel in found.kernels:
        likeness = kernel.between(GENES, GENES)
        known = [kernel.knows(gene) for gene in GENES]
        np.testing.assert_allclose(np.diag(likeness), known, atol=1e-5)
        np.testing.assert_allclose(likeness, likeness.T, atol=1e-6)
        assert np.linalg.eigvalsh(likeness).min() > -1e-5, kernel.name


def test_an_empty_library_gives_sentences_that_say_what_to_fetch(monkeypatch, tmp_path):
    world = world_of(monkeypatch, tmp_path, "orthologs-mouse")
    found = asked(world)
    assert found.kernels == () and found.text is None and found.sequence is None and found.coding == {}
    assert len(found.notes) == 8 and all(note.endswith((".", "'.")) for note in found.notes)
    told = " ".join(found.notes)
    assert all(f"'{name}'" in told for name in ("string", "pathways", "hallmark", "go-processes", "gene-summaries"))


def test_only_the_kernels_asked_for_come_and_an_unknown_one_is_answered_with_the_closest(monkeypatch, tmp_path):
    world = world_of(monkeypatch, tmp_path)
    assert [kernel.name for kernel in asked(world, kernels="go, network").kernels] == ["network", "go"]
    with pytest.raises(UnknownName, match="no kernel 'netwrk'.*Closest: network"):
        asked(world, kernels="netwrk")


def test_a_network_asked_for_by_name_must_be_here(monkeypatch, tmp_path):
    world = world_of(monkeypatch, tmp_path, "hallmark")
    with pytest.raises(KnowledgeMissing, match="'omnipath' .* is not on this machine"):
        asked(world, networks="omnipath")
    with pytest.raises(UnknownName, match="no file 'omnipat'"):
        asked(world, networks="omnipat")


def test_a_gene_is_known_under_the_name_it_is_asked_by(monkeypatch, tmp_path):
    world = world_of(monkeypatch, tmp_path)
    found = asked(world, ["ENSG00000000003", "G04"])
    for kernel in found.kernels:
        assert kernel.between(["ENSG00000000003"], ["G03"])[0, 0] == pytest.approx(1, abs=1e-5), kernel.name
    assert "ENSG00000000003" in found.text.genes and "ENSG00000000003" in found.sequence.genes


def test_what_is_known_of_people_reaches_the_mouse_through_orthologs(monkeypatch, tmp_path):
    world = world_of(monkeypatch, tmp_path)
    mouse, human = asked(world, ["g00", "g21"], "mouse"), asked(world)
    assert set(mouse.kernels[1].genes) <= {gene.lower() for gene in GENES[:20]} and not mouse.known_by("g21")
    np.testing.assert_allclose(mouse.kernels[1].between(["g01"], ["g02"]), human.kernels[1].between(["G01"], ["G02"]))
    both = asked(world, species="human, mouse")
    assert both.kernels[1].genes.tolist() == human.kernels[1].genes.tolist()
    rat = asked(world, ["x"], "rat")
    assert not rat.kernels and any("fetch 'orthologs-rat'" in note for note in rat.notes)


def test_a_stopped_gathering_stops(monkeypatch, tmp_path):
    class Stopped(Progress):
        def check(self):
            raise JobCancelled("Stopped.")

    with pytest.raises(JobCancelled):
        asked(world_of(monkeypatch, tmp_path), progress=Stopped())


@pytest.mark.slow
def test_twenty_thousand_genes_of_the_real_library_take_seconds_and_then_less(tmp_path):
    given = {"GENEWEAVE_HOME": str(tmp_path), "GENEWEAVE_MIRROR": str(shared("data/MANIFEST.md").parents[1])}
    settings = Settings.from_environment(given)
    knowledge = Knowledge(settings)
    for name in ("genes-grch38", "genes-hgnc", "string", "omnipath", "collectri", "hallmark", "pathways",
                 "go-processes", "gene-summaries"):  # fmt: skip
        knowledge.fetch(name)
    table = knowledge.gene_table("human").table
    genes = sorted(set(table.loc[table["biotype"] == "protein_coding", "symbol"]))
    assert len(genes) > 19_000

    def one() -> float:
        started = time.monotonic()
        found = gather(genes, species="human", knowledge=knowledge, store=Store(settings), params=KnockoutParams())
        assert {"network", "pathways", "go", "text"} <= set(found.known_by("TP53")) and found.coding["TP53"]
        assert found.coding["XIST"] is False and "TP53" in found.text.genes
        return time.monotonic() - started

    assert one() < 30 and one() < 6


def test_old_names_of_genes_are_understood(tmp_path):
    given = {"GENEWEAVE_HOME": str(tmp_path), "GENEWEAVE_MIRROR": str(shared("data/MANIFEST.md").parents[1])}
    knowledge = Knowledge(Settings.from_environment(given))
    knowledge.fetch("genes-hgnc")
    names = names_in("human", ["HIST1H2BJ", "TP53"], knowledge)
    assert names.of(["HIST1H2BJ", "TP53", "no gene"]) == ["H2BC11", "TP53", "no gene"]
    known, rows = names.rows(["H2BC11", "TP53"])
    assert known.tolist() == ["H2BC11", "TP53", "HIST1H2BJ"] and rows.tolist() == [0, 1, 0]

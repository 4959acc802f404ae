"""Which networks a simulation reads: those of the species, a person's own, and human signalling told in mouse genes."""

from __future__ import annotations

import pytest

from engine.knockout.network_priors import networks_here, priors_of
from engine.knowledge import Knowledge
from tests.small_library import entry, library_of

MOUSE_TARGETS = "source\ttarget\tsign\nSpi1\tTrem2\t1\n"
HUMAN_TARGETS = "source\ttarget\tsign\nSPI1\tTREM2\t1\n"
SIGNALS = "source\ttarget\tsign\nTYROBP\tSPI1\t1\nTREM2\tTYROBP\t1\nTREM2\tNOWHERE\t1\nLYZ\tSPI1\t-1\n"
PAIRS = (("SPI1", "Spi1"), ("TREM2", "Trem2"), ("TYROBP", "Tyrobp"), ("NOWHERE", "Nowhere"), ("LYZ", "Lyz1"),
         ("LYZ", "Lyz2"))  # fmt: skip
ORTHOLOGS = "human_symbol\tsymbol\tsupport_n\n" + "".join(f"{human}\t{mouse}\t8\n" for human, mouse in PAIRS)
GENES = {"Spi1", "Trem2", "Tyrobp", "Lyz1", "Lyz2"}
FILES = {
    "dorothea-mouse": ("TF targets", "mouse", "edges:source:target:sign", MOUSE_TARGETS),
    "collectri": ("TF targets", "human", "edges:source:target:sign", HUMAN_TARGETS),
    "omnipath": ("signalling", "human", "edges:source:target:sign", SIGNALS),
    "orthologs-mouse": ("orthologs", "mouse", "", ORTHOLOGS),
}


def library(monkeypatch, folder, *names: str) -> Knowledge:
    """A library with those files fetched."""
    made = [entry(FILES[name][3].encode(), name=name, title=name, kind=FILES[name][0], species=FILES[name][1],
                  reader=FILES[name][2], mirror=f"{name}.tsv") for name in names]  # fmt: skip
    found = library_of(monkeypatch, folder, *made)
    for name in names:
        (folder / "mirror" / f"{name}.tsv").write_text(FILES[name][3])
        found.fetch(name)
    return found


def test_human_signalling_is_told_in_the_mouse_genes_that_are_its_only_orthologs(monkeypatch, tmp_path):
    found = priors_of("auto", "mouse", library(monkeypatch, tmp_path, *FILES), GENES)
    assert found.names == ("dorothea-mouse", "omnipath")
    edges = set(found.upstream[["source", "target", "sign"]].itertuples(index=False, name=None))
    assert edges == {("Tyrobp", "Spi1", 1), ("Trem2", "Tyrobp", 1)}  # LYZ is two genes, Nowhere is not measured
    assert found.targets[["regulator", "target"]].to_numpy().tolist() == [["Spi1", "Trem2"]]
    assert any("human orthologs of mouse genes" in note for note in found.notes)


def test_without_a_table_of_orthologs_no_mouse_gene_is_led_to_and_it_is_said(monkeypatch, tmp_path):
    here = library(monkeypatch, tmp_path, "dorothea-mouse", "omnipath")
    found = priors_of("auto", "mouse", here, GENES | {"SPI1", "TYROBP"})
    assert found.upstream.empty and any("no table of orthologs of mouse is here" in note for note in found.notes)


def test_human_genes_keep_their_names(monkeypatch, tmp_path):
    found = priors_of("auto", "human", library(monkeypatch, tmp_path, *FILES), {"SPI1", "TREM2", "TYROBP"})
    assert found.names == ("collectri", "omnipath") and found.upstream["source"].tolist() == ["TREM2", "TYROBP"]


@pytest.mark.parametrize("species", ["human", "mouse"])
def test_a_persons_own_networks_are_read_beside_those_of_the_species_as_they_are(monkeypatch, tmp_path, species):
    here = library(monkeypatch, tmp_path, *FILES)
    for kind, title in (("TF targets", "My targets"), ("signalling", "My signals")):
        (tmp_path / "own.tsv").write_text("source\ttarget\tsign\nTyrobp\tLyz2\t1\n")
        here.add_own(tmp_path / "own.tsv", kind, title)
    first = {"human": "collectri", "mouse": "dorothea-mouse"}[species]
    assert networks_here(species, here) == [first, "my-targets", "omnipath", "my-signals"]
    found = priors_of("auto", species, here, GENES)
    assert ("Tyrobp", "Lyz2") in set(found.upstream[["source", "target"]].itertuples(index=False, name=None))
    assert "Tyrobp" in found.regulators

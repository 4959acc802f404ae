"""What gene names are, and of which species."""

import pytest

from engine.check.identifiers import gene_likeness, identify, kind_of, species_of_label, without_genome, without_version
from tests.opened import SYMBOLS


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ACTB", "symbol"), ("HLA-A", "symbol"), ("AL627309.1", "symbol"), ("RP11-34P13.7", "symbol"),
        ("ENSG00000075624", "ensembl"), ("ENSMUSG00000029580.14", "ensembl"), ("ENSDARG00000037746", "ensembl"),
        ("FBgn0000042", "ensembl"), ("60", "entrez"), ("chr1:100-200", "peaks"), ("chr1-100-200", "peaks"),
        ("chr1_100_200", "peaks"), ("chrX:5000-5500", "peaks"), ("1:100-200", "peaks"),
        ("GL000194.1-100-200", "symbol"),
        ("chr1:200-100", "symbol"), ("NKX2-1", "symbol"), ("H2-K1", "symbol"), ("1-100-200", "peaks"),
        ("E0_0_1", "symbol"), ("T1-10-20", "symbol"),
    ],
)  # fmt: skip
def test_each_name_has_its_kind(name, kind):
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("names", "kind", "species"),
    [
        (SYMBOLS, "symbol", "human"),
        ([name.capitalize() for name in SYMBOLS] + ["0610007N19Rik"], "symbol", "mouse"),
        ([name.lower() for name in SYMBOLS], "symbol", "zebrafish"),
        ([f"ENSG{k:011d}.{k % 9}" for k in range(50)], "ensembl", "human"),
        ([f"ENSMUSG{k:011d}" for k in range(50)], "ensembl", "mouse"),
        ([f"ENSRNOG{k:011d}" for k in range(50)], "ensembl", "rat"),
        ([f"ENSDARG{k:011d}" for k in range(50)], "ensembl", "zebrafish"),
        ([str(k) for k in (1956, 7157, 60, 2597, 920)], "entrez", ""),
        ([str(k) for k in range(50)], "unknown", ""),
        ([str(k + 1) for k in range(50)], "unknown", ""),
        ([f"chr{k % 22 + 1}:{1000 * k}-{1000 * k + 500}" for k in range(1, 90)], "peaks", "human"),
        ([f"chr{k % 19 + 1}-{1000 * k}-{1000 * k + 500}" for k in range(1, 2000)], "peaks", "mouse"),
        ([f"chr{k % 3 + 1}-{1000 * k}-{1000 * k + 500}" for k in range(1, 2000)], "peaks", ""),
        ([*SYMBOLS, *(f"ENSG{k:011d}" for k in range(30))], "mixed", "human"),
        ([f"gene{k}a" for k in range(50)], "symbol", ""),
        ([], "unknown", ""),
    ],
)  # fmt: skip
def test_kind_and_species_are_those_of_nearly_all_names(names, kind, species):
    found = identify(names)
    assert (found.kind, found.species) == (kind, species)
    assert bool(found.why) == bool(species)


def test_a_genome_in_front_of_the_names_is_told_and_taken_off():
    found = identify([f"GRCh38_{name}" for name in SYMBOLS] + [f"mm10___{name.capitalize()}" for name in SYMBOLS[:10]])
    assert found.genomes == (("human", 30), ("mouse", 10)) and found.species == "human" and found.kind == "symbol"
    assert without_genome("mm10___Actb") == "Actb" and without_genome("ACTB") == "ACTB"
    assert identify(SYMBOLS).genomes == ()


def test_dates_names_changed_by_r_and_versions_are_found():
    found = identify([*SYMBOLS, "1-Mar", "2-Sep", "10-Dec", "2021-03-01 00:00:00", "X7SK", "HLA.B", "A1BG.AS1"])
    assert found.dates == ("1-Mar", "2-Sep", "10-Dec", "2021-03-01 00:00:00")
    assert found.r_names == ("X7SK", "HLA.B", "A1BG.AS1")
    assert identify(["ENSG00000075624.17", "ENSG00000111640"]).versioned == 1
    assert without_version("ENSG00000075624.17") == "ENSG00000075624" and without_version("AL627309.1") == "AL627309.1"


def test_genes_are_told_from_barcodes():
    barcodes = ["ACGTACGTACGT-1", "sample1_TTTGCATGCATGCATG-1", "GGGTTTACGTACGT"]
    assert gene_likeness(SYMBOLS) > 0.5 and gene_likeness(barcodes) == -1
    assert gene_likeness([f"cell{k}" for k in range(9)]) == 0


@pytest.mark.parametrize(("label", "species"), [("Homo sapiens", "human"), ("Mus_musculus", "mouse"), ("yeti", "")])
def test_words_for_species_are_understood(label, species):
    assert species_of_label(label) == species

"""What is read of the library: gene tables, orthologs, gene sets, networks."""

from __future__ import annotations

import pytest

from engine.errors import InvalidFile, KnowledgeMissing, UnknownName
from engine.knowledge import Knowledge
from engine.knowledge.effects import read_changes
from engine.knowledge.gene_pairs import read_pairs
from engine.settings import Settings
from tests.shared_data import shared
from tests.small_library import entry, library_of


@pytest.fixture
def real(tmp_path) -> Knowledge:
    """The real library with the shared data as mirror; nothing is fetched yet."""
    mirror = shared("data/MANIFEST.md").parents[1]
    return Knowledge(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path), "GENEWEAVE_MIRROR": str(mirror)}))


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Knowledge:
    """The real library with everything fetched that is knowledge."""
    given = {"GENEWEAVE_HOME": str(tmp_path_factory.mktemp("home")),
             "GENEWEAVE_MIRROR": str(shared("data/MANIFEST.md").parents[1])}  # fmt: skip
    library = Knowledge(Settings.from_environment(given))
    for one in library.entries():
        if one.kind != "example":
            library.fetch(one.name)
    return library


def test_the_human_gene_table_joins_names_and_places(whole):
    genes = whole.gene_table("human")
    names = genes.symbol_of
    assert genes.assembly == "GRCh38" and genes is whole.gene_table("human")
    assert [names[old] for old in ("ENSG00000141510", "7157", "TP53", "HIST1H2BJ", "MARCH1", "CD20", "PABIR2")] == [
        "TP53", "TP53", "TP53", "H2BC11", "MARCHF1", "MS4A1", "FAM122B"]  # fmt: skip
    row = genes.table[genes.table["ensembl"] == "ENSG00000141510"].iloc[0]
    assert (row["chromosome"], row["strand"], row["biotype"]) == ("17", -1, "protein_coding")
    assert 7_660_000 < row["start"] < row["end"] < 7_690_000
    assert set(genes.table["chromosome"]) == {*map(str, range(1, 23)), "X", "Y", "MT", ""}


@pytest.mark.parametrize(("name", "knows", "assembly"), [
    ("genes-hgnc", {"HIST1H2BJ": "H2BC11", "ENSG00000141510": "TP53"}, ""),
    ("genes-grch38", {"ENSG00000141510": "TP53", "7157": "TP53"}, "GRCh38"),
])  # fmt: skip
def test_the_human_gene_table_works_with_what_is_there(real, name, knows, assembly):
    real.fetch(name)
    genes = real.gene_table("human")
    assert genes.assembly == assembly and {key: genes.symbol_of[key] for key in knows} == knows
    assert genes.table["start"].notna().any() == bool(assembly)
    assert (genes.table.loc[genes.table["symbol"] == "TP53", "chromosome"] == "17").any()


def test_mouse_has_a_gene_table_and_orthologs(whole):
    assert whole.gene_table("mouse").symbol_of["ENSMUSG00000059552"] == "Trp53"
    assert whole.orthologs("mouse")["Trp53"] == "TP53" and whole.orthologs("rat") is None


def test_gene_sets_come_as_symbols_whatever_the_file_names_them_by(whole):
    assert len(whole.gene_sets("hallmark")) == 50
    assert "ALKBH3" in whole.gene_sets("reactome")["DNA Damage Reversal_Homo sapiens_R-HSA-73942"]
    assert "BRCA1" in whole.gene_sets("gene-classes")["ACMG_2_0"]
    assert "MUC5B" in whole.gene_sets("diseases")["idiopathic pulmonary fibrosis (DOID:0050156)"]
    assert "ZNF200" in whole.gene_sets("dosage-sensitivity")["dosage_insensitive"]


def test_every_collection_of_sets_and_every_network_can_be_read(whole):
    for one in whole.entries():
        if one.kind == "gene sets":
            sets = whole.gene_sets(one.name)
            assert sets and all(genes and all(genes) for genes in sets.values()), one.name
        elif one.kind in ("TF targets", "signalling"):
            assert set(whole.network(one.name)["sign"]) <= {1, 0, -1}, one.name


@pytest.mark.parametrize("name", ["diseases", "dosage-sensitivity"])
def test_sets_of_ids_say_that_they_need_a_gene_table(real, name):
    real.fetch(name)
    with pytest.raises(KnowledgeMissing, match="names its genes by ids.*Fetch 'genes-grch38' or 'genes-hgnc'"):
        real.gene_sets(name)


@pytest.mark.parametrize(("name", "n", "edge", "sign"), [
    ("collectri", 42_410, ("MYC", "TERT"), 1), ("trrust-human", 8_427, ("AATF", "BAX"), -1),
    ("omnipath", 19_806, ("CALM3", "TRPC1"), -1), ("cosmos", 19_682, ("CALM3", "TRPC1"), -1),
    ("cellchat", 3_039, ("TGFB1", "TGFBR2"), 0), ("nichenet-ligands", 2_790, ("NRP1", "KDR"), 0),
    ("enzyme-substrate", 16_982, ("PAK2", "PRL"), 1), ("kinase-sites", 14_513, ("PRKCH", "ITGB2"), 0),
])  # fmt: skip
def test_networks_come_in_one_form(whole, name, n, edge, sign):
    found = whole.network(name)
    assert list(found) == ["source", "target", "sign", "weight", "confidence", "papers"] and len(found) == n
    assert not found.duplicated(["source", "target"]).any() and not found.isna().any().any()
    assert found.set_index(["source", "target"])["sign"][edge] == sign


def test_a_regulon_keeps_its_confidence(whole):
    assert set(whole.network("dorothea-human")["confidence"]) == set("ABCDE")


def test_a_pair_that_is_said_to_be_both_has_no_sign(monkeypatch, tmp_path):
    text = b"A\tB\tActivation\t1;2\nA\tB\tRepression\t3\nA\tC\tUnknown\t4\nA\tC\tRepression\t5;6;7\n"
    knowledge = library_of(monkeypatch, tmp_path, entry(text, kind="TF targets", reader="trrust", mirror="t.tsv"))
    (tmp_path / "mirror" / "t.tsv").write_bytes(text)
    knowledge.fetch("sets")
    found = knowledge.network("sets").set_index("target")
    assert found["sign"].to_dict() == {"B": 0, "C": -1} and found["weight"].to_dict() == {"B": 2, "C": 3}
    assert found["papers"].to_dict() == {"B": "1;2;3", "C": "4;5;6;7"}


@pytest.mark.parametrize(("name", "edge", "papers"), [
    ("trrust-human", ("AATF", "BAX"), "22909821"), ("collectri", ("MYC", "TERT"), ""),
    ("enzyme-substrate", ("PAK2", "PRL"), "11943200;19555049"), ("cellchat", ("TGFB1", "TGFBR2"), "27449815;29376829"),
])  # fmt: skip
def test_a_network_names_its_papers_where_the_file_does(whole, name, edge, papers):
    found = whole.network(name).set_index(["source", "target"])["papers"]
    assert found[edge] == papers and found.str.fullmatch(r"(\d+(;\d+)*)?").all()


def test_labelled_pairs_come_as_symbols_and_contradictions_are_left_out(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("a\tb\tlabel\n1\t2\t1\n1\t2\t1\n1\t3\t0\n2\t3\t1\n2\t3\t0\n9\t1\t1\n")
    found = read_pairs(path, "a", "b", "label", {"1": "A", "2": "B", "3": "C"})
    assert found.to_numpy().tolist() == [["A", "B", True], ["A", "C", False]]
    with pytest.raises(InvalidFile, match="'pairs.tsv' was expected to have the columns .* found no column c"):
        read_pairs(path, "a", "c", "label", {})
    path.write_text("a\tb\tlabel\n1\t2\tyes\n")
    with pytest.raises(InvalidFile, match="found another label"):
        read_pairs(path, "a", "b", "label", {})


def test_pairs_of_ids_say_that_they_need_a_gene_table_and_sets_are_no_pairs(real):
    real.fetch("tf-target-pairs")
    assert real.sources("tf-target-pairs") == []
    with pytest.raises(KnowledgeMissing, match="'tf-target-pairs' names its genes by ids"):
        real.gene_pairs("tf-target-pairs")
    with pytest.raises(UnknownName, match="'hallmark' is of the kind gene sets, expected gene pairs"):
        real.gene_pairs("hallmark")


def test_a_network_is_no_gene_set(whole):
    with pytest.raises(UnknownName, match="'collectri' is of the kind TF targets, expected gene sets"):
        whole.gene_sets("collectri")


def test_a_file_that_changed_is_read_anew(monkeypatch, tmp_path):
    for text, name in ((b"ONE\tx\tA\n", "ONE"), (b"TWO\tx\tB\n", "TWO")):
        knowledge = library_of(monkeypatch, tmp_path, entry(text, mirror="s.gmt", reader="gmt"))
        (tmp_path / "mirror" / "s.gmt").write_bytes(text)
        knowledge.fetch("sets")
        assert list(knowledge.gene_sets("sets")) == [name]


# what perturbations did, and what genes do


def test_a_table_of_changes_comes_as_gene_change_and_p_whatever_its_columns(whole):
    for name, least in (("atf3-knockout", 20_000), ("taz-knockdown", 12_000), ("foxa2-knockout", 11_000)):
        found = whole.changes(name)
        assert list(found) == ["gene", "log2fc", "p"] and found["gene"].is_unique and len(found) > least, name
        assert found["p"].between(0, 1).all() and found["p"].is_monotonic_increasing and (found["gene"] != "").all()
    assert whole.changes("taz-knockdown").set_index("gene").loc["STC1", "log2fc"] == pytest.approx(5.3706715860760985)


def test_every_table_of_effects_can_be_read_and_has_numbers(whole):
    tables = [one for one in whole.entries() if one.kind == "perturbations"]
    assert len(tables) > 10
    for one in tables:
        found = whole.effects(one.name)
        assert len(found) > 20 and found.select_dtypes("number").shape[1] >= 1, one.name
    with pytest.raises(UnknownName, match="'norman-alike' does not tell what one perturbation did"):
        whole.changes("norman-alike")


def test_the_smallest_p_of_a_gene_counts_and_a_missing_column_is_said(tmp_path):
    path = tmp_path / "de.tsv"
    path.write_text("id\tfc\tp\nA\t1\t0.5\nB\t-2\t0.2\nA\t3\t0.01\nC\tNA\t0.3\n\t1\t0.001\n")
    assert read_changes(path, "id", "fc", "p").to_numpy().tolist() == [["A", 3.0, 0.01], ["B", -2.0, 0.2]]
    with pytest.raises(InvalidFile, match="found no column q. Bring the file again"):
        read_changes(path, "id", "fc", "q")


def test_summaries_say_what_genes_do(whole, real):
    found = whole.summaries("human")
    assert len(found) > 14_500 and "tumor suppressor" in found["TP53"] and all(found.values())
    assert whole.summaries("mouse") is None and real.summaries("human") is None

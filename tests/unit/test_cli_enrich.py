"""`python -m engine enrich`: lists, rankings, odd gene-set files, what is told and what is refused."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from engine.__main__ import main
from tests.shared_data import shared

GENES = [f"G{i}" for i in range(200)]
SETS = "UP\tfirst\t" + "\t".join(GENES[:12]) + "\nFAR\tother\t" + "\t".join(GENES[100:130]) + "\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GENEWEAVE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GENEWEAVE_MIRROR", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "genes.txt").write_text("# mine\n" + "\n".join(GENES[:10]) + "\nNOBODY\n")
    (tmp_path / "all.txt").write_text("\n".join(GENES))
    (tmp_path / "sets.gmt").write_text(SETS)
    return tmp_path


def enrich(*words: str) -> int:
    return main(["enrich", *words, "--out", "t.tsv"])


def test_a_list_is_compared_with_a_gmt_file_in_its_background(capsys):
    assert enrich("--genes", "genes.txt", "--sets", "sets.gmt", "--background", "all.txt") == 0
    table = pd.read_csv("t.tsv", sep="\t", keep_default_na=False)
    assert table.columns.tolist() == ["term", "size", "overlap", "expected", "odds_ratio", "p", "fdr", "genes",
                                      "collection", "like"]  # fmt: skip
    assert table.loc[0, ["term", "size", "overlap", "like"]].tolist() == ["UP", 12, 10, "UP"]
    said = capsys.readouterr()
    assert "2 terms tested, 1 with a false discovery rate below 5%" in said.out and "10 of   12  UP" in said.out
    assert "1 of 11 genes are not in the background and were left out: NOBODY." in said.err
    assert "WARNING" not in said.err


def test_the_golden_list_gives_the_golden_p(capsys):
    folder, sets = shared("golden/enrichment"), shared("data/knowledge/gmt/h.all.v7.0.symbols.gmt")
    assert enrich("--genes", str(folder / "gene_list.txt"), "--sets", str(sets), "--background",
                  str(folder / "background.txt")) == 0  # fmt: skip
    golden = pd.read_csv(folder / "hallmark.tsv.gz", sep="\t").set_index("term")
    found = pd.read_csv("t.tsv", sep="\t").set_index("term")
    np.testing.assert_allclose(found["p"], golden.loc[found.index, "p_fisher_greater"], rtol=1e-9)


def test_without_a_background_a_loud_warning_says_what_stands_in_for_it(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("G1,G2,G3"))
    assert enrich("--genes", "-", "--sets", "sets.gmt") == 0
    said = capsys.readouterr().err
    assert "WARNING: no --background was given, so the 42 genes of the gene sets stand in" in said


def test_a_ranking_is_asked_by_gsea(capsys):
    scores = np.linspace(3, -3, 200)
    pd.Series(scores, GENES).to_csv("r.tsv", sep="\t", header=False)
    assert enrich("--ranking", "r.tsv", "--sets", "sets.gmt", "--permutations", "99") == 0
    table = pd.read_csv("t.tsv", sep="\t").set_index("term")
    assert list(table.index) == ["FAR"] and table.loc["FAR", "p"] >= 0.01
    assert {"es", "nes", "p", "fdr", "leading_genes"} <= set(table)


@pytest.mark.parametrize(("text", "said"), [
    ("\ufeff" + SETS.replace("\n", "\r\n"), ""),
    ("\n" + SETS + "\n\n", ""),
    (SETS + "ALONE\n", "Line 3 (ALONE) has no genes"),
    (SETS + "EMPTY\tabout it\t\t\n", "Line 3 (EMPTY) has no genes"),
    (SETS + "UP\tagain\tG1\tG2\n", "every set needs a name of its own, found 'UP' again in line 3"),
    (SETS + "\tno name\tG1\n", "Line 3 has no name"),
    ("", "was expected to hold gene sets, found none"),
    ("PK\x03\x04\0", "found binary content"),
    ("A\tB\tC\n", "None of the 1 gene sets has 5 genes or more in the background"),
])  # fmt: skip
def test_odd_lines_of_a_gmt_are_mended_or_told(folder, capsys, text, said):
    (folder / "odd.gmt").write_bytes(text.encode())
    code = enrich("--genes", "genes.txt", "--sets", "odd.gmt", "--background", "all.txt")
    err = capsys.readouterr().err
    assert code == (2 if said else 0) and said in err and "Traceback" not in err
    if not said:
        assert pd.read_csv("t.tsv", sep="\t")["term"].tolist() == ["UP", "FAR"]


@pytest.mark.parametrize(("words", "said"), [
    (["--genes", "none.txt", "--sets", "sets.gmt"], "expected at 'none.txt', and nothing is there"),
    (["--genes", "genes.txt", "--sets", "none.gmt"], "expected at 'none.gmt', and nothing is there"),
    (["--genes", "genes.txt", "--sets", "halmark"], "no file 'halmark' in the library. Closest: hallmark"),
    (["--genes", "genes.txt", "--sets", "hallmark"], "'hallmark' (Hallmark gene sets (MSigDB 7.0)) is not on this"),
    (["--genes", "genes.txt", "--sets", ","], "At least one collection of gene sets is needed"),
    (["--genes", "genes.txt", "--sets", "A", "--background", "all.txt", "--online"], "--online takes --genes alone"),
    (["--ranking", "all.txt", "--sets", "sets.gmt"], "was expected to hold a gene and a number in each line"),
    (["--ranking", "all.txt", "--sets", "sets.gmt", "--background", "all.txt"], "--background goes with --genes"),
])  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence_with_exit_2(words, said, capsys):
    assert enrich(*words) == 2
    err = capsys.readouterr().err
    assert said in err and "Traceback" not in err


def test_enrichr_is_asked_only_with_online_and_says_that_genes_leave(capsys, monkeypatch):
    answer = pd.DataFrame({"Gene_set": ["H"], "Term": ["A"], "Overlap": ["3/97"], "P-value": [1e-4],
                           "Adjusted P-value": [2e-4], "Odds Ratio": [30.0], "Genes": ["G1;G2;G3"]})  # fmt: skip
    asked = []
    monkeypatch.setattr("engine.tl.enrichment.enrichr.reach", lambda: None)
    monkeypatch.setattr("gseapy.enrichr", lambda genes, sets, **how: asked.append(sets) or type("A", (), {
        "results": answer}))  # fmt: skip
    assert enrich("--genes", "genes.txt", "--sets", "sets.gmt", "--background", "all.txt") == 0 and not asked
    assert enrich("--genes", "genes.txt", "--sets", "KEGG_2021_Human", "--online") == 0
    assert asked == [["KEGG_2021_Human"]]
    assert "The gene list leaves this machine" in capsys.readouterr().err

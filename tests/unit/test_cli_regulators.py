"""The command regulators, from a table and a network to tables of causes, and how it refuses."""

import pandas as pd
import pytest

from engine.__main__ import main
from tests.kang import kang_table
from tests.shared_data import shared
from tests.small_causes import changes_table, edges, random_case


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GENEWEAVE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def written(tmp_path):
    """de.tsv and net.tsv of a random case."""
    table, network = random_case(0)
    table.to_csv(tmp_path / "de.tsv", sep="\t", index=False)
    network.to_csv(tmp_path / "net.tsv", sep="\t", index=False)
    return table


WORDS = ["regulators", "--table", "de.tsv", "--network", "net.tsv", "--out", "t.tsv", "--permutations", "50"]


def test_regulators_and_roots_are_written(written, capsys):
    assert main([*WORDS, "--roots", "r.tsv", "--max-fdr", "0.05"]) == 0
    out = capsys.readouterr().out
    found, roots = (pd.read_csv(name, sep="\t", keep_default_na=False) for name in ("t.tsv", "r.tsv"))
    assert list(found)[:5] == ["regulator", "n_targets", "n_changed", "n_signed", "p"] and len(found) == 30
    assert {"root", "depth", "p_bias", "call"} <= set(roots) and (roots["depth"] == 2).all()
    n_changed = int((written["fdr"] <= 0.05).sum())
    assert f"{n_changed} of 300 genes changed" in out and "t.tsv: 30 regulators," in out and "r.tsv: 30 roots" in out


def test_capitals_a_list_of_genes_and_commas_are_taken(written, tmp_path, capsys):
    table = written.rename(columns={"gene": "Gene", "log2fc": "Log2FC", "fdr": "FDR"}).drop(columns="p")
    table.to_csv(tmp_path / "de.tsv", index=False)
    (tmp_path / "list.txt").write_text("G1\nG2\nG2\n\nG299\r\n")
    assert main([*WORDS, "--genes", "list.txt"]) == 0
    assert "3 of 300 genes changed" in capsys.readouterr().out


def test_the_effect_of_interferon_from_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GENEWEAVE_MIRROR", str(shared("data/MANIFEST.md").parents[1]))
    kang_table().to_csv(tmp_path / "de.tsv", sep="\t", index=False)
    assert main(["fetch", "collectri"]) == 0
    assert main(["regulators", "--table", "de.tsv", "--network", "collectri", "--out", "t.tsv"]) == 0
    assert "STAT1, IRF1" in capsys.readouterr().out
    found = pd.read_csv("t.tsv", sep="\t").set_index("regulator")
    assert found.loc[["STAT1", "STAT2", "IRF9"], "call"].tolist() == ["activated"] * 3


@pytest.mark.parametrize(("words", "said"), [
    (["--network", "no.tsv"], "--network: there is no file 'no.tsv'"),
    (["--network", "collectry"], "There is no file 'collectry' in the library. Closest: collectri"),
    (["--network", "collectri"], "python -m engine fetch collectri"),
    (["--network", "odd.tsv"], "'target' may be 'targets' there. Name its columns"),
    (["--table", "odd.tsv"], "no log2fc and no fdr. Name its columns in the first line"),
    (["--table", "lost.tsv"], "expected at 'lost.tsv', and nothing is there"),
    (["--table", "empty.tsv"], "'empty.tsv' cannot be read as a table"),
    (["--table", "padj.tsv"], "'padj' may be fdr: rename its columns"),
    (["--table", "twice.tsv"], "'twice.tsv' names the column p twice"),
    (["--network", "far.tsv"], "None of the 300 genes of the table is in far.tsv"),
    (["--max-fdr", "0"], "No gene of 300 changed at fdr ≤ 0; the smallest is 0.01"),
    (["--max-fdr", "2"], "'Largest false discovery rate' must be a number from 0.0 to 1.0, found 2.0"),
    (["--depth", "4"], "'Depth of causal networks' must be a whole number from 1 to 3"),
    (["--out", "no/t.tsv"], "--out must lie in a folder that exists"),
    (["--genes", "no.txt"], "expected at 'no.txt', and nothing is there"),
])  # fmt: skip
def test_bad_input_ends_with_a_sentence(written, tmp_path, capsys, words, said):
    (tmp_path / "odd.tsv").write_text("gene\tsource\ttargets\nA\tA\tB\n")
    (tmp_path / "empty.tsv").write_text("")
    (tmp_path / "twice.tsv").write_text("gene\tlog2fc\tp\tP\nA\t1\t0\t0\n")
    written.rename(columns={"fdr": "padj"}).drop(columns="p").to_csv(tmp_path / "padj.tsv", sep="\t", index=False)
    edges("X Y 1").to_csv(tmp_path / "far.tsv", sep="\t", index=False)
    assert main([*WORDS, *words]) == 2
    error = capsys.readouterr().err
    assert said in error and "Traceback" not in error and not (tmp_path / "t.tsv").exists()


def test_notes_are_told(tmp_path, capsys):
    changes_table("T1 1, T2 1, R 0, N 0").to_csv(tmp_path / "de.tsv", sep="\t", index=False)
    edges("R R 1, R T1 1, R T2 1").to_csv(tmp_path / "net.tsv", sep="\t", index=False)
    assert main(WORDS) == 0
    error = capsys.readouterr().err
    assert "Edges of a gene to itself (1) were left out" in error and "No regulator is called" in error

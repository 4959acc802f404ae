"""`python -m engine fetch`: the list, a file from the mirror, one's own, and refusals."""

from __future__ import annotations

import hashlib

import pytest

from engine.__main__ import main
from tests.shared_data import shared


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GENEWEAVE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GENEWEAVE_MIRROR", raising=False)
    return tmp_path / "home"


def test_without_a_name_the_library_is_listed_with_state_size_and_licence(capsys):
    assert main(["fetch"]) == 0
    lines = capsys.readouterr().out.splitlines()
    [line] = [line for line in lines if " genes-hgnc " in line]
    assert "at an address" in line and "3.56 MB" in line and "MIT" in line and "HGNC" in line
    [line] = [line for line in lines if " dorothea-human " in line]
    assert "not to be had" in line


def test_a_file_is_fetched_from_the_mirror_and_its_path_printed(capsys, monkeypatch, home):
    source = shared("data/knowledge/gmt/h.all.v7.0.symbols.gmt")
    monkeypatch.setenv("GENEWEAVE_MIRROR", str(source.parents[3]))
    assert main(["fetch", "hallmark"]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(home / "library" / "hallmark") and "Fetching Hallmark gene sets" in said.err
    kept = (home / "library" / "hallmark").read_bytes()
    assert hashlib.sha256(kept).digest() == hashlib.sha256(source.read_bytes()).digest()
    assert main(["fetch", "--remove", "hallmark"]) == 0 and not (home / "library" / "hallmark").exists()


def test_an_own_file_is_added_and_listed(capsys, tmp_path):
    (tmp_path / "mine.csv").write_text("source,target,sign\nA,B,1\nA,C,0\n")
    assert main(["fetch", "--own", str(tmp_path / "mine.csv"), "--kind", "signalling"]) == 0
    assert capsys.readouterr().out == "mine: 2 interactions, 1 with a sign.\n"
    assert main(["fetch"]) == 0
    assert "yours" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "words"), [
    (["halmark"], "no file 'halmark' in the library. Closest: hallmark"),
    (["dorothea-human"], "No address gives 'dorothea-human'"),
    (["--own", "none.gmt", "--kind", "gene sets"], "A text file was expected at 'none.gmt'"),
    (["--own", "none.gmt"], "must be one of gene sets, TF targets, signalling, gene vectors, found ''"),
    (["hallmark", "--remove", "hallmark"], "Expected one of NAME, --remove and --own"),
])  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence_with_exit_2(arguments, words, capsys):
    assert main(["fetch", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said and "Traceback" not in said

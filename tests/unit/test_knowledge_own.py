"""Gene sets, networks and gene vectors that a person adds: kept, read, deleted, or refused with a sentence."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine.errors import InvalidFile, InvalidParameter, UnknownName
from engine.io.vectors import read_vectors
from engine.knowledge import HERE, Knowledge
from engine.settings import Settings
from tests.small_library import library_of


@pytest.fixture
def library(tmp_path, monkeypatch):
    """`library(entry, …)` has only those entries."""
    return lambda *entries: library_of(monkeypatch, tmp_path, *entries)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_own_gene_sets_are_kept_listed_read_and_deleted(library, tmp_path):
    knowledge = library()
    path = write(tmp_path, "my.gmt", "\ufeffONE\t\tCD74\tCD79A\nTWO\tx\tCD3E\n\n")
    one = knowledge.add_own(path, "gene sets", "My sets")
    assert (one.name, one.title, one.about, one.own) == ("my-sets", "My sets", "2 gene sets with 3 genes.", True)
    path.unlink()
    assert knowledge.own() == [one] and knowledge.state(one) == HERE and knowledge.fetch("my-sets").is_file()
    assert knowledge.gene_sets("my-sets") == {"ONE": ("CD74", "CD79A"), "TWO": ("CD3E",)}
    knowledge.remove("my-sets")
    assert knowledge.own() == [] and list((tmp_path / "home" / "library" / "own").iterdir()) == []


@pytest.mark.parametrize("text", [
    "source\ttarget\tsign\nA\tB\t1\nA\tC\t-1\n", "Target;Source;sign;paper\nB;A;activation;x\nC;A;inhibition;y\n",
    'sign,source,target\n+,"A",B\n-,A,C\n',
])  # fmt: skip
def test_an_own_network_may_have_any_separator_and_order_of_columns(library, tmp_path, text):
    knowledge = library()
    knowledge.add_own(write(tmp_path, "n.txt", text), "signalling", "Net")
    found = knowledge.network("net")
    assert found[["source", "target", "sign"]].to_numpy().tolist() == [["A", "B", 1], ["A", "C", -1]]


def test_an_own_network_keeps_weights_confidence_and_papers(library, tmp_path):
    knowledge = library()
    text = "source\ttarget\tsign\tweight\tconfidence\tpapers\nA\tB\t-1\t2.5\thigh\t12;7\nA\tC\t1\t\t\tsee there\n"
    knowledge.add_own(write(tmp_path, "n.txt", text), "signalling", "Net")
    found = knowledge.network("net")
    assert found.to_numpy().tolist() == [["A", "B", -1, 2.5, "high", "12;7"], ["A", "C", 1, 1.0, "", ""]]


def test_weights_below_nought_are_signs_where_there_are_no_others(library, tmp_path):
    knowledge = library()
    knowledge.add_own(write(tmp_path, "n.csv", "source,target,weight\nA,B,-0.5\nA,C,1\n"), "TF targets", "Net")
    found = knowledge.network("net")
    assert (found["sign"].tolist(), found["weight"].tolist()) == ([-1, 1], [0.5, 1.0])
    knowledge.add_own(write(tmp_path, "n.csv", "source,target,weight\nA,B,0.5\nA,C,1\n"), "TF targets", "All above")
    assert knowledge.network("all-above")["sign"].tolist() == [0, 0]


@pytest.mark.parametrize(("kind", "text", "words"), [
    ("gene sets", "ONE\tabout\n", r"Line 1 \(ONE\) has no genes"), ("gene sets", "\tabout\tA\n", "Line 1 has no name"),
    ("gene sets", "ONE\tx\tA\nONE\tx\tB\n", "found 'ONE' again in line 2"), ("gene sets", "\n\n", "found none"),
    ("gene sets", b"ONE\tx\tA\nTW\xe9\tx\tA\n", "UTF-8 text, found other characters in line 2"),
    ("gene sets", b"ONE\tx\t\0", "found binary content"), ("gene sets", b"\x1f\x8b\x08\0broken", "cannot be read"),
    ("gene sets", gzip.compress(b"x" * 20_000_001), "may hold up to 20 MB of text"),
    ("signalling", "A\tB\t1\n", "columns source, target and, where it is known, sign; found a, b, 1"),
    ("signalling", "", "found nothing"), ("signalling", "source,target\n", "found only the names of its columns"),
    ("signalling", "source,source,target\nA,A,B\n", "columns source, target"),
    ("signalling", "source,target\nA,\n,B\nA,B\n", "line 2 and 1 more lacks one"),
    ("TF targets", "source,target,sign\nA,B,1\nA,C,up\n", "found 'up' in line 3"),
    ("TF targets", 'source,target\nA,"B\n', "cannot be read as a table"),
    ("TF targets", "source,target,weight\nA,B,1\nA,C,much\n", "a weight is a number, found 'much' in line 3"),
    ("TF targets", "sources,target_gene,sign\nA,B,1\n", "'source' may be 'sources' there and 'target' may"),
    ("gene vectors", "A\t5\t2\nB\t1\n", "expected a number in column 3 of 'B', found nothing"),
    ("gene vectors", "", "is empty"), ("gene vectors", b"A\t1\nB\xe9\t1\n", "expected names in UTF-8"),
    ("pictures", "source,target\nA,B\n", "one of gene sets, TF targets, signalling, gene vectors, found 'pictures'"),
])  # fmt: skip
def test_own_files_that_cannot_be_used_are_refused_with_a_sentence_and_not_kept(library, tmp_path, kind, text, words):
    knowledge = library()
    with pytest.raises((InvalidFile, InvalidParameter), match=words):
        knowledge.add_own(write(tmp_path, "own.txt", text), kind, "Own")
    assert knowledge.own() == []


def test_own_gene_vectors_are_kept_as_npz_listed_with_their_shape_and_deleted(library, tmp_path):
    knowledge = library()
    knowledge.add_own(write(tmp_path, "my.gmt", "ONE\t\tCD74\n"), "gene sets", "Sets")
    one = knowledge.add_own(write(tmp_path, "v.csv", "gene,a,b\nCD74,1,2.5\nCD3E,0,-1\n"), "gene vectors", "Gene2vec")
    assert one.about == "2 genes × 2 dimensions." and knowledge.own("gene vectors") == [one]
    assert knowledge.state(one) == HERE and knowledge.fetch("gene2vec").name == "gene2vec.npz"
    found = read_vectors(knowledge.path("gene2vec"))
    assert found.genes.tolist() == ["CD74", "CD3E"] and found.vectors.tolist() == [[1, 2.5], [0, -1]]
    with pytest.raises(UnknownName, match="of the kind gene vectors, expected gene sets"):
        knowledge.gene_sets("gene2vec")
    knowledge.remove("gene2vec")
    assert [entry.name for entry in knowledge.own()] == ["sets"]


def test_gene_vectors_are_held_to_their_limit(library, tmp_path):
    path = write(tmp_path, "v.npz", "")
    with open(path, "r+b") as file:
        file.truncate(100_000_001)
    with pytest.raises(InvalidFile, match="'v.npz' may have up to 100 MB as a file of gene vectors, and has more"):
        library().add_own(path, "gene vectors", "Own")


@pytest.mark.parametrize("name", ["", " ", "???", "x" * 81, "hallmark", "Mine"])
def test_an_own_file_needs_a_free_name(tmp_path, name):
    knowledge = Knowledge(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path)}))
    path = write(tmp_path, "my.gmt", "ONE\t\tCD74\n")
    knowledge.add_own(path, "gene sets", "mine!")
    with pytest.raises(InvalidParameter, match="taken|needs a name"):
        knowledge.add_own(path, "gene sets", name)


def test_an_own_file_that_is_not_there_is_said(library, tmp_path):
    with pytest.raises(InvalidFile, match="expected at '.*no.gmt', and nothing is there. Check the path"):
        library().add_own(tmp_path / "no.gmt", "gene sets", "Own")

"""Vectors from a table: every form of file, names in either case, and errors as sentences."""

import gzip
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse

from engine import comparison, pipeline
from engine.benchmark import read_score, score_id
from engine.errors import InvalidFile, InvalidParameter, UnknownName
from engine.io.study_file import read_study
from engine.io.vectors import located, outside_content, read_vectors, vectors_path
from engine.knowledge import Knowledge
from engine.methods import split_all, train
from engine.params import EmbedParams, MethodParams, NetworkParams
from engine.progress import Progress
from engine.settings import Settings
from engine.store import Store
from tests.simulated import write_study
from tests.small_graphs import graph_of

GENES = ["TP53", "NAN", "CD8A"]
VALUES = np.array([[0.5, -1.0, 2.0], [1e-3, 4.0, 5.0], [7.0, 8.0, -9.25]], np.float32)
ROWS = [[gene, *map(str, row)] for gene, row in zip(GENES, VALUES.tolist(), strict=True)]


@pytest.fixture
def store(tmp_path):
    return Store(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path / "home")}))


def lines(separator, head=None):
    return "".join(separator.join(row) + "\n" for row in ([head] if head else []) + ROWS)


TEXTS = {
    "plain.tsv": lines("\t"), "headed.tsv": lines("\t", ["gene", "a", "b", "c"]), "plain.csv": lines(","),
    "pandas.csv": lines(",", ["", "0", "1", "2"]), "counted.tsv": lines("\t", ["gene", "0", "1", "2"]),
    "short_head.tsv": lines("\t", ["a", "b", "c"]), "quoted.csv": lines(",", ['"gene"', '"a"', '"b"', '"c"']),
    "w2v.txt": "3 3\n" + lines(" "), "mixed.txt": "".join(f"{r[0]}\t{' '.join(r[1:])} \n" for r in ROWS),
    "windows.csv": "\ufeff" + lines(",", ["gene", "a", "b", "c"]).replace("\n", "\r\n"),
}  # fmt: skip


def run(path, genes, said=None):
    class Listener(Progress):
        def log(self, text):
            (said if said is not None else []).append(text)

    params = EmbedParams(method=MethodParams(method="table", vectors=str(path)))
    graphs = [graph_of(np.zeros((len(names), 4)), np.array([[0], [1]]), np.ones(1), genes=names) for names in genes]
    return train(graphs, split_all(graphs, params), params, device="cpu", checkpoint=path, progress=Listener()).vectors


@pytest.mark.parametrize("name", TEXTS)
def test_every_form_of_text_gives_the_same_table(tmp_path, name):
    path = tmp_path / name
    path.write_text(TEXTS[name], encoding="utf-8")
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress(TEXTS[name].encode()))
    for found in (read_vectors(path), read_vectors(packed)):
        assert found.genes.tolist() == GENES and np.array_equal(found.vectors, VALUES)


def test_npz_and_h5ad_give_the_same_table(tmp_path):
    np.savez(tmp_path / "v.npz", genes=np.array(GENES), vectors=VALUES.astype(np.float64))
    AnnData(VALUES, obs=pd.DataFrame(index=GENES)).write_h5ad(tmp_path / "v.h5ad")
    for name in ("v.npz", "v.h5ad"):
        found = read_vectors(tmp_path / name)
        assert found.genes.tolist() == GENES and np.array_equal(found.vectors, VALUES)


def test_a_gene_has_its_vector_in_every_dataset_whatever_the_case_and_0_where_there_is_none(tmp_path):
    path, said = tmp_path / "v.tsv", []
    path.write_text(lines("\t") + "tp53\t9\t9\t9\n")
    one, other = run(path, [["TP53", "Cd8a", "MISSING"], ["NAN", "tp53", "MISSING"]], said)
    assert np.array_equal(one, [VALUES[0], VALUES[2], [0, 0, 0]])
    assert np.array_equal(other, [VALUES[1], [9, 9, 9], [0, 0, 0]])
    assert said[0] == "v.tsv: vectors of 3 dimensions for 4 of 5 genes; the other 1 have the vector 0."
    assert "other methods have 32 dimensions, these 3" in said[1]


@pytest.mark.parametrize(("text", "match"), [
    ("", "is empty"),
    (lines("\t") + "X\t1\t2\n", "number in column 4 of 'X', found nothing"),
    (lines("\t") + "X\t1\t2\t3\t4\n", "expected 4 fields in each line, line 4 has 5"),
    (lines(",") + "X,1,2,3,4\n", "expected 4 fields in each line, line 4 has 5"),
    (lines("\t") + "X\t1\tzwei\t3\n", "expected a number in column 3 of 'X', found 'zwei'"),
    (lines("\t") + "X\t1\tinf\t3\n", "row of 'X' has a value that is missing or no finite"),
    ("only\nwords\nhere\n", "expected a vector a gene, found"),
])  # fmt: skip
def test_what_is_wrong_with_a_table_is_said(tmp_path, text, match):
    path = tmp_path / "bad.tsv"
    path.write_text(text)
    with pytest.raises(InvalidFile, match=match):
        read_vectors(path)


def test_damaged_and_incomplete_archives_are_refused_in_words(tmp_path):
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04 cut off")
    np.savez(tmp_path / "half.npz", genes=np.array(GENES))
    np.savez(tmp_path / "uneven.npz", genes=np.array(GENES), vectors=VALUES[:2])
    (tmp_path / "cut.tsv.gz").write_bytes(gzip.compress(lines("\t").encode())[:-12])
    for name, match in (("cut.npz", "'cut.npz'"), ("half.npz", "part named 'vectors.*none"),
                        ("uneven.npz", "found 3 genes and an array of shape"), ("cut.tsv.gz", "cut off")):  # fmt: skip
        with pytest.raises(InvalidFile, match=match):
            read_vectors(tmp_path / name)


def test_no_file_a_missing_file_and_a_table_of_other_names_are_refused_in_words(tmp_path):
    path = tmp_path / "v.tsv"
    path.write_text(lines("\t"))
    with pytest.raises(InvalidFile, match="none of the 2 genes.*like TP53, NAN, CD8A.*like ENSG1, ENSG2"):
        run(path, [["ENSG1", "ENSG2"]])
    with pytest.raises(UnknownName, match="no file is there"):
        run(tmp_path / "absent.tsv", [["TP53", "NAN"]])
    with pytest.raises(InvalidParameter, match="needs a table of vectors"):
        run("", [["TP53", "NAN"]])


def test_the_id_of_a_result_follows_the_content_of_the_table(tmp_path, store):
    path = tmp_path / "v.tsv"
    params = EmbedParams(method=MethodParams(method="table", vectors=str(path)))
    found = []
    for text in (lines("\t"), lines("\t") + "X\t1\t2\t3\n"):
        path.write_text(text)
        found.append(score_id(["graph-1"], params, store=store))
    assert found[0] != found[1] and len(outside_content(params, store.settings)) == 1
    assert outside_content(EmbedParams(), store.settings) == []


def own(store, text, title="My vectors"):
    path = Path(store.settings.home) / "given.tsv"
    path.write_text(text)
    return Knowledge(store.settings).add_own(path, "gene vectors", title)


def test_the_name_of_own_vectors_stands_for_their_file_and_the_id_follows_what_is_in_it(store):
    params, found = EmbedParams(method=MethodParams(method="table", vectors="my-vectors")), []
    for text in (lines("\t"), lines("\t") + "X\t1\t2\t3\n", lines(" ")):
        entry = own(store, text)
        path = Path(located(params, store.settings).method.vectors)
        assert path == Knowledge(store.settings).path(entry.name)
        assert read_vectors(path).of(np.array(GENES))[0].tolist() == VALUES.tolist()
        found.append(score_id(["graph-1"], params, store=store))
        Knowledge(store.settings).remove(entry.name)
    assert found[0] == found[2] != found[1]
    with pytest.raises(UnknownName, match="'my-vectors', and no file is there, nor gene vectors of that name"):
        located(params, store.settings)


def test_a_name_cannot_climb_out_of_the_library_and_other_kinds_of_own_files_are_no_table(store, tmp_path):
    path = tmp_path / "sets.gmt"
    path.write_text("ONE\t\tCD74\n")
    Knowledge(store.settings).add_own(path, "gene sets", "My sets")
    for named in ("my-sets", "../own/my-sets", "my-sets/about.json"):
        with pytest.raises(UnknownName):
            vectors_path(named, store.settings)


def test_a_map_and_a_score_by_own_vectors_carry_their_name_and_no_path(store, tmp_path):
    study = read_study(write_study(tmp_path / "made"))
    own(store, "".join(f"GENE{i}\t{i}\t{i % 7}\t1\n" for i in range(1000)))
    params = EmbedParams(method=MethodParams(method="table", vectors="my-vectors"), network=NetworkParams(n_genes=60))
    made = pipeline.load_embedding(pipeline.embed(study, params, store=store, device="cpu"), store=store)
    assert made.facts["params"]["method"]["vectors"] == "my-vectors" and made.adata.n_vars == 3
    assert "--vectors my-vectors" in made.facts["made"]["command"]
    [one] = comparison.benchmark(study, params, ["table"], [0], store=store, device="cpu")
    assert one.fault == "" and read_score(one.score, store=store)["params"]["method"]["vectors"] == "my-vectors"
    assert comparison.scores_there(study, params, ["table"], [0], store=store) == {("table", 0): one.score}
    Knowledge(store.settings).remove("my-vectors")
    assert comparison.scores_there(study, params, ["table", "random"], [0], store=store) == {}


def test_what_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path):
    zeros, names = np.zeros((200, 5000), np.float32), np.arange(200).astype(str)
    np.savez_compressed(tmp_path / "b.npz", genes=names, vectors=zeros)
    (tmp_path / "b.tsv.gz").write_bytes(gzip.compress(b"G\t0\t0\n" * 600_000))
    (tmp_path / "b.tsv").write_bytes(b"G\t0\t0\n" * 600_000)
    AnnData(sparse.csr_matrix(zeros), obs=pd.DataFrame(index=names)).write_h5ad(tmp_path / "b.h5ad")
    AnnData(zeros).write_h5ad(tmp_path / "c.h5ad", compression="gzip")
    for name in ("b.npz", "b.tsv.gz", "b.tsv", "b.h5ad", "c.h5ad"):
        with pytest.raises(InvalidFile, match="of memory, more than the limit of 3 MB"):
            read_vectors(tmp_path / name, most=3e6)


def test_an_h5ad_that_leads_to_another_file_is_refused(tmp_path):
    AnnData(VALUES, obs=pd.DataFrame(index=GENES)).write_h5ad(tmp_path / "v.h5ad")
    (tmp_path / "secret").write_bytes(bytes(36))
    with h5py.File(tmp_path / "v.h5ad", "a") as file:
        attributes = dict(file["X"].attrs)
        del file["X"]
        file.create_dataset("X", (3, 3), "f4", external=[(str(tmp_path / "secret"), 0, 36)]).attrs.update(attributes)
    with pytest.raises(InvalidFile, match="a dataset kept outside"):
        read_vectors(tmp_path / "v.h5ad")


def test_a_line_without_end_is_refused(tmp_path):
    (tmp_path / "v.csv").write_text("0," * 1_000_001)
    with pytest.raises(InvalidFile, match="found one of over 2,000,000 characters"):
        read_vectors(tmp_path / "v.csv")

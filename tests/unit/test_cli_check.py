"""The command check: text, JSON, fixes, and what its exit code says."""

import json

import anndata
import pytest

from engine.__main__ import main
from engine.io.report import Report
from tests.opened import made_up


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GENEWEAVE_HOME", str(tmp_path / "home"))


@pytest.fixture
def good(tmp_path):
    made_up().write_h5ad(tmp_path / "good.h5ad")
    return tmp_path / "good.h5ad"


@pytest.fixture
def doubled(tmp_path):
    adata = made_up()
    adata.X = adata.X.toarray()
    adata.X[3] = 0
    adata.var_names = ["GAPDH", *adata.var_names[1:]]
    adata.write_h5ad(tmp_path / "doubled.h5ad")
    return tmp_path / "doubled.h5ad"


def test_a_ready_file_is_told_in_text_with_exit_0(good, capsys):
    assert main(["check", str(good)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("40 cells × 30 genes of human RNA, whole counts. Ready.\n")
    assert "  counts   Whole counts in the main matrix (X)\n" in said and "Guesses" in said and "\nNotes" in said
    assert max(map(len, said.splitlines())) <= 110


def test_a_file_with_problems_exits_1_and_names_the_fixes(doubled, capsys):
    assert main(["check", str(doubled)]) == 1
    said = capsys.readouterr().out
    assert "--fix drop-empty-cells: Drop empty cells" in said and "--fix sum-duplicates" in said


def test_fixes_make_it_ready_and_write_the_matrix(doubled, tmp_path, capsys):
    out = tmp_path / "m.h5ad"
    asked = ["check", str(doubled), "--fix", "drop-empty-cells", "--fix", "sum-duplicates", "--out", str(out)]
    assert main(asked) == 0
    assert "fixes    sum-duplicates, drop-empty-cells" in capsys.readouterr().out
    assert anndata.read_h5ad(out).shape == (39, 29)


def test_json_is_the_whole_report(good, capsys):
    assert main(["check", str(good), "--json"]) == 0
    said = capsys.readouterr().out
    assert Report.from_json(said).ready and json.loads(said)["n_cells"] == 40


def test_a_matrix_is_not_written_when_problems_keep_the_file_out(doubled, tmp_path, capsys):
    assert main(["check", str(doubled), "--out", str(tmp_path / "m.h5ad")]) == 1
    assert "was not written" in capsys.readouterr().err and not (tmp_path / "m.h5ad").exists()


def test_a_broken_file_exits_1_with_its_sentence(tmp_path, capsys):
    (tmp_path / "broken.h5ad").write_bytes(b"nothing")
    assert main(["check", str(tmp_path / "broken.h5ad")]) == 1
    said = capsys.readouterr().out
    assert said.startswith("The file cannot be read. Not ready.") and "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.h5ad"], "expected at 'nothing.h5ad'"),
        (["good.h5ad", "--fix", "sum-duplicate"], "no fix 'sum-duplicate'. Expected one of sum-duplicates"),
        (["good.h5ad", "--fix", "sum-duplicates"], "no gene is there twice"),
        (["good.h5ad", "--out", "no/such/m.h5ad"], "folder that exists"),
        (["good.h5ad", "--out", "good.h5ad"], "never altered"),
    ],
)
def test_wrong_usage_exits_2_with_a_sentence(arguments, words, good, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["check", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_no_file_at_all_exits_2():
    with pytest.raises(SystemExit) as stopped:
        main(["check"])
    assert stopped.value.code == 2

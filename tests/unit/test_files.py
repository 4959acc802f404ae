"""The files a person brought: taken in whole, never altered, held to the quotas, gone when deleted."""

import pytest

from engine.errors import InvalidParameter, QuotaExceeded, UnknownName
from engine.files import Files
from engine.io.report import Guess, Problem, Report
from engine.settings import Settings


@pytest.fixture
def files(tmp_path) -> Files:
    return Files(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path / "home"), "GENEWEAVE_UPLOAD_GB": "0.001",
                                            "GENEWEAVE_UPLOADS_GB": "0.0015"}))  # fmt: skip


def brought(tmp_path, name: str = "cells.h5ad", size: int = 1000):
    path = tmp_path / name
    path.write_bytes(b"x" * size)
    return path


def test_a_file_is_moved_in_and_keeps_its_name(files, tmp_path):
    source = brought(tmp_path)
    file = files.add("cells.h5ad", source)
    assert not source.exists() and files.original(file.id).name == "cells.h5ad"
    assert files.get(file.id) == file and file.bytes == 1000 and files.used() == 1000


def test_a_folder_is_one_file(files, tmp_path):
    folder = tmp_path / "sample"
    folder.mkdir()
    brought(folder, "matrix.mtx", 10)
    brought(folder, "genes.tsv", 5)
    file = files.add("sample", folder)
    assert file.bytes == 15 and sorted(p.name for p in files.original(file.id).iterdir()) == ["genes.tsv", "matrix.mtx"]


def test_the_newest_file_is_listed_first(files, tmp_path):
    first, second = (files.add(name, brought(tmp_path, name)) for name in ("a.csv", "b.csv"))
    assert [file.id for file in files.list()] == [second.id, first.id]


def test_a_file_above_the_quota_stays_where_it_is(files, tmp_path):
    source = brought(tmp_path, size=1_000_001)
    with pytest.raises(QuotaExceeded, match="GENEWEAVE_UPLOAD_GB"):
        files.add("cells.h5ad", source)
    assert source.exists() and files.list() == []


def test_files_together_are_held_to_their_quota_with_what_is_under_way(files, tmp_path):
    files.add("a.h5ad", brought(tmp_path, size=900_000))
    files.need_room(600_000)
    with pytest.raises(QuotaExceeded, match="Delete files"):
        files.need_room(600_000, coming=1)


def test_a_report_comes_back_as_it_was_written(files, tmp_path):
    file = files.add("cells.h5ad", brought(tmp_path))
    assert files.report(file.id) is None
    report = Report("h5ad", 10, 20, 50, "X", "Whole counts in X", "symbol", "Ready.", True,
                    guesses={"species": Guess("human", "names in capitals")}, fixes=("sum-duplicates",),
                    problems=(Problem("note", "few", "10 cells", "obs", "Add cells"),))  # fmt: skip
    files.write_report(file.id, report)
    assert files.report(file.id) == report and report.sparsity == 0.75 and report.guess("species") == "human"


def test_fixes_are_kept_once_each_in_their_order(files, tmp_path):
    file = files.add("cells.h5ad", brought(tmp_path))
    assert files.set_fixes(file.id, ("a", "b", "a")).fixes == ("a", "b") == files.get(file.id).fixes


def test_renaming_keeps_the_original_name_on_disk(files, tmp_path):
    file = files.add("cells.h5ad", brought(tmp_path))
    assert files.rename(file.id, " Ward 3 ").name == "Ward 3" and files.original(file.id).name == "cells.h5ad"
    with pytest.raises(InvalidParameter):
        files.rename(file.id, "  ")


def test_deleting_leaves_nothing_behind(files, tmp_path):
    file = files.add("cells.h5ad", brought(tmp_path))
    files.delete(file.id)
    assert list(files.root.iterdir()) == []
    with pytest.raises(UnknownName):
        files.get(file.id)


@pytest.mark.parametrize("file_id", ["nothing", "../home", "", "a/b"])
def test_an_unknown_or_climbing_id_is_a_sentence(files, file_id):
    with pytest.raises(UnknownName, match="Data page"):
        files.matrix(file_id)

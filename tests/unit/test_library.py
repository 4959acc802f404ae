"""Studies of one's own are saved, renamed, copied, extended and deleted; those that ship stay as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import InvalidStudy, UnknownName
from engine.library import Library, missing_files, slug
from engine.settings import Settings
from engine.types import DatasetSource, QcLimits, Study

SHIPS = "pbmc68k-lineages"


@pytest.fixture
def library(tmp_path):
    return Library(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path)}))


def study(title="Blood of two donors", *names) -> Study:
    sources = tuple(DatasetSource(name, f"/data/{name}.h5ad", qc=QcLimits(min_genes=3)) for name in names or ("a", "b"))
    return Study("any", title, sources)


@pytest.mark.parametrize(("title", "name"), [
    ("Blood of two donors", "blood-of-two-donors"), ("Größe & Maß", "grosse-mass"), ("血液", "study"), ("", "study"),
    ("../../etc/passwd", "etc-passwd"), ("new", "study-new"), ("CON", "study-con"), ("x" * 200, "x" * 60),
    ("  A/B\\C:D  ", "a-b-c-d"),
])  # fmt: skip
def test_a_title_becomes_a_name_that_is_safe_as_a_file(title, name):
    assert slug(title) == name


def test_a_study_that_is_added_is_found_again_and_names_differ(library, tmp_path):
    names = [library.add(study()).name for _ in range(3)]
    assert names == ["blood-of-two-donors", "blood-of-two-donors-2", "blood-of-two-donors-3"]
    assert library.study(names[1]) == replace(study(), name=names[1])
    assert library.own(names[0]) and not library.own(SHIPS)
    assert {path.name for path in (tmp_path / "studies").iterdir()} == {f"{name}.toml" for name in names}


def test_long_titles_still_give_names_that_differ(library):
    names = {library.add(study("x" * 100)).name for _ in range(12)}
    assert len(names) == 12 and all(len(name) <= 60 for name in names)


def test_a_study_of_a_title_that_ships_gets_another_name(library):
    assert library.add(study("PBMC68k lineages")).name == "pbmc68k-lineages-2"


def test_renaming_changes_the_title_and_keeps_the_name(library):
    kept = library.add(study())
    library.rename(kept.name, " Other ")
    assert library.study(kept.name).title == "Other"
    with pytest.raises(InvalidStudy, match="needs a title"):
        library.rename(kept.name, " ")


def test_extending_adds_datasets_and_refuses_a_name_that_is_there(library):
    kept = library.add(study())
    library.extend(kept.name, (DatasetSource("c", "/c.h5ad"),))
    assert [source.name for source in library.study(kept.name).datasets] == ["a", "b", "c"]
    with pytest.raises(InvalidStudy, match="found a more than once"):
        library.extend(kept.name, (DatasetSource("a", "/c.h5ad"),))
    assert len(library.study(kept.name).datasets) == 3


def test_what_ships_can_be_copied_and_not_changed(library):
    for change in (lambda: library.rename(SHIPS, "x"), lambda: library.extend(SHIPS, ()),
                   lambda: library.delete(SHIPS), lambda: library.save(library.study(SHIPS))):  # fmt: skip
        with pytest.raises(InvalidStudy, match="ships with Geneweave.*Copy it first"):
            change()
    copied = library.copy(SHIPS, "My lineages")
    assert copied.name == "my-lineages" and library.study("my-lineages").datasets == library.study(SHIPS).datasets
    library.rename("my-lineages", "Changed")
    assert library.study(SHIPS).title == "PBMC 68k by lineage"


def test_deleting_removes_one_file(library):
    one, two = library.add(study()), library.add(study())
    library.delete(one.name)
    assert not library.own(one.name) and library.own(two.name)
    with pytest.raises(UnknownName):
        library.delete(one.name)


def test_a_file_that_a_person_wrote_is_changed_where_it_is(library, tmp_path):
    (tmp_path / "studies").mkdir()
    library.save(replace(study(), name="odd-file"))
    (tmp_path / "studies/odd-file.toml").rename(tmp_path / "studies/By hand.toml")
    library.rename("odd-file", "New title")
    assert [path.name for path in (tmp_path / "studies").iterdir()] == ["By hand.toml"]
    assert library.free_name("odd file") == "odd-file-2" and library.free_name("By hand") == "by-hand"


def test_an_unsafe_name_is_never_written(library, tmp_path):
    with pytest.raises(InvalidStudy, match="cannot name a study"):
        library.save(replace(study(), name="../outside"))
    assert not (tmp_path / "outside.toml").exists()


def test_files_that_are_not_here_are_named(library):
    assert missing_files(study()) == ["/data/a.h5ad", "/data/b.h5ad"]
    assert missing_files(library.study(SHIPS)) == []

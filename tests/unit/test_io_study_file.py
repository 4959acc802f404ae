"""A study that is written reads back the same, whatever its words."""

from __future__ import annotations

import random
import shutil
import tomllib
from pathlib import Path

import pytest

from engine.errors import InvalidStudy
from engine.io.study_file import parse_study, read_study, study_text, write_study
from engine.types import MODALITIES, PERTURBED_BY, DatasetSource, Perturbed, QcLimits, Roles, Study

LETTERS = 'abc ABC019-_.,=#[]{}"\'\\/\n\t\r\b\f\x00\x1f\x7f\x85äß·µ中文🧬\u2028'


def made_up(seed: int) -> Study:
    """A study of odd words and random choices."""
    rng = random.Random(seed)

    def text(least: int = 1) -> str:
        return "".join(rng.choices(LETTERS, k=rng.randint(least, 12)))

    def maybe(value):
        return value if rng.random() < 0.5 else None

    def source(i: int) -> DatasetSource:
        column = maybe(text())
        values = tuple(text(0) for _ in range(rng.randint(1, 3))) if column else ()
        qc = QcLimits(maybe(rng.randint(0, 9)), maybe(1e16), maybe(rng.random()), maybe(5e-7))
        path = rng.choice(["/data/x y.h5ad", "package:scanpy/a.h5ad", "/home/q/files/a\"b'.h5ad"])
        counts = rng.choice(["X", "raw", "layers/" + text()])
        return DatasetSource(f"{i}{text()}", path, rng.choice(MODALITIES), text(), text(0), text(), column, values,
                             counts, maybe(text()), maybe(text()), qc)  # fmt: skip

    roles = Roles(*(maybe(text()) for _ in range(4)))
    guides = rng.choice([(text(), text()), ("", "")])
    perturbed = Perturbed(rng.choice(["", *PERTURBED_BY]), text(0), text(0), *guides)
    return Study(f"s{seed}", text(), tuple(source(i) for i in range(rng.randint(2, 4))), roles, text(0), text(0),
                 perturbed)  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_a_written_study_reads_back_equal(tmp_path, seed):
    study = made_up(seed)
    write_study(study, tmp_path / "s.toml")
    assert read_study(tmp_path / "s.toml") == study
    assert [path.name for path in tmp_path.iterdir()] == ["s.toml"]


def test_the_text_is_toml_that_another_reader_takes():
    given = tomllib.loads(study_text(made_up(1)))
    assert given["title"] == made_up(1).title and len(given["datasets"]) == len(made_up(1).datasets)


def test_a_home_can_be_moved_with_its_studies(tmp_path):
    home, outside = tmp_path / "home", tmp_path / "far.h5ad"
    sources = (DatasetSource("a", str(home / "files/1/matrix.h5ad")), DatasetSource("b", str(outside)))
    write_study(Study("s", "T", sources), home / "studies/s.toml", home=home)
    assert 'path = "../files/1/matrix.h5ad"' in (home / "studies/s.toml").read_text()
    shutil.move(home, tmp_path / "moved")
    paths = [source.path for source in read_study(tmp_path / "moved/studies/s.toml").datasets]
    assert paths == [str(tmp_path / "moved/files/1/matrix.h5ad"), str(outside)]


TWO = '[[datasets]]\nname = "a"\npath = "a.h5ad"\n[[datasets]]\nname = "b"\npath = "b.h5ad"\n'


@pytest.mark.parametrize(("text", "words"), [
    (TWO + "[datasets.qc]\nmin_count = 3\n", r"\[datasets.qc\].*unknown key 'min_count'.*min_counts"),
    (TWO + "[datasets.qc]\nmin_counts = -3\n", "QC limit 'min_counts' must be a number of 0 or more"),
    (TWO + '[datasets.qc]\nmin_counts = "many"\n', "QC limit 'min_counts'.*'many'"),
    (TWO + "qc = 3\n", "must be a table of min_counts"),
    (TWO + 'column = "x"\nvalues = "abc"\n', "'values'.*must be a list of texts.*'abc'"),
    (TWO + 'column = "x"\nvalues = [1, 2]\n', "'values'.*must be a list of texts"),
    (TWO + "symbols = 3\n", "'symbols'.*must be text"),
    ('datasets = ["a", "b"]\n', "must be a table of name"),
    ('datasets = 3\n', "must be a list of blocks"),
    ("roles = 3\n" + TWO, "must be a table of condition"),
])  # fmt: skip
def test_what_is_wrong_is_named(text, words):
    with pytest.raises(InvalidStudy, match=words):
        parse_study(f'title = "t"\n{text}'.encode(), folder=Path("/"), file="s.toml")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\x00", b"[" * 5000, b"a = " + b"[" * 5000, b""])
def test_bytes_that_are_no_study_are_refused_in_a_sentence(tmp_path, content):
    with pytest.raises(InvalidStudy):
        parse_study(content, folder=tmp_path, file="s.toml")


def test_a_study_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidStudy, match="expected at .*none.toml"):
        read_study(tmp_path / "none.toml")


@pytest.mark.parametrize(("table", "words"), [
    ('kind = "crispr"', "one of knockout, interference, activation, found 'crispr'"),
    ('guides = "grna"', "guides and guide_targets go together"),
    ('contrl = "NT"', r"\[perturbed\] of study file 's.toml' has an unknown key 'contrl'. Expected one of control"),
    ('control = 3', "'control' in .* must be text in quotes, found 3"),
])  # fmt: skip
def test_what_is_wrong_with_how_cells_were_perturbed_is_said(tmp_path, table, words):
    text = f'title = "T"\n[roles]\nperturbation = "x"\n[perturbed]\n{table}\n[[datasets]]\nname = "a"\npath = "a"\n'
    with pytest.raises(InvalidStudy, match=words):
        parse_study(text.encode(), folder=tmp_path, file="s.toml")


def test_a_screen_has_one_dataset_and_says_how_its_genes_were_perturbed(tmp_path):
    text = ('title = "T"\n[roles]\nperturbation = "x"\n[perturbed]\nkind = "activation"\ncontrol = "NT"\n'
            '[[datasets]]\nname = "a"\npath = "a"\n')  # fmt: skip
    study = parse_study(text.encode(), folder=tmp_path, file="s.toml")
    assert study.is_screen and study.perturbed == Perturbed("activation", control="NT")
    assert '[perturbed]\nkind = "activation"\ncontrol = "NT"\n' in study_text(study)

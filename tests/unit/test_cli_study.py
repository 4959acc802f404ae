"""Studies from the command line: made from files, shown, exported; what cannot be done is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.files import Files
from engine.io.report import Guess, Report
from engine.io.study_file import read_study
from engine.library import Library
from engine.settings import Settings
from tests.shared_data import shared
from tests.simulated import simulated_counts


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("GENEWEAVE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return Settings.from_environment()


def write_cells(path, seed=0):
    adata = simulated_counts(150, 120, seed=seed)
    adata.obs["donor"] = ["P1"] * 80 + ["P2"] * 60 + ["P3"] * 10
    adata.write_h5ad(path)
    return str(path)


def upload(settings, tmp_path, name="blood.h5ad", *, ready=True):
    """An uploaded file with a hand-written report; its id."""
    write_cells(tmp_path / "up.h5ad")
    files = Files(settings)
    file = files.add(name, tmp_path / "up.h5ad")
    write_cells(files.matrix(file.id))
    guesses = {"tissue": Guess("blood", "its name says so"), "cell_type": Guess("cell_type", "its name")}
    verdict = "Raw counts are missing."
    files.write_report(file.id, Report("h5ad", 150, 120, 9, "X", "", "symbol", verdict, ready, guesses))
    return file.id


def test_a_file_is_split_and_the_study_is_shown_and_exported(tmp_path, capsys, settings):
    path = write_cells(tmp_path / "blood.h5ad")
    asked = f"{path},tissue=blood,split=donor,min_cells=60"
    assert main(["study", "new", "--title", "Two donors", "--file", asked, "--role", "batch=donor"]) == 0
    assert "two-donors: Two donors" in (said := capsys.readouterr().out) and "P1 · blood: 80 cells, none, blood" in said
    assert main(["study", "show", "two-donors"]) == 0
    assert "donor or batch: column donor" in (shown := capsys.readouterr().out) and "donor in P2" in shown
    assert main(["study", "export", "two-donors", "--out", "s.toml"]) == 0
    assert read_study(tmp_path / "s.toml") == Library(settings).study("two-donors")


def test_an_uploaded_file_is_found_by_its_name_or_id_and_its_guesses_hold(tmp_path, settings):
    file_id = upload(settings, tmp_path)
    other = write_cells(tmp_path / "other,1.h5ad", seed=1)
    for file in ("blood.h5ad", file_id):
        assert main(["study", "new", "--title", "T", "--file", file, "--file", f"{other},modality=spatial",
                     "--out", "s.toml"]) == 0  # fmt: skip
        one, two = read_study(tmp_path / "s.toml").datasets
        assert (one.name, one.tissue, one.path) == ("blood", "blood", str(Files(settings).matrix(file_id)))
        assert (two.name, two.modality, two.tissue) == ("other,1", "spatial", "unknown")
    assert not (tmp_path / "home/studies").exists()


@pytest.mark.parametrize(("files", "more", "words"), [
    (["nothing.h5ad"], [], "There is no file 'nothing.h5ad'"),
    (["cells.h5ad,tisue=blood"], [], "'tisue' is nothing to say of a file. Expected one of tissue"),
    (["cells.h5ad"], [], "at least two datasets, so far there is 1"),
    (["cells.h5ad,split=doner"], [], "no obs column 'doner'. Found: donor"),
    (["cells.h5ad,split=donor,modality=rnaa"], [], "choose what was measured|modality must be one of"),
    (["cells.h5ad,split=donor,min_cells=few"], [], "min_cells must be a whole number.*'few'"),
    (["cells.h5ad,split=donor"], ["--role", "condtion=x"], "ROLE=COLUMN, found 'condtion=x'. Roles: condition"),
    (["cells.h5ad,split=donor"], ["--role", "condition=x"], "read from the column 'x', which 'cells' does not have"),
    (["cells.h5ad,split=donor"], ["--out", "no/such/s.toml"], "folder that exists"),
    (["text.h5ad"], [], "'text.h5ad'"),
    (["half.h5ad"], [], "'half.h5ad'"),
    (["blood.h5ad,split=donor"], [], "cannot be used yet: Raw counts are missing"),
])  # fmt: skip
def test_what_cannot_be_done_is_said_with_exit_2(files, more, words, tmp_path, settings, capsys):
    content = Path(write_cells(tmp_path / "cells.h5ad")).read_bytes()
    (tmp_path / "text.h5ad").write_text("no matrix")
    (tmp_path / "half.h5ad").write_bytes(content[: len(content) // 2])
    upload(settings, tmp_path, ready=False)
    given = [word for file in files for word in ("--file", file)]
    assert main(["study", "new", "--title", "T", *given, *more]) == 2
    said = capsys.readouterr().err
    assert re.search(words, said) and "Traceback" not in said
    assert Library(settings).studies() == [Library(settings).study("pbmc68k-lineages")]


def test_two_uploaded_files_of_one_name_are_told_apart_by_id(tmp_path, settings, capsys):
    ids = [upload(settings, tmp_path) for _ in range(2)]
    assert main(["study", "new", "--title", "T", "--file", "blood.h5ad"]) == 2
    said = capsys.readouterr().err
    assert "2 uploaded files are called 'blood.h5ad'" in said and all(file_id in said for file_id in ids)


def test_four_donors_of_combat_become_four_datasets_with_their_conditions(capsys):
    path = shared("data/covid/combat_pbmc_covid_4donors.h5ad")
    asked = f"{path},tissue=blood,split=donor"
    assert main(["study", "new", "--title", "COVID", "--file", asked, "--role", "condition=condition"]) == 0
    assert capsys.readouterr().out.count("COVID-19, blood") == 2


def test_what_the_check_of_a_file_understands_is_filled_in(tmp_path, settings):
    path = write_cells(tmp_path / "blood.h5ad")
    assert main(["study", "new", "--title", "Guessed", "--file", f"{path},split=donor"]) == 0
    study = Library(settings).study("guessed")
    assert (study.roles.batch, study.roles.cell_type) == ("donor", "cell_type")
    assert {source.species for source in study.datasets} == {"human"}


def test_a_screen_is_made_shown_and_exported(tmp_path, settings, capsys):
    from tests.small_screen import screen_cells

    screen_cells().write_h5ad(tmp_path / "cells.h5ad")
    given = ["--role", "perturbation=condition", "--perturbed", "kind=interference", "--perturbed", "control=ctrl"]
    assert main(["study", "new", "--title", "Screen", "--file", "cells.h5ad", *given, "--out", "s.toml"]) == 0
    assert main(["study", "show", "s.toml"]) == 0
    said = capsys.readouterr().out
    assert "perturbed, kind: interference" in said and "perturbed, control: ctrl" in said
    assert main(["study", "export", "s.toml", "--out", "again.toml"]) == 0
    assert read_study(tmp_path / "again.toml").perturbed.kind == "interference"
    assert main(["study", "new", "--title", "S", "--file", "cells.h5ad", "--perturbed", "knd=ko"]) == 2
    assert "--perturbed expects KEY=VALUE, found 'knd=ko'. Keys: kind" in capsys.readouterr().err

"""The command that compares methods on a screen: what it writes, what it prints, how it refuses."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from engine.__main__ import main
from engine.command import trial_command
from engine.errors import InvalidStudy
from engine.params import KnockoutParams, ScreenParams
from engine.perturb.methods import METHODS
from tests.table_of_effects import write_effects, write_effects_study

COLUMNS = ["method", "label", "kind", "split", "seed", "class", "perturbation", "measure", "value"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GENEWEAVE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def test_the_long_table_is_written_and_the_summary_printed(tmp_path, capsys):
    data, out = write_effects(tmp_path), tmp_path / "T.tsv"
    command = ["benchmark", "perturb", str(data), "--kind", "interference", "--split", "doubles", "--seeds", "0-1",
               "--methods", "additive", "--out", str(out)]  # fmt: skip
    assert main(command) == 0
    table = pd.read_csv(out, sep="\t")
    assert list(table.columns) == COLUMNS and set(table["seed"]) == {0, 1}
    assert set(table["method"]) == {"train-mean", "additive", "replicate"} and "mean" in set(table["perturbation"])
    said = capsys.readouterr().out
    assert re.search(r"Sum of the singles +0\.\d{3} ± 0\.\d{3}", said) and "A guess" in said
    assert "On pairs of seen genes" in said and "held out at 2 seeds" in said
    before = out.read_bytes()
    assert main(command) == 0 and out.read_bytes() == before
    assert [path.name for path in tmp_path.glob(".*part")] == []


def test_a_study_file_is_taken_as_well(tmp_path, capsys):
    study = write_effects_study(tmp_path)
    assert main(["benchmark", "perturb", str(study), "--split", "single70", "--seeds", "3", "--methods", "no-change",
                 "--out", "t.tsv"]) == 0  # fmt: skip
    assert "only controls were tried" in capsys.readouterr().out
    assert set(pd.read_csv("t.tsv", sep="\t")["split"]) == {"single70"}


@pytest.mark.parametrize(("arguments", "words"), [
    (["--methods", "additve", "--out", "t.tsv"], "no method 'additve'.*Closest: additive"),
    (["--methods", ",", "--out", "t.tsv"], "at least one method or group, found ','"),
    (["--seeds", "9-0", "--out", "t.tsv"], "the lower first, found '9-0'"),
    (["--split", "doubels", "--out", "t.tsv"], "no split 'doubels'.*Closest: doubles"),
    (["--split", "doubles", "--out", "t.tsv", "--methods", "additive"], "no two genes were perturbed together"),
    (["--kernels", "pathway", "--out", "t.tsv"], "no kernel 'pathway'.*Closest: pathways"),
    (["--out", "no/such/t.tsv"], "folder that exists, found 'no/such/t.tsv'"),
])  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence_with_exit_2(arguments, words, capsys, tmp_path):
    data = write_effects(tmp_path, n_singles=14, n_pairs=0)
    assert main(["benchmark", "perturb", str(data), "--kind", "interference", *arguments]) == 2
    said = capsys.readouterr().err
    assert re.search(words, said) and "Traceback" not in said and not (tmp_path / "t.tsv").exists()


def test_a_study_without_perturbations_and_a_file_that_is_not_there_are_refused(capsys):
    assert main(["benchmark", "perturb", "pbmc68k-lineages", "--out", "t.tsv"]) == 2
    assert "was expected to be a screen" in capsys.readouterr().err
    assert main(["benchmark", "perturb", "nowhere.h5ad", "--out", "t.tsv"]) == 2
    assert "nowhere.h5ad" in capsys.readouterr().err


def test_too_few_perturbations_are_refused(tmp_path, capsys):
    data = write_effects(tmp_path, n_singles=6, n_pairs=0)
    assert main(["benchmark", "perturb", str(data), "--kind", "interference", "--split", "folds", "--out",
                 "t.tsv"]) == 2  # fmt: skip
    assert "needs 10 genes perturbed alone, found 6" in capsys.readouterr().err


def test_a_method_that_fails_is_told_beside_the_table_with_exit_1(tmp_path, capsys, monkeypatch):
    def failing(*_):
        raise InvalidStudy("Too few.")

    monkeypatch.setitem(METHODS, "linear", replace(METHODS["linear"], predict=failing))
    data = write_effects(tmp_path)
    assert main(["benchmark", "perturb", str(data), "--kind", "interference", "--split", "single70", "--seeds", "0",
                 "--methods", "linear", "--out", "t.tsv"]) == 1  # fmt: skip
    assert "Low-rank linear, seed 0, could not be tried. Too few." in capsys.readouterr().err
    assert set(pd.read_csv("t.tsv", sep="\t")["method"]) == {"train-mean", "replicate"}


def test_the_command_line_of_a_benchmark_names_what_differs():
    params = KnockoutParams(basis="screen", screen=ScreenParams(min_cells=30), kernels="text")
    told = trial_command("my study", params, ["core", "linear"], split="folds", seeds=[0, 1])
    assert told == ("python -m engine benchmark perturb 'my study' --split folds --methods core,linear --seeds 0,1 "
                    "--min-cells 30 --kernels text --out 'my study.tsv'")  # fmt: skip

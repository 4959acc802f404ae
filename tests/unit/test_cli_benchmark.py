"""The command that compares methods: what it writes, what it prints, how it refuses."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from engine.__main__ import main
from engine.command import benchmark_command
from engine.commands.benchmark import seeds_of
from engine.errors import InvalidParameter
from engine.params import EmbedParams
from tests.simulated import write_study


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GENEWEAVE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def test_the_long_table_is_written_and_the_summary_printed(tmp_path, capsys):
    study, out = write_study(tmp_path), tmp_path / "T.tsv"
    command = ["benchmark", "embeddings", str(study), "--methods", "muse-gnn,nulls", "--seeds", "0-1",
               "--out", str(out), "--device", "cpu", "--epochs", "2"]  # fmt: skip
    assert main(command) == 0
    table = pd.read_csv(out, sep="\t")
    assert list(table.columns) == ["method", "label", "kind", "seed", "measure", "value"]
    assert set(table["seed"]) == {0, 1} and {"muse-gnn", "random", "degrees"} <= set(table["method"])
    said = capsys.readouterr().out
    assert re.search(r"MuSe-GNN +0\.\d{3} ± 0\.\d{3}", said) and "2 seeds: a difference counts" in said
    before = out.read_bytes()
    assert main(command) == 0 and out.read_bytes() == before
    assert [path.name for path in tmp_path.glob(".*part")] == []


@pytest.mark.parametrize(("arguments", "words"), [
    (["--methods", "zzz", "--out", "t.tsv"], "no method 'zzz' among those that can be compared. Check the spelling"),
    (["--methods", "randon", "--out", "t.tsv"], "no method 'randon'.*Closest: random"),
    (["--methods", ",", "--out", "t.tsv"], "at least one method or group, found ','"),
    (["--seeds", "9-0", "--out", "t.tsv"], "the lower first, found '9-0'"),
    (["--seeds", "a", "--out", "t.tsv"], "whole numbers as 0-9.*found 'a'"),
    (["--seeds", "0-1000", "--out", "t.tsv"], "At most 100 seeds"),
    (["--out", "no/such/t.tsv"], "folder that exists, found 'no/such/t.tsv'"),
])  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence_with_exit_2(arguments, words, capsys, tmp_path):
    assert main(["benchmark", "embeddings", "pbmc68k-lineages", *arguments]) == 2
    said = capsys.readouterr().err
    assert re.search(words, said) and "Traceback" not in said and not (tmp_path / "t.tsv").exists()


def test_a_contender_that_fails_is_told_beside_the_table_with_exit_1(tmp_path, capsys, monkeypatch):
    from engine import benchmark
    from engine.errors import InvalidStudy

    real = benchmark.train

    def failing(graphs, splits, params, **more):
        if params.method.method == "random":
            raise InvalidStudy("Too few genes.")
        return real(graphs, splits, params, **more)

    monkeypatch.setattr("engine.benchmark.train", failing)
    study = write_study(tmp_path)
    command = ["benchmark", "embeddings", str(study), "--methods", "random,random-by-name", "--seeds", "0", "--out"]
    assert main([*command, "t.tsv"]) == 1
    assert "Random vectors, seed 0, could not be scored. Too few genes." in capsys.readouterr().err
    assert set(pd.read_csv("t.tsv", sep="\t")["method"]) == {"random-by-name"}
    assert main([*command[:4], "random", *command[5:], "u.tsv"]) == 2


def test_seeds_are_read_from_ranges_and_lists():
    assert seeds_of("0-2,5, 7-8,1") == [0, 1, 2, 5, 7, 8]
    with pytest.raises(InvalidParameter):
        seeds_of("")


def test_the_command_line_of_a_comparison_runs_again_to_the_same(capsys):
    params = EmbedParams.from_dict({"training": {"epochs": 7, "seed": 3}, "method": {"method": "random"}})
    told = benchmark_command("my study", params, ["muse-gnn", "random"], seeds=[0, 1], tasks=True)
    assert told == ("python -m engine benchmark embeddings 'my study' --methods muse-gnn,random --seeds 0,1 "
                    "--out 'my study.tsv' --tasks --epochs 7")  # fmt: skip

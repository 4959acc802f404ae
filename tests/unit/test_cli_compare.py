"""`python -m engine compare`: tables, warnings before the verdict, and a sentence for what cannot be done."""

from __future__ import annotations

import shlex

import numpy as np
import pandas as pd
import pytest

from engine.__main__ import main
from engine.command import compare_command
from engine.contrasts import contrast_id, read_contrast
from engine.library import Library
from engine.params import ContrastParams
from engine.settings import Settings
from engine.store import Store
from engine.tl.changed import partners_of
from tests.simulated import write_conditions


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    write_conditions(folder / "studies")
    return folder


@pytest.fixture(autouse=True)
def at_home(home, monkeypatch):
    monkeypatch.setenv("GENEWEAVE_HOME", str(home))


def test_the_module_that_came_apart_is_found_and_told_in_three_tables(home, tmp_path, capsys):
    words = ["compare", "conditions", "--by", "condition", "--control", "well", "--donor", "donor", "--no-placement",
             "--partners", f"{tmp_path}/p.tsv", "--expression", f"{tmp_path}/e.tsv", "--contrast", f"{tmp_path}/c.h5ad",
             "--out", f"{tmp_path}/t.tsv"]  # fmt: skip
    assert main(words) == 0
    said = capsys.readouterr()
    assert "genes changed their partners between well and ill at 5 % FDR" in said.out
    assert "With 4 donors a side there are 35 ways" in said.out and "were not compared" in said.out
    assert "geneweave: A is more frequent in ill" in said.err and "Leave it out (without: A)" in said.err
    table = pd.read_csv(tmp_path / "t.tsv", sep="\t")
    assert list(table)[:4] == ["gene", "rank", "partners", "partners_p"]
    assert table["rank"].tolist() == list(range(1, 61)) and table["placement"].isna().all()
    number = table["gene"].str.removeprefix("GENE").astype(int)
    assert (number[:10] % 4 == 0).all() and not (number[:20] % 4 > 1).any()
    sure = table["partners_fdr"] < 0.05
    assert sure[number % 4 == 0].all() and sure[number % 4 > 1].sum() <= 2
    contrast = read_contrast(tmp_path / "c.h5ad")
    pairs = pd.read_csv(tmp_path / "p.tsv", sep="\t")
    assert set(pairs["state"]) <= {"gained", "lost"} and (pairs["state"] == "lost").sum() > 100
    first = partners_of(contrast, table["gene"][0]).query("state in ('gained', 'lost')")
    told = pairs[pairs["gene"] == table["gene"][0]]
    assert told["partner"].tolist() == first["partner"].tolist()
    counted = pairs.groupby(["gene", "state"]).size().unstack(fill_value=0)["lost"].reindex(table["gene"], fill_value=0)
    np.testing.assert_array_equal(counted.to_numpy(), table["lost"])
    levels = pd.read_csv(tmp_path / "e.tsv", sep="\t")
    assert list(levels) == ["gene", "base_mean", "log2fc", "p", "fdr"] and (levels["fdr"] < 0.05).sum() <= 3
    assert contrast.facts["sources"]["the ill"]["n_cells"] == 320


def test_the_command_that_a_contrast_tells_gives_the_same_contrast(home):
    params = ContrastParams(by="condition", control="well", only="A", without="B cell,T cell", n_genes=50, space="none")
    line = compare_command("conditions", params)
    assert line == ("python -m engine compare conditions --by condition --control well --cell-type A --without "
                    "'B cell,T cell' --genes 50 --no-placement --out conditions.tsv")  # fmt: skip
    from engine.__main__ import _parser

    args = vars(_parser().parse_args(shlex.split(line)[3:]))
    again = ContrastParams(**{name: args[name] for name in vars(params)})
    settings = Settings.from_environment()
    study, store = Library(settings).study("conditions"), Store(settings)
    assert again == params and contrast_id(study, again, store=store) == contrast_id(study, params, store=store)
    assert contrast_id(study, ContrastParams(), store=store) != contrast_id(study, params, store=store)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "conditon", "--control", "well"], "'conditon', which the file does not have. Found: condition"),
        (["--control", "healthy"], "no level 'healthy'"),
        (["--control", "well", "--case", "il"], "no level 'il'. Closest: ill"),
        (["--by", "kind", "--control", "A", "--cell-type", "A"], "No cell of 'A' is in 'B'"),
        (["--control", "well", "--genes", "5"], "'Genes' must be a whole number from 20 to 5000, found 5"),
        (["--control", "well", "--partners", "no/such/p.tsv"], "--partners must lie in a folder that exists"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_with_exit_2(words, said, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["compare", "conditions", *words, "--out", "t.tsv"]) == 2
    heard = capsys.readouterr().err
    assert said in heard and "geneweave: " in heard and not (tmp_path / "t.tsv").exists()

"""The command `report`: from a file, an id or a study to a page; sentences for what cannot be read."""

import re
import zipfile

import anndata
import pytest

from engine import report
from engine.__main__ import main
from engine.commands.report import GENE_PAGES
from engine.settings import Settings
from engine.store import Store
from tests.app.made_up_contrast import made_up, write_contrast


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("GENEWEAVE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_becomes_a_page_and_an_archive(here, enrichment, regulators, capsys):
    made_up().adata.write_h5ad("c.h5ad")
    enrichment.to_csv("e.tsv", sep="\t", index=False)
    regulators.to_csv("r.tsv", sep="\t", index=False)
    assert main(["report", "c.h5ad", "--out", "r.html", "--zip", "r.zip", "--enrichment", "e.tsv", "--regulators",
                 "r.tsv", "--genes", "1"]) == 0  # fmt: skip
    page = (here / "r.html").read_text()
    assert "STAT1" in page and "Interferon &lt;alpha&gt; response" in page and ">NA<" in page
    assert "Zheng et al." in page  # the citation of the study
    with zipfile.ZipFile("r.zip") as packed:
        assert packed.read("report.html").decode() == page
    assert "COVID and control, 60 genes" in capsys.readouterr().out


@pytest.mark.parametrize("asked", ["id", "study"])
def test_a_stored_comparison_goes_by_its_id_or_its_study(here, asked):
    name = write_contrast(Store(Settings.from_environment()))
    assert main(["report", name if asked == "id" else "pbmc68k-lineages", "--out", "r.html", "--genes", "0"]) == 0
    assert "COVID-19 against control" in (here / "r.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.h5ad"], "expected at 'none.h5ad', and no file is there"),
        (["text.h5ad"], "'text.h5ad' is no comparison of two conditions"),
        (["other.h5ad"], "'other.h5ad' is no comparison of two conditions"),
        (["contrast-0"], "no comparison 'contrast-0': none is stored yet"),
        (["c.h5ad", "--enrichment", "none.tsv"], "--enrichment expects a table, and there is no file 'none.tsv'"),
        (["c.h5ad", "--enrichment", "few.tsv"], "'few.tsv' lacks the columns size, overlap"),
        (["c.h5ad", "--regulators", "text.tsv"], "column n_targets must hold numbers"),
        (["c.h5ad", "--regulators", "c.h5ad"], "cannot be read as a tab-separated table"),
        (["c.h5ad", "--genes", "-1"], "--genes must be 0 to 100"),
        (["c.h5ad", "--zip", "no/such/r.zip"], "folder that exists, found 'no/such/r.zip'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_with_exit_2(arguments, words, here, capfd, regulators):
    made_up(n_genes=26).adata.write_h5ad("c.h5ad")
    anndata.AnnData(shape=(2, 2)).write_h5ad("other.h5ad")
    (here / "text.h5ad").write_text("text")
    (here / "few.tsv").write_text("term\tp\nA\t0.1\n")
    regulators.assign(n_targets="many").to_csv("text.tsv", sep="\t", index=False)
    assert main(["report", *arguments, "--out", "r.html"]) == 2
    said = capfd.readouterr().err
    assert re.search(words, said) and "Traceback" not in said
    assert not (here / "r.html").exists()


def test_an_unknown_comparison_names_the_closest(capfd):
    name = write_contrast(Store(Settings.from_environment()))
    assert main(["report", name[:-1], "--out", "r.html"]) == 2
    assert name in capfd.readouterr().err


def test_the_command_shows_as_many_genes_as_a_report_does():
    assert GENE_PAGES == report.GENE_PAGES  # told twice, so that the command line starts without pandas

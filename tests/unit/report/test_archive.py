"""The archive of a report: the same bytes each time, tables that read back, lines and facts."""

import io
import json
import zipfile
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from engine.report import archive, report_of, report_zip
from engine.tl.changed import partners_of


@pytest.fixture(scope="module")
def small():
    from tests.app.made_up_contrast import made_up

    return made_up(n_genes=30)


@pytest.fixture(scope="module")
def packed(small):
    return zipfile.ZipFile(io.BytesIO(report_zip(small, gene_pages=1)))


def table(packed, name):
    return pd.read_csv(packed.open(f"tables/{name}.tsv"), sep="\t", float_precision="round_trip")


def test_two_runs_give_the_same_bytes(small):
    first, second = (report_zip(small, gene_pages=1) for _ in range(2))
    assert first == second


def test_the_archive_holds_page_figures_twice_tables_and_what_repeats_them(packed, small):
    names = set(packed.namelist())
    figures = {"volcano", "gene-1", "maps", "modules", "composition"}
    assert {f"figures/{name}.{ending}" for name in figures for ending in ("svg", "png")} <= names
    assert {"report.html", "commands.txt", "methods.txt", "facts.json"} <= names
    assert json.loads(packed.read("facts.json")) == small.facts
    assert packed.testzip() is None


def test_figures_are_whole_svg_with_text_and_png_of_300_dots_an_inch(packed):
    svg = ElementTree.fromstring(packed.read("figures/volcano.svg"))
    assert "Mean change of |correlation| with all other genes" in [text.text for text in svg.iter() if text.text]
    png = packed.read("figures/volcano.png")
    width, height = (int.from_bytes(png[place : place + 4], "big") for place in (16, 20))
    assert png[:4] == b"\x89PNG" and (width, height) == (1980, 1140)  # 6.6 and 3.8 inches


def test_tables_read_back_as_the_contrast_has_them(packed, small):
    genes = table(packed, "genes").set_index("gene")
    expected = small.table.assign(module=small.table["module"].astype(int))
    pd.testing.assert_frame_equal(genes, expected, check_names=False, check_dtype=False)
    pd.testing.assert_frame_equal(table(packed, "expression").set_index("gene"), small.expression, check_names=False)
    composition = table(packed, "composition").set_index("cell_type")
    for row in small.facts["composition"]:
        found = composition.loc[row["cell_type"]]
        assert (found["control"], found["case"], found["p"]) == (row["control"], row["case"], row["p"])
        assert {unit: found[f"unit {unit}"] for unit in row["units"]} == row["units"]


def test_gained_and_lost_partners_are_all_in_the_table(packed, small):
    found = table(packed, "partners")
    changed = small.table.index[small.table["partners_fdr"] < 0.05]
    assert set(found["gene"]) == set(changed)
    for gene in changed[:3]:
        every = partners_of(small, gene)
        assert (found["gene"] == gene).sum() == every["state"].isin(["gained", "lost"]).sum()


def test_the_methods_tell_the_parameters_and_cite_in_order(packed):
    said = packed.read("methods.txt").decode()
    methods, references = said.split("References\n")
    for words in ("30 genes", "all 35 distinct labellings of the donors (exact)", "0.0286", "100 epochs, seed 0",
                  "t(0.975, n − 2, n donors in all)"):  # fmt: skip
        assert words in methods
    numbers = [int(n) for part in methods.split("[")[1:] for n in part.split("]")[0].split(", ")]
    assert list(dict.fromkeys(numbers)) == list(range(1, references.count("https://") + 1))


def test_only_what_was_done_is_cited(small):
    from tests.app.made_up_contrast import made_up

    unplaced = made_up(n_genes=30, placed=False)
    unplaced.adata.obs[["expression", "expression_p", "expression_fdr"]] = np.nan
    keys = set(report_of(unplaced).references)
    assert keys == {"cs-core", "sam", "bh", "leiden"}
    with_all = report_of(small, citation="Someone (2020)")
    assert set(with_all.references) == keys | {"study", "muse-gnn", "umap", "deseq2", "pydeseq2"}


def test_explanations_are_in_the_archive_and_in_the_command_line(small, enrichment, regulators):
    report = report_of(small, enrichment=enrichment, regulators=regulators, gene_pages=0,
                       commands=("python -m engine enrich …",))  # fmt: skip
    packed = zipfile.ZipFile(io.BytesIO(archive(report)))
    back = pd.read_csv(packed.open("tables/enrichment.tsv"), sep="\t", keep_default_na=False,
                       float_precision="round_trip")  # fmt: skip
    pd.testing.assert_frame_equal(back, enrichment)
    lines = packed.read("commands.txt").decode().splitlines()
    assert lines[0].startswith("python -m engine compare") and lines[0].endswith("--contrast contrast.h5ad")
    assert lines[1] == "python -m engine enrich …"
    assert lines[2] == ("python -m engine report contrast.h5ad --enrichment tables/enrichment.tsv --regulators "
                        "tables/regulators.tsv --genes 0 --out report.html --zip report.zip")  # fmt: skip

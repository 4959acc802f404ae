"""The addresses of a report: page, archive, what explains the comparison, and what is not there."""

import io
import json
import zipfile

import pandas as pd
import pytest
from anndata import AnnData

from app.factory import create_app
from engine.types import META
from tests.app.made_up_contrast import write_contrast

TERMS = pd.DataFrame({"term": ["Interferon response", "IFN"], "size": [40, 30], "overlap": [8, 7],
                      "odds_ratio": [12.5, 9.0], "p": [1e-6, 1e-5], "fdr": [1e-5, 1e-4], "genes": ["GENE0", "GENE1"],
                      "like": ["Interferon response"] * 2}, index=["0", "1"])  # fmt: skip
ABOVE = pd.DataFrame({"regulator": ["STAT1"], "n_targets": [30], "n_changed": [9], "p": [1e-5], "fdr": [1e-4],
                      "z": [4.2], "call": ["activated"]}, index=["0"])  # fmt: skip


@pytest.fixture
def stored(services):
    return services, write_contrast(services.store)


@pytest.fixture
def client(stored):
    return create_app(stored[0]).server.test_client()


def explain(store, name):
    """An enrichment and causes of a comparison as the engine stores them, and an enrichment of another."""
    request = {"method": "list", "title": "genes that lost partners", "origin": f"contrast={name}&rank="}
    kept = {"enrichment-a": ({"request": request, "command": "python -m engine enrich …"}, AnnData(obs=TERMS)),
            "enrichment-b": ({"request": request | {"origin": "contrast=contrast-x"}},
                             AnnData(obs=TERMS.assign(term="Another one"))),
            "causes-a": ({"asked": {"source": name}, "made": {"created": "2026-01-01", "command": "regulators …"}},
                         AnnData(uns={"regulators": ABOVE}))}  # fmt: skip
    for artifact, (facts, adata) in kept.items():
        adata.uns[META] = json.dumps(facts)
        store.write(artifact, adata)


def test_a_report_opens_as_a_page(client, stored):
    answer = client.get(f"/report/{stored[1]}.html")
    assert answer.status_code == 200 and answer.mimetype == "text/html"
    text = answer.get_data(as_text=True)
    assert "COVID-19 against control" in text and "Zheng et al." in text and "<script" not in text


def test_the_archive_is_a_download_with_a_name(client, stored):
    answer = client.get(f"/report/{stored[1]}.zip")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="pbmc68k-lineages-COVID-19-against-control.zip"')  # fmt: skip
    assert "report.html" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()


def test_stored_explanations_of_the_comparison_are_taken_in_and_no_others(client, stored):
    services, name = stored
    explain(services.store, name)
    text = client.get(f"/report/{name}.html").get_data(as_text=True)
    assert "Interferon response" in text and "STAT1" in text and "genes that lost partners" in text
    assert "Another one" not in text and ">IFN<" not in text  # folded under the first
    assert "python -m engine enrich …" in text and "regulators …" in text


def test_the_archive_holds_the_lists_and_tables_that_its_commands_read(client, stored):
    services, name = stored
    request = {"method": "list", "title": "My genes", "origin": f"contrast={name}", "genes": ["GENE0", "GENE1"],
               "background": ["GENE0", "GENE1", "GENE2"]}  # fmt: skip
    line = "python -m engine enrich --genes my-genes.txt --background my-genes-background.txt"
    above = f"python -m engine regulators --table {name}.tsv --out regulators.tsv"
    for artifact, facts, adata in (
        ("enrichment-a", {"request": request, "command": line}, AnnData(obs=TERMS)),
        ("causes-a", {"asked": {"source": name}, "made": {"command": above}}, AnnData(uns={"regulators": ABOVE})),
    ):
        adata.uns[META] = json.dumps(facts)
        services.store.write(artifact, adata)
    file = zipfile.ZipFile(io.BytesIO(client.get(f"/report/{name}.zip").data))
    said = file.read("commands.txt").decode()
    assert "--table tables/expression.tsv" in said and "tables/expression.tsv" in file.namelist()
    assert file.read("my-genes.txt") == b"GENE0\nGENE1\n" and line in said
    assert file.read("my-genes-background.txt").split() == [b"GENE0", b"GENE1", b"GENE2"]


@pytest.mark.parametrize("ending", ["html", "zip"])
@pytest.mark.parametrize("name", ["contrast-0", "embedding-0", "%00", "<b>"])
def test_an_unknown_comparison_gets_the_page_of_the_app_with_404(client, name, ending):
    answer = client.get(f"/report/{name}.{ending}")
    assert answer.status_code == 404
    assert "<title>Geneweave</title>" in answer.get_data(as_text=True)


def test_a_damaged_comparison_is_said_in_a_sentence(client, stored, tmp_path):
    services, name = stored
    path = next((tmp_path / "store").glob(f"{name}.h5ad"))
    path.write_bytes(b"broken")
    answer = client.get(f"/report/{name}.html")
    assert answer.status_code == 500 and "cannot be read" in answer.get_data(as_text=True)

"""A study in a browser: made from a file, saved, mapped, edited, copied, exported, imported and deleted."""

from __future__ import annotations

import re

import numpy as np
import pytest

from engine.io import peek
from engine.io.report import Guess, Report
from engine.io.study_file import read_study
from tests.simulated import simulated_counts

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402


@pytest.fixture(autouse=True)
def patience():
    """A form sends itself after each change: on a busy machine an answer takes longer than the usual 5 s."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def blood(stack, tmp_path_factory) -> str:
    """An uploaded file of two donors in two states whose check is through; its id."""
    return upload(stack, tmp_path_factory.mktemp("up"), "blood.h5ad", seed=5)


def upload(stack, folder, name: str, *, seed: int) -> str:
    """A file with a report written by hand; its id."""
    adata = simulated_counts(160, 120, seed=seed)
    adata.obs["donor"] = np.where(np.arange(160) < 90, "P1", "P2")
    adata.obs["state"] = np.where(np.arange(160) < 90, "healthy", "COVID-19")
    adata.write_h5ad(folder / name)
    files = stack.services.files
    file = files.add(name, folder / name)
    adata.write_h5ad(files.matrix(file.id))
    guesses = {"batch": Guess("donor", "Column 'donor' has 2 levels: P1, P2."), "modality": Guess("rna", "Genes."),
               "condition": Guess("state", "Column 'state' has levels healthy, COVID-19.")}  # fmt: skip
    files.write_report(file.id, Report("h5ad", 160, 120, 9, "X", "", "symbol", "Ready.", True, guesses,
                                       peek.columns(str(files.matrix(file.id)))))  # fmt: skip
    return file.id


def test_a_file_becomes_a_study_that_is_edited_copied_exported_imported_and_deleted(page, stack, blood, tmp_path):
    page.goto("/studies")
    page.get_by_role("link", name="New study").click()
    page.get_by_role("checkbox", name="blood.h5ad").check()
    page.get_by_role("button", name="Go on with these files").click()

    review = page.locator("#study-review")
    expect(review).to_contain_text("2 datasets, 160 cells")
    expect(review).to_contain_text("COVID-19 and healthy")
    page.get_by_role("checkbox", name="Use P2").uncheck()
    expect(review).to_contain_text("so far there is 1")
    page.get_by_role("button", name="Save the study").click()
    expect(page.locator("#study-fault")).to_contain_text("The study is not saved.")
    page.get_by_role("checkbox", name="Use P2").check()
    page.get_by_role("textbox", name="Tissue of all parts").fill("blood")
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Tissue of P2")).to_have_value("blood")
    page.get_by_role("textbox", name="Title").fill("Two donors")
    page.get_by_role("textbox", name="Name of the dataset of P2").fill("Patient")
    page.get_by_text("Limits for cells").click()
    page.get_by_label("Least genes").fill("3")
    expect(review).not_to_contain_text("so far")
    page.get_by_role("button", name="Save the study").click()

    expect(page).to_have_title("Studies · Geneweave")
    expect(page.locator("#study-switch")).to_have_value("Two donors")
    card = page.get_by_role("region", name="Two donors")
    expect(card.get_by_role("button", name="Make the map", exact=True)).to_be_visible()
    kept = stack.services.library.study("two-donors")
    assert [(s.name, s.condition, s.tissue, s.qc.min_genes) for s in kept.datasets] == [
        ("P1 · blood", "healthy", "blood", 3), ("Patient", "COVID-19", "blood", 3)]  # fmt: skip
    page.reload()
    expect(page.locator("#study-switch")).to_have_value("Two donors")
    page.goto("/data/networks?study=pbmc68k-lineages")
    expect(page.get_by_role("heading", level=1)).to_contain_text("PBMC 68k by lineage")
    expect(page.locator("#study-switch")).to_have_value("PBMC 68k by lineage")
    page.locator("#study-switch").click()
    page.get_by_role("option", name="Two donors").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Two donors")
    page.goto("/studies")

    with page.expect_download() as download:
        card.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "two-donors.toml"
    download.value.save_as(tmp_path / "two-donors.toml")
    assert read_study(tmp_path / "two-donors.toml") == kept

    page.locator("#study-import input[type=file]").set_input_files(tmp_path / "two-donors.toml")
    expect(page.get_by_role("region", name="Two donors", exact=True)).to_have_count(2)
    (tmp_path / "bad.toml").write_text("title = ")
    page.locator("#study-import input[type=file]").set_input_files(tmp_path / "bad.toml")
    expect(page.locator("#study-said")).to_contain_text("Nothing was imported. 'bad.toml' was expected")

    page.get_by_role("region", name="PBMC 68k by lineage").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Edit Copy of PBMC 68k by lineage")
    expect(page.locator("#study-review")).to_contain_text("3 datasets, 687 cells")
    page.get_by_role("link", name="Cancel").click()

    for title, n_left in (("Copy of PBMC 68k by lineage", 0), ("Two donors", 1), ("Two donors", 0)):
        page.get_by_role("region", name=title, exact=True).first.get_by_role("button", name="Delete").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("will be deleted")
        dialog.get_by_role("button", name="Delete the study").click()
        expect(dialog).to_be_hidden()
        expect(page.get_by_role("region", name=title, exact=True)).to_have_count(n_left)
    assert [study.name for study in stack.services.library.studies() if stack.services.library.own(study.name)
            and "donors" in study.title] == []  # fmt: skip
    assert stack.services.files.get(blood)


def test_another_split_and_another_file_change_the_form_in_place(page, stack, blood, tmp_path):
    second = upload(stack, tmp_path, "second.h5ad", seed=6)
    page.goto(f"/studies/new?files={blood}")
    review = page.locator("#study-review")
    expect(review).to_contain_text("2 datasets")
    page.get_by_role("textbox", name="Split by").click()
    page.get_by_role("option", name="cell_type (2)").click()
    expect(page.get_by_role("textbox", name="Name of the dataset of high")).to_have_value("high · blood")
    expect(page.get_by_role("textbox", name="Condition of high")).to_have_value("mixed")
    page.get_by_role("textbox", name="Split by").click()
    page.get_by_role("option", name="Nothing: one dataset").click()
    expect(review).to_contain_text("so far there is 1")
    page.get_by_role("textbox", name="Another file").click()
    page.get_by_role("option", name=re.compile("second.h5ad")).click()
    page.get_by_role("button", name="Add the file").click()
    expect(page.get_by_role("region", name="File second")).to_be_visible()
    expect(review).to_contain_text("2 datasets, 320 cells")
    page.get_by_role("button", name="Remove").first.click()
    expect(page.get_by_role("region", name="File blood")).to_have_count(0)
    expect(review).to_contain_text("so far there is 1")
    stack.services.files.delete(second)

"""A file from upload to study in the browser, with the real check: report in place, mends, limits, name, end."""

from __future__ import annotations

import re

import numpy as np
import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402

MINUTE = 60_000
CELLS = 240


@pytest.fixture(scope="module")
def address(stack, tmp_path_factory) -> str:
    """The page of a file with duplicate genes and poor cells that nobody has checked yet."""
    import anndata
    import pandas as pd

    rng = np.random.default_rng(0)
    genes = [*(f"GENE{i}" for i in range(60)), "GENE0", "MT-CO1", "MT-ND1"]
    depth = rng.lognormal(0, 0.5, CELLS)[:, None]
    counts = rng.poisson(2 * depth * rng.gamma(1, 1, len(genes))).astype(np.float32)
    obs = pd.DataFrame({"condition": np.repeat(["control", "COVID-19"], CELLS // 2)},
                       index=[f"cell{i}" for i in range(CELLS)])  # fmt: skip
    path = tmp_path_factory.mktemp("brought") / "small.h5ad"
    adata = anndata.AnnData(counts, obs=obs, var=pd.DataFrame(index=range(len(genes)), dtype=str))
    adata.var_names = genes
    adata.write_h5ad(path)
    return f"/data/files/{stack.services.files.add('small.h5ad', path).id}"


@pytest.fixture
def checked(page, address):
    """Its page with the report on it."""
    page.goto(address)
    check = page.get_by_role("button", name="Check the file")
    expect(check.or_(page.locator("#file-verdict"))).to_be_visible(timeout=MINUTE)
    if check.is_visible():
        check.click()
        expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.locator("#file-verdict")).to_contain_text("240 cells", timeout=MINUTE)
    return page


def test_the_report_comes_without_a_reload_and_a_mend_and_its_undo_check_again(checked):
    expect(checked.get_by_role("heading", name="What Geneweave understood")).to_be_visible()
    expect(checked.locator("#file-body")).to_contain_text("COVID-19")
    mend = checked.get_by_role("button", name="Sum duplicate genes", exact=True)
    mend.first.click()
    undo = checked.get_by_role("button", name="Undo: Sum duplicate genes")
    expect(undo).to_be_visible(timeout=MINUTE)
    expect(mend).to_have_count(0)
    undo.click()
    expect(mend.first).to_be_visible(timeout=MINUTE)


def test_limits_count_as_they_are_typed_stay_and_are_suggested(checked):
    said = checked.locator("#qc-said")
    expect(said).to_have_text("All 240 cells are kept.")
    checked.locator("#qc-min-counts").fill("100")
    expect(said).to_contain_text(re.compile(r"\d+ of 240 cells kept"))
    expect(checked.locator("#qc-violins .main-svg").first).to_be_visible(timeout=MINUTE)
    lines = "document.querySelector('#qc-violins .js-plotly-plot').layout.shapes?.length"
    checked.wait_for_function(f"{lines} > 0")
    checked.reload()
    expect(checked.locator("#qc-min-counts")).to_have_value("100", timeout=MINUTE)
    expect(said).to_contain_text("of 240 cells kept")
    checked.get_by_role("button", name="Remove limits").click()
    expect(said).to_have_text("All 240 cells are kept.")
    checked.get_by_role("button", name="Suggest limits").click()
    expect(checked.locator("#qc-max-counts")).not_to_have_value("")
    checked.get_by_role("button", name="Remove limits").click()
    expect(checked.locator("#qc-max-counts")).to_have_value("")


def test_a_file_is_taken_away_renamed_and_then_deleted_after_a_question(checked, stack, address):
    with checked.expect_download() as download:
        checked.get_by_role("link", name="Download the matrix").click()
    assert download.value.suggested_filename == "small.h5ad"
    checked.get_by_role("button", name="Rename").click()
    checked.get_by_label("Name", exact=True).fill("Blood of two people")
    checked.get_by_label("Name", exact=True).press("Enter")
    expect(checked.get_by_role("heading", level=1)).to_have_text("Blood of two people")
    checked.get_by_role("button", name="Delete", exact=True).click()
    checked.get_by_role("button", name="Keep it").click()
    expect(checked.get_by_role("dialog")).to_have_count(0)
    checked.get_by_role("button", name="Delete", exact=True).click()
    checked.get_by_role("button", name="Delete the file").click()
    expect(checked).to_have_url(re.compile("/data$"))
    assert address.split("/")[-1] not in {file.id for file in stack.services.files.list()}
    checked.goto(address)
    expect(checked.get_by_role("heading", level=1)).to_have_text("There is no such file")

"""Networks from the button to the card of a hub gene, with the real workers."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402

MINUTE = 60_000


@pytest.fixture
def found(page):
    """The page of the bundled study with its networks on it, found by the button when they are not there."""
    page.goto("/data/networks")
    find = page.get_by_role("button", name="Find the networks")
    expect(find.or_(page.locator("#net-choice"))).to_be_visible(timeout=MINUTE)
    if find.is_visible():
        find.click()
        expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.locator("#net-genes .ag-row").first).to_be_visible(timeout=2 * MINUTE)
    return page


def test_the_networks_come_in_place_side_by_side(found):
    expect(found.locator(".net-table tbody tr")).to_have_count(3)
    for figure in ("net-degree", "net-strength"):
        expect(found.locator(f"#{figure} .main-svg").first).to_be_visible()


def test_another_dataset_has_an_address_of_its_own(found):
    found.get_by_role("link", name="T and NK").click()
    expect(found).to_have_url(re.compile("dataset=T"))
    expect(found.locator("#net-choice")).to_have_value("T and NK")
    found.locator("#net-choice").click()
    found.get_by_role("option", name="Myeloid").click()
    expect(found).to_have_url(re.compile("dataset=Myeloid"))


def test_a_hub_leads_to_its_card_on_the_atlas_without_a_reload(made, found):
    found.evaluate("window.stayed = true")
    gene = found.locator("#net-genes .ag-row a").first
    name = gene.inner_text()
    gene.click()
    expect(found).to_have_url(re.compile(f"/atlas.*gene={name}"))
    expect(found.locator("#atlas-title, .atlas-title h1").first).to_be_visible()
    assert found.evaluate("window.stayed")


def test_genes_are_sorted_by_name_and_taken_away(found):
    found.locator("#net-genes .ag-header-cell[col-id=shown] .ag-header-cell-label").click()
    cells = found.locator("#net-genes [col-id=shown].ag-cell")
    expect(cells.first).to_contain_text("A")
    shown = [name.strip() for name in cells.all_inner_texts()[:8]]
    assert shown == sorted(shown, key=str.casefold)
    with found.expect_download() as download:
        found.get_by_role("button", name="Save as CSV").click()
    assert download.value.suggested_filename == "pbmc68k-lineages-network-genes.csv"
    assert len(download.value.path().read_text().splitlines()) > 500

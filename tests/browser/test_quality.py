"""Quality as a person uses it: the button runs the comparison, results come in place, views, tables and files."""

from __future__ import annotations

import pandas as pd
import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402

MINUTE = 60_000
FITS = "(width) => innerWidth === width && document.documentElement.scrollWidth <= width"


@pytest.fixture
def compared(page, made):
    """The page of the small map, with one seed run by the button when they are not there."""
    page.goto(f"/quality?map={made.result}")
    section = page.get_by_role("region", name="Is it better than its rivals?")
    expect(section).to_be_visible(timeout=MINUTE)
    if section.get_by_role("heading", name="No comparison yet").is_visible():
        section.get_by_text("1 seed", exact=True).click()
        expect(section.get_by_text("still to run")).to_be_visible()
        section.get_by_role("button", name="Run what is missing").click()
        expect(section.get_by_role("progressbar")).to_be_visible()
    expect(section.locator("#quality-grid .ag-row").first).to_be_visible(timeout=5 * MINUTE)
    return page


def test_results_come_in_place_while_the_rest_is_still_running(compared):
    section = compared.get_by_role("region", name="Is it better than its rivals?")
    expect(section.get_by_role("button", name="Run what is missing")).to_be_visible(timeout=5 * MINUTE)
    expect(section.locator("#quality-grid .ag-row").filter(has_text="MuSe-GNN").first).to_be_visible()
    expect(section.locator("#quality-grid .ag-row").filter(has_text="Random vectors").first).to_be_visible()
    expect(section.locator("#quality-figure-rivals .main-svg").first).to_be_visible()
    expect(section.get_by_text("One seed cannot tell")).to_be_visible()
    expect(section.get_by_text("scores are there.")).to_be_visible()


def test_more_seeds_are_counted_before_they_are_asked_for(compared):
    section = compared.get_by_role("region", name="Is it better than its rivals?")
    expect(section.get_by_role("button", name="Run what is missing")).to_be_visible(timeout=5 * MINUTE)
    section.get_by_text("10 seeds", exact=True).click()
    expect(section.get_by_text("scores still to run: about")).to_be_visible()
    section.get_by_text("1 seed", exact=True).click()
    expect(section.get_by_text("scores are there.")).to_be_visible()


def test_the_view_is_in_the_address_and_the_map_stays(compared, made):
    compared.get_by_role("link", name="Without its parts").click()
    compared.wait_for_url("**view=parts*")
    assert f"map={made.result}" in compared.url
    expect(compared.get_by_text("“Parts of the model” switched on")).to_be_visible()
    compared.get_by_role("link", name="Against its rivals").click()
    expect(compared.locator("#quality-grid .ag-row").first).to_be_visible()


def test_all_values_and_the_figure_are_files(compared, tmp_path):
    with compared.expect_download() as download:
        compared.get_by_role("button", name="All values as TSV").click()
    download.value.save_as(tmp_path / "t.tsv")
    table = pd.read_csv(tmp_path / "t.tsv", sep="\t")
    assert list(table.columns) == ["method", "label", "kind", "seed", "measure", "value"]
    assert "muse-gnn" in set(table["method"])
    with compared.expect_download() as download:
        compared.locator("#quality-found").get_by_role("button", name="SVG").click()
    download.value.save_as(tmp_path / "f.svg")
    drawn = (tmp_path / "f.svg").read_text()
    assert drawn.startswith("<svg") and "MuSe-GNN" in drawn and "Neighbour overlap" in drawn


def test_nothing_is_wider_than_the_window(compared):
    for width in (1280, 1024):
        compared.set_viewport_size({"width": width, "height": 800})
        compared.wait_for_function(FITS, arg=width)
        assert compared.locator("#quality-figure-rivals").bounding_box()["width"] < width - 100

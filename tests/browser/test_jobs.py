"""A map from click to page, with the real workers: progress in place, cancel, try again, refresh, a second tab."""

from __future__ import annotations

import re
import time

import pytest

from engine.jobs.submit import CALIBRATE, EMBED

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402

MINUTE = 60_000
CURVE = "document.querySelector('#job-loss .js-plotly-plot')"


def ask_for_map(page, *, epochs: int) -> None:
    """A small map by the settings of the bundled study's card."""
    page.goto("/studies")
    page.get_by_text("Advanced").click()
    page.get_by_label("Genes per dataset").fill("60")
    page.get_by_label("Epochs").fill(str(epochs))
    page.get_by_role("button", name="Make a map with these settings").click()


def newest(stack):
    return stack.services.jobs.list(kind=EMBED)[0]


def until(condition, *, seconds: float = 60) -> None:
    """Wait for something that the page does not show."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.2)


def test_a_bad_setting_is_answered_in_the_form_and_asks_for_nothing(page, stack):
    before = len(stack.services.jobs.list(kind=EMBED))
    ask_for_map(page, epochs=0)
    expect(page.get_by_text("'Epochs' must be a whole number from 1 to 100000").first).to_be_visible()
    assert len(stack.services.jobs.list(kind=EMBED)) == before


def test_presets_are_shown_with_the_time_that_they_take_once_the_machine_was_timed(page, stack):
    page.goto("/studies")
    expect(page.get_by_role("radio", name="Standard")).to_be_checked()
    for name in ("Quick look", "Standard", "Thorough"):
        expect(page.locator(".gw-preset", has_text=name)).to_contain_text(re.compile(r"about \d"), timeout=2 * MINUTE)
    assert [job.status for job in stack.services.jobs.list(kind=CALIBRATE)] == ["done"]
    page.goto("/atlas")
    expect(page.get_by_text(re.compile(r"It takes about \d+ (s|min) on this machine"))).to_be_visible()


def test_the_form_follows_method_and_profile_and_says_what_they_take(page):
    page.goto("/studies")
    page.get_by_text("Advanced").click()
    expect(page.get_by_text(re.compile("This will take about"))).to_be_visible(timeout=2 * MINUTE)
    page.get_by_label("Profile of MuSe-GNN").get_by_text("Paper").click()
    expect(page.get_by_label("Epochs")).to_have_value("2000")
    expect(page.get_by_role("textbox", name="Decoder", exact=True)).to_have_value("mlp")
    page.get_by_role("textbox", name="Method").click()
    page.get_by_role("option", name="pca", exact=True).click()
    expect(page.get_by_label("Epochs")).to_be_hidden()
    expect(page.get_by_label("Dimensions")).to_be_visible()
    page.get_by_label("Profile of MuSe-GNN").get_by_text("Fast").click()
    expect(page.get_by_label("Epochs")).to_have_value("200")


def test_a_job_is_cancelled_and_tried_again_from_its_page(page, stack):
    ask_for_map(page, epochs=90_000)
    page.get_by_role("link", name="Details").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gene map of PBMC 68k by lineage")
    expect(page.get_by_text("Running")).to_be_visible(timeout=MINUTE)
    expect(page.locator("#job-log")).to_contain_text("Started on", timeout=MINUTE)
    page.wait_for_function(f"{CURVE}?.data?.[0].x.length > 3", timeout=MINUTE)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Try again")).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("Cancelled", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Running")).to_be_visible(timeout=MINUTE)
    page.get_by_role("button", name="Cancel").click()
    until(lambda: newest(stack).status == "cancelled")


def test_a_map_is_made_in_place_and_then_opened(page, stack):
    ask_for_map(page, epochs=3)
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("link", name="Open the map")).to_be_visible(timeout=2 * MINUTE)
    job = newest(stack)
    assert job.status == "done" and stack.services.store.has(job.result)
    expect(page.locator("#live")).to_contain_text("is done", timeout=10_000)
    page.get_by_role("link", name="See its quality").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("How good is the map of PBMC 68k by lineage?")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    assert download.value.suggested_filename == "pbmc68k-lineages-quality.csv"


def test_a_job_page_survives_a_refresh_and_a_second_tab(page, made):
    second = page.context.new_page()
    for tab in (page, second):
        tab.goto(f"/jobs/{made.id}")
        expect(tab.get_by_role("link", name="Open the map")).to_be_visible()
        tab.reload()
        expect(tab.locator("#job-log")).to_contain_text("Done.")
        expect(tab.get_by_role("link", name="Open the map")).to_have_attribute("href", f"/atlas?map={made.result}")


def test_the_list_is_filtered_by_state_and_leads_to_the_job(page, stack, made):
    page.goto("/jobs")
    rows = page.locator("#jobs-table tbody tr")
    expect(rows).to_have_count(len(stack.services.jobs.list()))
    page.locator("#jobs-state").get_by_text("Done").click()
    expect(rows).to_have_count(len(stack.services.jobs.list(status="done")))
    rows.filter(has_text="Gene map").first.get_by_role("link").click()
    expect(page.get_by_role("link", name="Open the map")).to_be_visible()


def test_an_unknown_job_says_so(page):
    page.goto("/jobs/nothing")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such job")

"""Benchmark as a person uses it: the button runs the trials, results come in place, choices are addresses, files."""

from __future__ import annotations

import pandas as pd
import pytest

from app.trials import PARAMS
from engine.jobs.submit import submit_trial
from tests.app.made_up_trials import SCREEN, add_screen

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402

MINUTE = 60_000
FITS = "(width) => innerWidth === width && document.documentElement.scrollWidth <= width"


@pytest.fixture(scope="module")
def screened(stack, tmp_path_factory):
    """A table of effects among the studies; taken away afterwards."""
    add_screen(stack.services, tmp_path_factory.mktemp("screen"))
    yield stack.services
    stack.services.library.delete(SCREEN)


@pytest.fixture
def tried(page, screened):
    """The page of trials that the workers run while it is looked at."""
    submit_trial(screened.jobs, SCREEN, PARAMS, ["train-mean", "additive", "linear", "core", "replicate"],
                 split="single70", seeds=[0])  # fmt: skip
    page.goto(f"/benchmark?study={SCREEN}&split=single70")
    expect(page.locator("#bench-grid .ag-row").first).to_be_visible(timeout=2 * MINUTE)
    return page


def test_results_come_in_place_and_the_verdict_is_said_first(tried):
    section = tried.get_by_role("region", name="Trials", exact=True)
    expect(section.get_by_role("button", name="Run what is missing")).to_be_visible(timeout=2 * MINUTE)
    expect(section.get_by_text("On unseen singles").first).to_be_visible()
    expect(section.locator("#bench-figure .main-svg").first).to_be_visible()
    expect(section.locator("#bench-grid .ag-row").filter(has_text="Low-rank linear").first).to_be_visible()
    expect(section.get_by_text("their figure").first).to_be_visible()
    expect(section.get_by_text("trials still to run")).to_be_visible()


def test_the_button_asks_for_what_is_missing(page, screened):
    page.goto(f"/benchmark?study={SCREEN}&split=folds")
    expect(page.get_by_role("heading", name="Nothing has been tried yet")).to_be_visible()
    page.get_by_text("1 seed", exact=True).click()
    expect(page.get_by_text("8 of 8 trials still to run")).to_be_visible()
    page.get_by_role("button", name="Run what is missing").click()
    expect(page.locator(".gw-job-card")).to_be_visible()
    expect(page.get_by_text("All 8 trials are there.")).to_be_visible(timeout=3 * MINUTE)
    expect(page.locator("#bench-coverage .main-svg").first).to_be_visible()


def test_another_measure_and_split_are_another_address(tried):
    tried.get_by_role("textbox", name="Measure of the picture").click()
    tried.get_by_role("option", name="RMSE").click()
    tried.wait_for_url("**measure=rmse*")
    expect(tried.get_by_role("heading", name="RMSE")).to_be_visible()
    tried.get_by_text("Half of the pairs", exact=True).click()
    tried.wait_for_url("**split=doubles*")
    assert "measure=rmse" in tried.url


def test_all_values_and_the_figure_are_files_and_nothing_is_wider_than_the_window(tried, tmp_path):
    with tried.expect_download() as download:
        tried.get_by_role("button", name="All values as TSV").click()
    download.value.save_as(tmp_path / "t.tsv")
    table = pd.read_csv(tmp_path / "t.tsv", sep="\t")
    assert {"train-mean", "replicate"} <= set(table["method"]) and set(table["split"]) == {"single70"}
    with tried.expect_download() as download:
        tried.locator("#bench-found").get_by_role("button", name="SVG").first.click()
    download.value.save_as(tmp_path / "f.svg")
    assert "Low-rank linear" in (tmp_path / "f.svg").read_text()
    for width in (1280, 1024):
        tried.set_viewport_size({"width": width, "height": 800})
        tried.wait_for_function(FITS, arg=width)

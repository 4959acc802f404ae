"""Causes as a person uses it: nodes, edges and folds by click, tables by key, undo, layouts, links, files, themes."""

from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from tests.app.made_up_causes import write_causes
from tests.app.made_up_contrast import write_contrast

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402

PATIENCE = 45_000  # milliseconds, for a busy machine
BOUND = "() => document.getElementById('causes-graph')?._cyreg?.cy?.causesBound"
PLACE = """(id) => {
  const cy = document.getElementById('causes-graph')._cyreg.cy, box = cy.container().getBoundingClientRect();
  const part = cy.getElementById(id), at = part.isNode() ? part.renderedPosition() : part.renderedMidpoint();
  return [box.left + at.x, box.top + at.y];
}"""
DRAWN = "(id) => document.getElementById('causes-graph')._cyreg.cy.getElementById(id).nonempty()"
CLASSES = "(id) => document.getElementById('causes-graph')._cyreg.cy.getElementById(id).classes()"
FAINT = "() => document.getElementById('causes-graph')._cyreg.cy.elements('.faint').length"
STYLE = "([id, what]) => document.getElementById('causes-graph')._cyreg.cy.getElementById(id).style(what)"


@pytest.fixture(scope="module")
def name(stack):
    """A made-up explanation in the store of the running app, taken away afterwards with its contrast."""
    contrast = write_contrast(stack.services.store)
    written = write_causes(stack.services.store, contrast=contrast, n_targets=800)
    yield written
    for artifact in (written, contrast):
        stack.services.store.delete(artifact)


@pytest.fixture
def causes(page, name):
    return visit(page, f"/causes?explanation={name}")


def visit(page, address):
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_function(BOUND)
    page.wait_for_timeout(600)  # the network has been fitted into the picture
    return page


def click(page, element: str) -> None:
    page.wait_for_timeout(400)
    page.mouse.click(*page.evaluate(PLACE, element))


def address_has(page, key: str, value: str | None) -> None:
    same = "([key, value]) => new URLSearchParams(location.search).get(key) === value"
    page.wait_for_function(same, arg=[key, value])


def inspector_says(page, words: str) -> None:
    expect(page.locator("#causes-inspector h2")).to_contain_text(words, timeout=PATIENCE)


def test_a_node_shows_its_evidence_and_the_others_fade(causes):
    click(causes, "STAT1")
    inspector_says(causes, "STAT1")
    address_has(causes, "pick", "STAT1")
    expect(causes.locator("#causes-inspector")).to_contain_text("Predicted: activated")
    causes.wait_for_function(f"() => ({CLASSES})('STAT1').includes('picked') && ({FAINT})() > 10")
    causes.keyboard.press("Escape")
    inspector_says(causes, "Nothing chosen")
    causes.wait_for_function(f"() => ({FAINT})() === 0")


def test_a_target_leads_to_its_edge_with_database_sign_and_papers(causes):
    click(causes, "STAT1")
    causes.locator("#causes-targets .ag-row .ag-cell").first.click()
    expect(causes.locator("#causes-inspector .causes-evidence thead")).to_contain_text("Papers")
    causes.wait_for_function("() => new URLSearchParams(location.search).get('pick').startsWith('STAT1>')")


def test_a_fold_opens_by_a_click_within_the_limit_and_is_undone_by_key(causes):
    drawn = "() => document.getElementById('causes-graph')._cyreg.cy.nodes().length"
    before = causes.evaluate(drawn)
    click(causes, "+STAT1")
    address_has(causes, "open", "STAT1")
    causes.wait_for_function(f"(before) => ({drawn})() > before + 100", arg=before)
    assert causes.evaluate(drawn) <= 300
    expect(causes.locator("#causes-status")).to_contain_text("full at 300")
    causes.locator("#causes-undo").focus()
    causes.keyboard.press("Control+z")
    address_has(causes, "open", None)
    causes.wait_for_function(f"(before) => ({drawn})() === before", arg=before)
    causes.keyboard.press("Control+Shift+Z")
    address_has(causes, "open", "STAT1")


def test_focus_and_hide_change_the_picture_and_all_is_shown_again(causes):
    click(causes, "MYC")
    causes.locator("#causes-inspector").get_by_role("button", name="Focus").click()
    address_has(causes, "focus", "MYC")
    causes.wait_for_function(f"() => !({DRAWN})('STAT1')")
    causes.get_by_role("button", name="Show all again").first.click()
    address_has(causes, "focus", None)
    causes.wait_for_function(f"() => ({DRAWN})('STAT1')")
    causes.locator("#causes-inspector").get_by_role("button", name="Hide").click()
    causes.wait_for_function(f"() => !({DRAWN})('MYC')")
    expect(causes.locator("#causes-status")).to_contain_text("1 node hidden")


def test_a_row_of_the_table_leads_to_its_node_by_key(causes):
    causes.get_by_role("button", name="All regulators, networks and edges").press("Enter")
    causes.get_by_text("Causal networks", exact=True).click()
    causes.locator("#causes-grid .ag-header").get_by_text("Root", exact=True).wait_for()
    cell = causes.locator("#causes-grid .ag-row[row-index='1'] .ag-cell").first
    cell.wait_for()
    wanted = causes.locator("#causes-grid .ag-row[row-index='1']").first.get_attribute("row-id").split(":")[1]
    cell.focus()
    causes.keyboard.press("Enter")
    inspector_says(causes, wanted)
    address_has(causes, "focus", wanted)
    causes.get_by_text("Bars", exact=True).click()
    causes.locator("#causes-bars .main-svg").first.wait_for()
    assert f"focus={wanted}" in causes.url


def test_a_node_is_found_by_name_though_it_is_folded(causes):
    assert not causes.evaluate(DRAWN, "IFI44L")
    causes.locator("#causes-find").fill("IFI44")
    causes.get_by_role("option", name="IFI44L").click()
    inspector_says(causes, "IFI44L")
    causes.wait_for_function(f"() => ({DRAWN})('IFI44L')")


@pytest.mark.parametrize("layout", ["Rings", "Forces"])
def test_the_layout_is_chosen_and_kept_in_the_address(causes, layout):
    before = causes.evaluate(PLACE, "MYC")
    causes.get_by_text(layout, exact=True).click()
    address_has(causes, "layout", {"Rings": "concentric", "Forces": "cose"}[layout])
    causes.wait_for_function(f"(before) => ({PLACE})('MYC').join() !== before", arg=",".join(map(str, before)))
    assert causes.evaluate(PLACE, "MYC") != before


def test_a_link_restores_the_view(page, name):
    visit(page, f"/causes?explanation={name}&focus=IRF7&top=4&layout=concentric&pick=IRF7")
    inspector_says(page, "IRF7")
    assert page.evaluate(DRAWN, "IRF7") and not page.evaluate(DRAWN, "STAT1")
    page.wait_for_function(f"() => ({CLASSES})('IRF7').includes('picked')")
    assert page.locator("#causes-top").input_value() == "4"


def test_picture_and_network_are_files(causes, tmp_path):
    files = {}
    for word in ("PNG", "SVG", "GraphML", "SIF", "Edges TSV"):
        causes.get_by_role("button", name="Export").click()
        with causes.expect_download() as download:
            causes.get_by_role("dialog", name="Export").get_by_role("button", name=word).click()
        files[word] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[word])
        causes.keyboard.press("Escape")
    assert files["PNG"].read_bytes()[:4] == b"\x89PNG" and files["PNG"].stat().st_size > 20_000
    assert "STAT1" in files["SVG"].read_text() and ET.parse(files["SVG"]).getroot().tag.endswith("svg")
    assert len(list(ET.parse(files["GraphML"]).getroot().iter("{http://graphml.graphdrawing.org/xmlns}node"))) == 852
    assert {line.split("\t")[1] for line in files["SIF"].read_text().splitlines()} == {
        "activates", "inhibits", "regulates"}  # fmt: skip
    assert {"source", "target", "database", "papers"} <= set(pd.read_csv(files["Edges TSV"], sep="\t"))


def test_the_theme_changes_the_ink_of_the_network(causes):
    light = causes.evaluate(STYLE, ["STAT1", "color"])
    causes.get_by_label("Switch between light and dark").click()
    causes.wait_for_function(f"(light) => ({STYLE})(['STAT1', 'color']) !== light", arg=light)
    assert causes.evaluate(STYLE, ["STAT1", "color"]) != light


def test_at_1280_by_800_all_is_seen_without_scrolling_and_nothing_overlaps(causes):
    parts = [".causes-picture", ".causes-toolbar", ".causes-inspector", ".causes-drawer"]
    boxes = causes.evaluate("""(parts) => parts.map((part) => {
      const r = document.querySelector(part).getBoundingClientRect(); return [r.width, r.top, r.bottom]; })""", parts)
    assert boxes[0][0] >= 0.6 * 1280 and all(bottom <= 800 for *_, bottom in boxes)
    assert boxes[0][2] <= boxes[1][1] and boxes[1][2] <= boxes[3][1]
    assert causes.evaluate("() => document.documentElement.scrollHeight") <= 800


def test_the_form_leads_to_a_job_and_its_fault_is_told_in_place(page, name):
    page.set_default_timeout(PATIENCE)
    page.goto("/causes")
    page.get_by_role("button", name="Look for causes").click()
    expect(page.get_by_text("A network is needed, found none ticked")).to_be_visible(timeout=PATIENCE)

"""Compare as a person uses it: two maps that move as one, a gene's partners, modules, files, the form."""

import io

import pandas as pd
import pytest

from tests.app.made_up_contrast import MODULE, write_contrast

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402

PATIENCE = 45_000  # milliseconds, for a busy machine
PLOT = "document.querySelector('#cmp-maps .js-plotly-plot')"
AREA = "(() => { const r = document.querySelector('#cmp-maps .nsewdrag').getBoundingClientRect(); " \
       "return [r.left, r.top, r.width, r.height]; })()"  # fmt: skip


@pytest.fixture(scope="module")
def name(stack):
    """A made-up comparison in the store of the running app, taken away afterwards."""
    written = write_contrast(stack.services.store)
    yield written
    stack.services.store.delete(written)


@pytest.fixture
def result(page, name):
    return visit(page, f"/compare?contrast={name}")


def visit(page, address):
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_selector("#cmp .main-svg")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#cmp-stage .js-plotly-plot')].every((plot) => plot.cmpBound)")
    return page


def address_has(page, key: str, value: str | None) -> None:
    same = "([key, value]) => new URLSearchParams(location.search).get(key) === value"
    page.wait_for_function(same, arg=[key, value])


def inspector_says(page, words: str) -> None:
    expect(page.locator("#cmp-inspector h2").first).to_contain_text(words, timeout=PATIENCE)


def test_the_page_is_reached_by_key_and_the_list_leads_to_the_comparison(page, name):
    page.set_default_timeout(PATIENCE)
    page.goto("/studies")
    page.wait_for_selector(".gw-study")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.get_by_role("link", name="COVID-19 against control").first.click()
    expect(page.locator("h1")).to_contain_text(f"{MODULE} of 60 genes changed their partners", timeout=PATIENCE)


def test_the_bar_names_the_study_of_the_result_whichever_was_in_view(page, stack, name):
    other = stack.services.library.copy("pbmc68k-lineages", "Another")
    page.goto(f"/data/networks?study={other.name}")
    expect(page.locator("#study-switch")).to_have_value("Another", timeout=PATIENCE)
    visit(page, f"/compare?contrast={name}")
    expect(page.locator("#study-switch")).to_have_value("PBMC 68k by lineage", timeout=PATIENCE)
    stack.services.library.delete(other.name)


def test_what_is_drawn_around_in_one_map_is_selected_in_both_and_escape_lets_go(result):
    result.get_by_role("button", name="Box").click()
    left, top, width, height = result.evaluate(AREA)
    result.mouse.move(left + 0.05 * width, top + 0.05 * height)
    result.mouse.down()
    result.mouse.move(left + 0.6 * width, top + 0.6 * height, steps=6)
    result.mouse.move(left + 0.95 * width, top + 0.95 * height, steps=6)
    result.mouse.up()
    result.wait_for_function(f"() => {PLOT}.data[1].selectedpoints?.length")
    both = result.evaluate(f"() => {PLOT}.data.slice(0, 2).map((trace) => [...trace.selectedpoints].sort())")
    assert both[0] == both[1]
    inspector_says(result, f"{len(both[0])} genes")
    result.keyboard.press("Escape")
    inspector_says(result, "Changed most")
    result.wait_for_function(f"() => {PLOT}.data.slice(0, 2).every((trace) => !trace.selectedpoints)")


def test_the_maps_zoom_and_move_as_one_and_come_back(result):
    ranges = f"() => ['xaxis', 'xaxis2', 'yaxis', 'yaxis2'].map((axis) => {PLOT}._fullLayout[axis].range)"
    before = result.evaluate(ranges)
    left, top, width, height = result.evaluate(AREA)
    result.mouse.move(left + width / 2, top + height / 2)
    result.mouse.wheel(0, -500)
    result.wait_for_function(f"() => {PLOT}._fullLayout.xaxis.range[1] < {before[0][1]} - 0.01")
    x, x2, y, y2 = result.evaluate(ranges)
    assert x == x2 and y == y2
    result.get_by_role("button", name="Show all").click()
    result.wait_for_function(f"() => Math.abs({PLOT}._fullLayout.xaxis2.range[1] - {before[1][1]}) < 0.01")


def test_a_gene_is_opened_from_the_list_ringed_on_both_maps_and_kept_in_the_address(result):
    result.locator("#cmp-inspector").get_by_role("button", name="GENE5", exact=True).click()
    inspector_says(result, "GENE5")
    address_has(result, "gene", "GENE5")
    result.wait_for_selector("#cmp-slope .main-svg")
    result.wait_for_selector("#cmp-network .main-svg")
    result.wait_for_function(f"() => [4, 5].every((i) => {PLOT}.data[i].x.length === 1)")
    rings = result.evaluate(f"() => [0, 1].map((i) => {PLOT}.data[i].x[5] === {PLOT}.data[4 + i].x[0])")
    assert rings == [True, True]
    result.get_by_role("button", name="Close").click()
    address_has(result, "gene", None)


def test_a_gene_is_opened_by_key_from_the_table(result):
    cell = result.locator("#cmp-grid .ag-row[row-index='0'] .ag-cell").first
    cell.wait_for()
    cell.focus()
    result.keyboard.press("ArrowDown")
    result.keyboard.press("Enter")
    wanted = result.locator("#cmp-grid .ag-row[row-index='1']").first.get_attribute("row-id")
    inspector_says(result, wanted)
    assert wanted in result.inner_text("#cmp-inspector h2")


def test_arm_fdr_and_picture_are_changed_and_a_link_restores_them(result, name):
    result.get_by_text("Volcano", exact=True).click()
    result.wait_for_selector("#cmp-volcano .main-svg")
    result.get_by_text("Expression", exact=True).first.click()
    expect(result.locator("h1")).to_contain_text("changed their expression", timeout=PATIENCE)
    result.locator("#cmp-level").get_by_text("25").click()
    address_has(result, "level", "25")
    address_has(result, "arm", "expression")
    visit(result, f"/compare?contrast={name}&arm=neighbourhood&level=10&view=cells")
    expect(result.locator("h1")).to_contain_text("changed their neighbourhood at 10", timeout=PATIENCE)
    result.wait_for_selector("#cmp-shares .main-svg")


def test_a_module_is_listed_and_saved_as_a_gene_set(page, stack, name):
    visit(page, f"/compare?contrast={name}&view=modules")
    page.get_by_role("button", name="Module 1").click()
    inspector_says(page, f"Module 1: {MODULE} genes")
    page.get_by_label("Name of the gene set").fill("Came apart")
    page.get_by_role("button", name="Save as gene set").click()
    page.get_by_text(f"'Came apart' saved with {MODULE} genes.").wait_for()
    (kept,) = [s for s in stack.services.sets.list() if s.name == "Came apart"]
    assert set(kept.genes) == {f"GENE{i}" for i in range(MODULE)}
    stack.services.sets.delete(kept.id)


def test_every_gene_and_the_figure_are_files(result, tmp_path):
    with result.expect_download() as download:
        result.locator(".cmp-last").get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "genes.csv")
    table = pd.read_csv(io.StringIO((tmp_path / "genes.csv").read_text()))
    assert len(table) == 60 and {"gene", "partners_p", "placement_fdr", "net", "module"} <= set(table)
    with result.expect_download() as download:
        result.locator("#cmp-stage").get_by_role("button", name="SVG").click()
    download.value.save_as(tmp_path / "maps.svg")
    drawn = (tmp_path / "maps.svg").read_text()
    assert drawn.startswith("<svg") and "COVID-19" in drawn and "relabellings" in drawn


def test_the_form_foresees_the_design_as_it_is_filled_in(page):
    page.set_default_timeout(PATIENCE)
    page.goto("/compare?study=pbmc68k-lineages")
    design = page.locator("#cmp-design")
    expect(design).to_contain_text("each is compared with itself", timeout=PATIENCE)
    page.locator("#cmp-by").click()
    page.get_by_role("option", name="bulk_labels").click()
    expect(design).to_contain_text("Cells stand for donors here", timeout=PATIENCE)


def test_at_1280_by_800_picture_tools_and_inspector_are_seen_without_scrolling(result):
    boxes = result.evaluate("""() => ['#cmp-stage', '#cmp-maps', '.cmp-inspector'].map((s) => {
      const r = document.querySelector(s).getBoundingClientRect(); return [r.width, r.bottom]; })""")
    assert boxes[0][0] >= 0.6 * 1280 and all(bottom <= 801 for _, bottom in boxes)


def test_on_a_narrow_window_the_gene_comes_before_the_table_and_nothing_is_wider_than_the_window(result):
    result.set_viewport_size({"width": 760, "height": 900})
    result.wait_for_timeout(500)
    assert result.evaluate("""() => document.querySelector('.cmp-inspector').getBoundingClientRect().bottom
      <= document.querySelector('.cmp-table').getBoundingClientRect().top""")
    assert result.evaluate("() => document.documentElement.scrollWidth") <= 760

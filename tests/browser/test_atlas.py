"""The Atlas as a person uses it: painted in the browser, selected by hand, kept in the address, by keyboard."""

import json
from urllib.parse import parse_qs, urlparse

import pandas as pd
import pytest

from app import maps
from app.selections import chosen
from tests.app.fake_map import write_fake_map

READY = "() => document.querySelector('#atlas-picture')?.hasAttribute('data-busy') === false"
COLOURS = "() => new Set(document.querySelector('#atlas-map .js-plotly-plot').data[0].marker.color.map(String)).size"
PLACE = """(gene) => {
  const atlas = window.geneweaveAtlas, { xaxis, yaxis } = atlas.graph()._fullLayout, row = atlas.rowsOf(gene)[0];
  const box = document.querySelector('#atlas-canvas').getBoundingClientRect();
  return [box.left + xaxis.c2p(atlas.xy[0][row]), box.top + yaxis.c2p(atlas.xy[1][row])];
}"""


@pytest.fixture(scope="module")
def name(stack):
    """A made-up map in the store of the running app, taken away afterwards."""
    written = write_fake_map(stack.services.store, 300)
    yield written
    stack.services.store.delete(written)


@pytest.fixture
def atlas(page, name):
    """The Atlas with that map, painted."""
    return visit(page, f"/atlas?map={name}")


def visit(page, address):
    page.goto(address)
    page.wait_for_function(READY)
    return page


def asked(page) -> dict[str, str]:
    """What the address says."""
    return {key: values[0] for key, values in parse_qs(urlparse(page.url).query).items()}


def address_has(page, key: str, value: str) -> None:
    same = "([key, value]) => new URLSearchParams(location.search).get(key) === value"
    page.wait_for_function(same, arg=[key, value])


def count(page, words: str) -> None:
    page.wait_for_function("(words) => document.querySelector('#atlas-count').textContent.includes(words)", arg=words)


def draw(page, places) -> None:
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def test_a_change_of_colour_sends_no_coordinates(atlas):
    answers = []
    atlas.on("response", lambda r: answers.append(r) if "_dash-update" in r.url or "/api/" in r.url else None)
    before = atlas.evaluate(COLOURS)
    atlas.click("#atlas-colour")
    atlas.get_by_role("option", name="Dataset", exact=True).click()
    atlas.wait_for_function("() => document.querySelector('.atlas-legend-title').textContent === 'Dataset'")
    assert atlas.evaluate(COLOURS) == 3 != before
    address_has(atlas, "colour", "dataset")
    for answer in answers:
        assert "scattergl" not in answer.text() and "bdata" not in answer.text()


def test_a_legend_entry_hides_and_shows_its_points(atlas):
    entry = atlas.locator(".atlas-level-toggle").first
    level = entry.get_attribute("data-level")
    entry.click()
    address_has(atlas, "hide", f"cluster:{level}")
    count(atlas, "of 300 points shown")
    assert atlas.locator(f"[data-level='{level}']").first.get_attribute("aria-pressed") == "false"
    atlas.get_by_text("Show all").click()
    count(atlas, "300 points")


def test_a_lasso_selects_what_the_server_selects_from_the_same_address(atlas, stack, name):
    atlas.get_by_role("button", name="Lasso").click()
    draw(atlas, [(250, 250), (520, 200), (640, 420), (420, 560), (260, 480)])
    atlas.wait_for_function("() => location.search.includes('select=outline')")
    embedding = maps.embedding(stack.services.store, name)
    rows = chosen(asked(atlas)["select"], embedding, stack.services.sets)
    assert 0 < rows.sum() < 300
    count(atlas, f"{rows.sum()} point")
    ours = atlas.evaluate("() => Array.from(window.geneweaveAtlas.chosen)")
    assert ours == rows.astype(int).tolist()
    assert len(asked(atlas)["select"].split(",")) <= 120


def test_selections_are_undone_and_done_again_by_key(atlas):
    atlas.keyboard.press("b")
    draw(atlas, [(250, 200), (450, 400)])
    atlas.wait_for_function("() => location.search.includes('select=outline')")
    atlas.evaluate("() => window.geneweaveAtlas.select('cluster:1')")
    address_has(atlas, "select", "cluster:1")
    atlas.keyboard.press("Control+z")
    atlas.wait_for_function("() => location.search.includes('select=outline')")
    atlas.keyboard.press("Control+Shift+z")
    address_has(atlas, "select", "cluster:1")
    atlas.keyboard.press("Escape")
    atlas.wait_for_function("() => !location.search.includes('select=')")
    assert "select=" not in atlas.url


def test_a_point_tells_its_gene_in_words_and_opens_its_card(atlas):
    place = atlas.evaluate(PLACE, "CD74")
    atlas.mouse.move(*place)
    atlas.wait_for_selector("#atlas-tip:not([hidden])")
    assert " · cluster " in atlas.inner_text("#atlas-tip") and "% of cells" in atlas.inner_text("#atlas-tip")
    atlas.mouse.click(*place)
    atlas.wait_for_selector(".atlas-card")
    gene = atlas.inner_text(".atlas-card h2")
    address_has(atlas, "gene", gene)
    nearest = atlas.locator(".atlas-near .atlas-gene").first
    next_gene = nearest.inner_text()
    nearest.click()
    atlas.wait_for_function("(gene) => document.querySelector('.atlas-card h2').textContent === gene", arg=next_gene)


def test_a_gene_is_found_by_slash_and_its_name_in_small_letters(atlas):
    atlas.keyboard.press("/")
    atlas.keyboard.type("cd79")
    atlas.wait_for_selector("[role=option]:has-text('CD79A')")
    atlas.keyboard.press("Enter")
    atlas.wait_for_selector(".atlas-card h2:has-text('CD79A')")
    assert atlas.inner_text(".atlas-card h2") == "CD79A"


def test_pasted_names_are_selected_and_unknown_ones_get_their_closest(atlas):
    atlas.get_by_role("button", name="Paste several gene names").click()
    atlas.get_by_role("textbox", name="Gene names").fill("cd3d lyz, ACE3")
    atlas.get_by_role("button", name="Select these genes").click()
    atlas.wait_for_selector("text=1 name not found")
    assert "ACE" in atlas.inner_text(".atlas-missing")
    address_has(atlas, "select", "genes:CD3D,LYZ")


def test_the_arrow_keys_walk_over_the_map_and_enter_opens_the_card(atlas):
    atlas.focus("#atlas-canvas")
    told = []
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        atlas.keyboard.press(key)
        told.append(atlas.text_content("#atlas-live"))
    assert len(set(told)) == 3 and all("seen in" in words for words in told)
    atlas.keyboard.press("Enter")
    atlas.wait_for_selector(".atlas-card")
    assert atlas.inner_text(".atlas-card h2") == told[-1].split(" · ")[0]


def test_a_copied_link_restores_the_view(page, name):
    words = f"/atlas?map={name}&colour=mean&gene=LYZ&select=cluster:2&hide=dataset:B&size=8&x=-2,3&y=-3,4"
    visit(page, words)
    page.wait_for_selector(".atlas-card h2:has-text('LYZ')")
    assert page.inner_text(".atlas-legend-title") == "Mean expression"
    assert page.evaluate("() => window.geneweaveAtlas.graph().data[0].marker.size") == 8
    assert page.evaluate("() => window.geneweaveAtlas.graph().layout.yaxis.range") == pytest.approx([-3, 4], abs=0.01)
    assert "Hidden: dataset B" in page.inner_text("#atlas-legend")


def test_the_table_holds_the_selection_and_its_file_all_of_it(atlas, tmp_path):
    atlas.evaluate("() => window.geneweaveAtlas.select('dataset:B')")
    atlas.get_by_role("button", name="Table", exact=False).first.click()
    atlas.wait_for_selector("#atlas-grid .ag-row")
    atlas.wait_for_selector("text=100 rows of the selection")
    with atlas.expect_download() as download:
        atlas.locator(".atlas-drawer-bar [data-act=table-csv]").click()
    download.value.save_as(tmp_path / "rows.csv")
    table = pd.read_csv(tmp_path / "rows.csv")
    assert len(table) == 100 and set(table["dataset"]) == {"B"}


def test_the_figure_of_the_view_is_saved_as_svg(atlas, tmp_path):
    atlas.keyboard.press("e")
    with atlas.expect_download() as download:
        atlas.get_by_role("button", name="Save figure").click()
    download.value.save_as(tmp_path / "map.svg")
    drawn = (tmp_path / "map.svg").read_text()
    assert drawn.startswith("<svg") and 'width="321"' in drawn and "PBMC 68k by lineage" in drawn


def test_a_selection_is_saved_loaded_and_deleted(atlas, stack):
    atlas.evaluate("() => window.geneweaveAtlas.select('genes:CD3D,LYZ')")
    atlas.get_by_label("Name of the gene set").fill("Two genes")
    atlas.get_by_role("button", name="Save as gene set").click()
    atlas.wait_for_selector("text='Two genes' saved with 2 genes.")
    atlas.evaluate("() => window.geneweaveAtlas.select('')")
    atlas.locator(".atlas-sets .atlas-gene").first.click()
    atlas.wait_for_function("() => location.search.includes('select=set:')")
    count(atlas, "2 genes selected")
    atlas.get_by_label("Delete the gene set Two genes").click()
    atlas.wait_for_selector("text=The gene set was deleted.")
    assert not stack.services.sets.list()


def test_the_map_follows_the_theme(atlas):
    ink = "() => document.querySelector('#atlas-map .annotation-text').style.fill"
    light = atlas.evaluate(ink)
    atlas.click("#theme")
    atlas.wait_for_function(f"(light) => ({ink})() !== light", arg=light)
    assert atlas.evaluate(ink) != light


def test_an_unknown_gene_or_map_in_the_address_is_told_in_a_sentence(page, name):
    visit(page, f"/atlas?map={name}&gene=CD3Z")
    assert "There is no gene 'CD3Z' on this map. Closest: CD3" in page.inner_text(".atlas-faults")
    page.goto("/atlas?map=embedding-gone")
    page.wait_for_selector("text=There is no map 'embedding-gone'")


def test_at_1280_by_800_picture_controls_and_inspector_are_seen_without_scrolling(atlas):
    box = json.loads(atlas.evaluate("""() => JSON.stringify(Object.fromEntries(
      ['.atlas-picture', '.atlas-toolbar', '.atlas-inspector', '.atlas-drawer'].map((s) => {
        const r = document.querySelector(s).getBoundingClientRect(); return [s, [r.width, r.bottom]]; })))"""))
    assert box[".atlas-picture"][0] >= 0.6 * 1280 and box[".atlas-inspector"][0] >= 280
    assert all(bottom <= 800 for _, bottom in box.values())
    assert atlas.evaluate("() => document.documentElement.scrollHeight") <= 800

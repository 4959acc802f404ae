"""Modalities as a person uses it: a click on a node or a band, the table by key, levels, links, files, the Atlas."""

import re

import pandas as pd
import pytest

from app import maps
from engine.tl.flows import flows
from tests.app.mixed_map import write_mixed_map

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402

LEVELS = "modality,tissue,dataset,cluster"
PATIENCE = 45_000  # milliseconds, for a busy machine
PLACE = """([kind, text]) => {
  const drawn = document.querySelector('#flow-graph .js-plotly-plot');
  const said = drawn.data[0][kind].customdata.map(([text]) => text);
  const part = document.querySelectorAll(`#flow-graph .sankey-${kind}`)[said.indexOf(text)];
  const box = (kind === 'node' ? part.querySelector('.node-rect') : part).getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
}"""
SHADES = """() => Object.fromEntries(document.querySelector('#flow-graph .js-plotly-plot').data[0].node.customdata.map(
  ([text], i) => [text, document.querySelector('#flow-graph .js-plotly-plot').data[0].node.color[i]]))"""


@pytest.fixture(scope="module")
def name(stack):
    """A made-up map of four modalities in the store of the running app, taken away afterwards."""
    written = write_mixed_map(stack.services.store)
    yield written
    stack.services.store.delete(written)


@pytest.fixture
def flow(page, name):
    return visit(page, f"/modalities?map={name}&levels={LEVELS}")


def visit(page, address):
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_selector("#flow-graph .sankey-link")
    page.wait_for_function("() => document.querySelector('#flow-graph .js-plotly-plot').flowBound")
    return page


def settled(page) -> None:
    """The picture has been drawn in its own size and has come to rest."""
    page.wait_for_function("""() => {
      const height = document.querySelector('#flow-graph .js-plotly-plot')._fullLayout.height;
      return Math.abs(height - document.querySelector('#flow-canvas').clientHeight) < 3;
    }""")
    page.wait_for_timeout(700)


def click(page, kind: str, text: str) -> None:
    settled(page)
    page.mouse.click(*page.evaluate(PLACE, [kind, text]))


def address_has(page, key: str, value: str | None) -> None:
    same = "([key, value]) => new URLSearchParams(location.search).get(key) === value"
    page.wait_for_function(same, arg=[key, value])


def inspector_says(page, words: str) -> None:
    expect(page.locator("#flow-inspector h2")).to_contain_text(words, timeout=PATIENCE)


def test_a_node_and_a_band_of_the_same_index_are_told_apart(flow, stack, name):
    embedding = maps.embedding(stack.services.store, name)
    counted = flows(embedding.obs, LEVELS.split(","), datasets=embedding.datasets)
    node = counted.nodes.loc[0]
    click(flow, "node", f"modality:{node['name']}")
    inspector_says(flow, f"{node['genes']} genes of {node['name']}")
    address_has(flow, "pick", f"modality:{node['name']}")
    flow.keyboard.press("Escape")
    inspector_says(flow, "Nothing chosen")
    band = counted.links.loc[0]
    click(flow, "link", f"modality:{band['source']},tissue:{band['target']}")
    inspector_says(flow, f"{band['genes']} genes of {band['source']} · {band['target']}")


def test_a_choice_fades_the_others_to_15_per_cent_and_clear_brings_them_back(flow):
    click(flow, "node", "tissue:lung")
    address_has(flow, "pick", "tissue:lung")
    flow.wait_for_function(f"() => ({SHADES})()['tissue:blood'].endsWith(',0.15)')")
    shades = flow.evaluate(SHADES)
    assert shades["tissue:lung"].endswith(",1)") and shades["dataset:rna%20lung"].endswith(",1)")
    assert shades["dataset:rna%20blood"].endswith(",0.15)")
    flow.get_by_role("button", name="Clear").click()
    flow.wait_for_function(f"() => ({SHADES})()['tissue:blood'].endsWith(',1)')")
    address_has(flow, "pick", None)


def test_the_same_choice_is_made_by_key_from_the_table(flow):
    flow.get_by_role("button", name="The numbers behind it").press("Enter")
    cell = flow.locator("#flow-grid .ag-row[row-index='1'] .ag-cell").first
    cell.wait_for()
    flow.locator("#flow-grid .ag-row[row-index='0'] .ag-cell").first.focus()
    flow.keyboard.press("ArrowDown")
    flow.keyboard.press("Enter")
    wanted = flow.locator("#flow-grid .ag-row[row-index='1']").first.get_attribute("row-id")
    address_has(flow, "pick", wanted)
    inspector_says(flow, "genes of")


def test_levels_are_moved_by_buttons_and_the_address_follows(flow):
    flow.get_by_role("button", name="Move tissue to the left").press("Enter")
    address_has(flow, "levels", "tissue,modality,dataset,cluster")
    expect(flow.get_by_role("button", name="Move tissue to the right")).to_be_focused(timeout=PATIENCE)
    flow.get_by_role("button", name="Take dataset out").click()
    address_has(flow, "levels", "tissue,modality,cluster")
    expect(flow.locator(".flow-head")).to_have_text([re.compile(word) for word in ("Tissue", "Modality", "Cluster")],
                                                    timeout=PATIENCE)
    flow.locator("#flow-add").click()
    flow.get_by_role("option", name="Condition").click()
    address_has(flow, "levels", "tissue,modality,condition,cluster")
    flow.get_by_text("Genes", exact=True).first.click()
    address_has(flow, "count", "genes")


def test_a_link_restores_the_view_and_its_choice(page, name):
    visit(page, f"/modalities?map={name}&levels=tissue,cluster&top=4&pick=tissue:lung,cluster:2")
    inspector_says(page, "of lung in cluster 2")
    labels = page.locator("#flow-graph .node-label").all_text_contents()
    assert len(labels) == 3 + 5 and any(label.startswith("others") for label in labels)


def test_the_numbers_the_list_and_the_figure_are_files(flow, tmp_path):
    flow.get_by_role("button", name="The numbers behind it").click()
    flow.get_by_text("Paths", exact=True).click()
    files = {"paths.csv": flow.locator(".flow-drawer-bar").get_by_role("button", name="CSV")}
    flow.locator("#flow-grid [col-id='telling_genes']").first.wait_for()
    with flow.expect_download() as download:
        files["paths.csv"].click()
    download.value.save_as(tmp_path / "paths.csv")
    table = pd.read_csv(tmp_path / "paths.csv")
    assert table["points"].sum() == 836 and {"expected", "p", "p_adjusted"} <= set(table)
    with flow.expect_download() as download:
        flow.get_by_role("button", name="SVG").click()
    download.value.save_as(tmp_path / "flows.svg")
    drawn = (tmp_path / "flows.svg").read_text()
    assert drawn.startswith("<svg") and "Four modalities" in drawn and "lymph node" in drawn


def test_a_choice_is_saved_as_a_gene_set_and_opens_in_the_atlas_with_the_same_points(page, stack, name):
    visit(page, f"/modalities?map={name}&levels={LEVELS}&pick=tissue:lung,cluster:1")
    told = page.inner_text("#flow-inspector .gw-muted")
    page.get_by_label("Name of the gene set").fill("Lung, first cluster")
    page.get_by_role("button", name="Save as gene set").click()
    page.get_by_text("'Lung, first cluster' saved with").wait_for()
    page.get_by_role("link", name="Open in the Atlas").click()
    page.wait_for_function("() => window.geneweaveAtlas?.chosen")
    points = page.evaluate("() => window.geneweaveAtlas.chosen.reduce((sum, on) => sum + on, 0)")
    assert told.startswith(f"{points} points")
    for kept in stack.services.sets.list():
        stack.services.sets.delete(kept.id)


def test_at_1280_by_800_picture_tools_and_inspector_are_seen_without_scrolling(flow):
    settled(flow)
    boxes = flow.evaluate("""() => ['.flow-picture', '.flow-toolbar', '.flow-inspector', '.flow-drawer'].map((s) => {
      const r = document.querySelector(s).getBoundingClientRect(); return [r.width, r.bottom]; })""")
    assert boxes[0][0] >= 0.6 * 1280 and all(bottom <= 800 for _, bottom in boxes)
    labels = flow.evaluate("""() => { const picture = document.querySelector('#flow-canvas').getBoundingClientRect();
      const labels = [...document.querySelectorAll('#flow-graph .node-label')].map((l) => l.getBoundingClientRect());
      return labels.every((r) => r.left >= picture.left && r.right <= picture.right && r.top >= picture.top
        && r.bottom <= picture.bottom); }""")
    assert labels and flow.evaluate("() => document.documentElement.scrollHeight") <= 800

"""Knockout as a person uses it: a gene by completion and by key, bars at once, the address, the table, a ranking."""

import io

import pandas as pd
import pytest

from app import knockouts
from tests.app.fake_map import write_fake_map
from tests.app.made_up_causes import write_causes
from tests.app.made_up_contrast import write_contrast
from tests.app.made_up_knockout import write_network_model, write_screen_model

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402

PATIENCE = 45_000  # milliseconds, for a busy machine


@pytest.fixture(scope="module")
def screen(stack):
    """A model of a made-up screen in the store of the running app, taken away afterwards."""
    written = write_screen_model(stack.services.store)
    yield written
    stack.services.store.delete(written)


@pytest.fixture(scope="module")
def network(stack):
    """The same of made-up cells with a network."""
    written = write_network_model(stack.services.store)
    yield written
    stack.services.store.delete(written)


@pytest.fixture(scope="module")
def gene(stack, screen):
    """A gene that was perturbed and can be asked for."""
    table = knockouts.candidates(stack.services.store, screen).set_index("gene")
    names = knockouts.model(stack.services.store, screen).adata.obs_names
    return next(name for name in names if "+" not in name and table.at[name, "can"])


def visit(page, address, ready="#ko-stage"):
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_selector(ready)
    page.wait_for_timeout(300)
    return page


def address_has(page, key: str, value: str | None) -> None:
    same = "([key, value]) => new URLSearchParams(location.search).get(key) === value"
    page.wait_for_function(same, arg=[key, value])


def headline(page, words: str) -> None:
    expect(page.locator("#ko-headline")).to_contain_text(words, timeout=PATIENCE)


def test_the_key_k_leads_from_a_gene_card_a_comparison_and_a_cause_to_its_knockout(page, stack, network):
    store = stack.services.store
    contrast, drawn = write_contrast(store), write_fake_map(store, 60)
    causes = write_causes(store, contrast=contrast, n_targets=40)
    symbol = store.read(drawn).obs["gene"].iloc[0]
    page.set_default_timeout(PATIENCE)
    for address, name in ((f"/atlas?map={drawn}&gene={symbol}", symbol), (f"/compare?contrast={contrast}&gene=GENE5",
                          "GENE5"), (f"/causes?explanation={causes}&pick=STAT1", "STAT1")):  # fmt: skip
        page.goto(address)
        page.wait_for_selector("#main a.gw-knock-out")
        page.keyboard.press("k")
        page.wait_for_url(f"**/knockout?*{name}*")
    for name in (causes, contrast, drawn):
        store.delete(name)


def test_page_and_genes_are_reached_by_keys_alone_and_the_bars_come_with_the_address(page, network):
    page.set_default_timeout(PATIENCE)
    page.goto("/studies")
    page.wait_for_selector(".gw-study")
    page.keyboard.press("g")
    page.keyboard.press("k")
    headline(page, "Which gene is to be knocked out?")
    page.locator("#ko-gene").focus()
    page.keyboard.type("tf0")
    page.locator("[data-combobox-selected]", has_text="TF0").wait_for()
    page.keyboard.press("Enter")
    headline(page, "Simulated knockout of TF0")
    page.wait_for_selector("#ko-bars .main-svg")
    address_has(page, "genes", "TF0")
    page.keyboard.type("tf1")
    page.locator("[data-combobox-selected]", has_text="TF1").wait_for()
    page.keyboard.press("Enter")
    headline(page, "Simulated knockout of TF0 and TF1")
    page.get_by_role("button", name="Take TF0 away").click()
    headline(page, "Simulated knockout of TF1")
    address_has(page, "genes", "TF1")


def test_enter_right_after_a_name_takes_the_gene_when_its_name_has_come(page, network):
    visit(page, f"/knockout?model={network}")
    page.locator("#ko-gene").focus()
    page.keyboard.type("tf3")
    page.keyboard.press("Enter")
    headline(page, "Simulated knockout of TF3")


def test_a_gene_that_cannot_be_asked_for_is_greyed_with_the_reason(page, network):
    visit(page, f"/knockout?model={network}")
    page.locator("#ko-gene").fill("rare")
    option = page.get_by_role("option", name="RARE")
    expect(option).to_contain_text("seen in fewer than", timeout=PATIENCE)
    assert option.get_attribute("data-combobox-disabled") == "true"
    page.locator("#ko-gene").fill("TF00")
    expect(page.get_by_role("option", name="No gene 'TF00' here")).to_be_visible(timeout=PATIENCE)


def test_a_suggested_gene_is_drawn_at_a_click(page, screen):
    visit(page, f"/knockout?model={screen}")
    button = page.locator("[data-ko-gene]").nth(1)
    name = button.inner_text()
    button.click()
    headline(page, f"of {name}")
    page.wait_for_selector("#ko-bars .barlayer path")
    address_has(page, "genes", name)


def test_bars_are_chosen_ordered_and_a_link_restores_them(page, screen, gene):
    visit(page, f"/knockout?model={screen}&genes={gene}", "#ko-bars .main-svg")
    page.locator("#ko-way").get_by_text("Up").click()
    address_has(page, "way", "up")
    page.locator("#ko-sort").get_by_text("Sureness").click()
    address_has(page, "sort", "sure")
    page.get_by_role("switch", name="Hide the target").click()
    address_has(page, "hide", "1")
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    address_has(page, "k", "25")
    visit(page, page.url, "#ko-bars .main-svg")
    drawn = page.evaluate("() => document.querySelector('#ko-bars .js-plotly-plot').data[0].x")
    assert all(value > 0 for value in drawn)
    expect(page.locator("#ko-k-said")).to_have_text("25", timeout=PATIENCE)


def test_every_picture_of_a_screen_opens_and_says_what_it_shows(page, screen, gene):
    visit(page, f"/knockout?model={screen}&genes={gene}", "#ko-bars .main-svg")
    for tab, graph in (("Against measured", "#ko-scatter"), ("Alike", "#ko-alike")):
        page.locator("#ko-tab").get_by_text(tab, exact=True).click()
        page.wait_for_selector(f"{graph} .main-svg")
    page.locator("#ko-tab").get_by_text("Pair", exact=True).click()
    page.get_by_text("A pair needs two genes").wait_for()
    address_has(page, "tab", "pair")


def test_every_picture_of_a_network_opens_in_another_cell_type_and_dose(page, network):
    visit(page, f"/knockout?model={network}&genes=TF0&tab=path", "#ko-path .main-svg")
    page.locator("#ko-tab").get_by_text("Cells", exact=True).click()
    page.wait_for_selector("#ko-shift .main-svg")
    page.locator("#ko-tab").get_by_text("Strongest changes", exact=True).click()
    page.get_by_role("textbox", name="Cell type").click()
    page.get_by_role("option", name="T cell").click()
    address_has(page, "cell_type", "T cell")
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    headline(page, "Simulated knock-down of TF0 to 5")


def test_every_gene_and_the_figure_are_files(page, screen, gene, tmp_path):
    visit(page, f"/knockout?model={screen}&genes={gene}", "#ko-bars .main-svg")
    page.locator("#ko-toggle").click()
    page.locator("#ko-grid .ag-row").first.wait_for()
    with page.expect_download() as download:
        page.locator(".ko-drawer").get_by_role("button", name="TSV").click()
    download.value.save_as(tmp_path / "genes.tsv")
    table = pd.read_csv(io.StringIO((tmp_path / "genes.tsv").read_text()), sep="\t")
    assert len(table) == 80 and {"gene", "change", "low", "high", "measured"} <= set(table)
    with page.expect_download() as download:
        page.locator("#ko-stage").get_by_role("button", name="SVG").click()
    download.value.save_as(tmp_path / "bars.svg")
    drawn = (tmp_path / "bars.svg").read_text()
    assert drawn.startswith("<svg") and "conformal intervals" in drawn


def test_all_knockouts_are_ranked_by_a_wish_and_a_click_opens_the_first(page, network):
    visit(page, f"/knockout?model={network}&tab=rank")
    page.get_by_label("Or genes").fill("GENE0 GENE1 GENE2 GENE3")
    page.get_by_role("button", name="Rank all", exact=True).click()
    first = page.locator("#ko-rank-grid .ag-row[row-index='0'] .ag-cell").nth(1)
    expect(first).to_have_text("TF0", timeout=PATIENCE)
    page.wait_for_function("() => new URLSearchParams(location.search).get('rank')")
    first.click()
    headline(page, "Simulated knockout of TF0")
    address_has(page, "genes", "TF0")


def test_at_1280_by_800_all_is_seen_without_scrolling_and_on_a_narrow_window_nothing_sticks_out(page, screen, gene):
    visit(page, f"/knockout?model={screen}&genes={gene}", "#ko-bars .main-svg")
    boxes = page.evaluate("""() => ['#ko-stage', '#ko-bars', '.cmp-inspector'].map((s) => {
      const r = document.querySelector(s).getBoundingClientRect(); return [r.width, r.bottom]; })""")
    assert boxes[0][0] >= 0.6 * 1280 and all(bottom <= 801 for _, bottom in boxes)
    page.set_viewport_size({"width": 760, "height": 900})
    page.wait_for_timeout(300)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 760

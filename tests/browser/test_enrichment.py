"""Enrichment as a person uses it: from the Atlas, folded terms, files, another background, a ranking as a job."""

import json

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from app import maps
from tests.app.fake_map import write_fake_map

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402

PATIENCE = 45_000  # milliseconds, for a busy machine
CONTRAST = "contrast-00000000000000000001"


@pytest.fixture(scope="module")
def known(stack, tmp_path_factory):
    """A made-up map, own gene sets on it, a saved set and a comparison; taken away afterwards."""
    services = stack.services
    name = write_fake_map(services.store, name="embedding-00000000000000000e01")
    genes = list(maps.gene_names(services.store, name))
    sets = {"FIRST_TEN": genes[:10], "FIRST_TWELVE": genes[:12], "TWENTY": genes[20:40], "LAST": genes[60:90]}
    gmt = tmp_path_factory.mktemp("sets") / "mine.gmt"
    gmt.write_text("".join(f"{term}\tabout\t" + "\t".join(found) + "\n" for term, found in sets.items()))
    entry = services.knowledge.add_own(gmt, "gene sets", "My own sets")
    kept = services.sets.save("First genes", [*genes[:10], "NOBODY"], study="pbmc68k-lineages")
    ranked = pd.DataFrame({"change": np.linspace(3, -3, len(genes))}, index=genes)
    services.store.write(CONTRAST, AnnData(obs=ranked))
    yield {"map": name, "set": kept.id, "genes": genes}
    for artifact in (name, CONTRAST):
        services.store.delete(artifact)
    services.knowledge.remove(entry.name)
    for one in services.sets.list():
        services.sets.delete(one.id)


@pytest.fixture
def asked(page, known):
    page.set_default_timeout(PATIENCE)
    page.goto(f"/enrichment?set={known['set']}&map={known['map']}&collections=my-own-sets")
    page.wait_for_selector("#enrich-figure .main-svg")
    return page


def rows(page):
    return page.locator("#enrich-grid .ag-center-cols-container .ag-row")


def test_the_answer_is_a_sentence_a_picture_and_a_table(asked):
    expect(asked.get_by_role("heading", name="What do the 11 genes of First genes do?")).to_be_visible()
    expect(asked.get_by_text("2 terms of 4 stand out")).to_be_visible()
    expect(asked.get_by_text("1 gene left out")).to_be_visible()
    assert "FIRST TEN" in asked.locator("#enrich-figure").text_content()
    expect(rows(asked)).to_have_count(1)


def test_like_terms_unfold_by_a_click_and_by_the_switch(asked):
    rows(asked).locator("[col-id='sign']").click()
    expect(rows(asked)).to_have_count(2, timeout=PATIENCE)
    rows(asked).first.locator("[col-id='sign']").click()
    expect(rows(asked)).to_have_count(1, timeout=PATIENCE)
    asked.get_by_role("switch", name="Fold like terms").click()
    expect(rows(asked)).to_have_count(2, timeout=PATIENCE)


def test_all_rows_and_the_figure_are_files(asked, tmp_path):
    with asked.expect_download() as download:
        asked.get_by_role("button", name="All rows as CSV").click()
    download.value.save_as(tmp_path / "t.csv")
    assert len(pd.read_csv(tmp_path / "t.csv")) == 4
    with asked.expect_download() as download:
        asked.get_by_role("button", name="SVG").click()
    download.value.save_as(tmp_path / "f.svg")
    drawn = (tmp_path / "f.svg").read_text()
    assert drawn.startswith("<svg") and "FIRST TEN" in drawn and "false discovery rate" in drawn


def test_the_axis_and_the_background_are_in_the_address(asked, known):
    asked.get_by_role("link", name="By share").click()
    asked.wait_for_url("**view=ratio*")
    expect(asked.get_by_text("Share of the list in the term")).to_be_visible(timeout=PATIENCE)
    asked.get_by_text("Paste it").click()
    asked.get_by_label("Genes of the background").fill(" ".join(known["genes"][:50]))
    asked.get_by_role("button", name="Look again").click()
    expect(asked.get_by_text("Held against the 50 genes of Background")).to_be_visible(timeout=PATIENCE)
    assert "background=set" in asked.url


def test_a_cluster_of_the_atlas_is_asked_what_it_does(page, known):
    page.set_default_timeout(PATIENCE)
    page.goto(f"/atlas?map={known['map']}&select=cluster:1")
    page.wait_for_function("() => window.geneweaveAtlas?.chosen")
    page.get_by_role("tab", name="Selection").click()
    page.get_by_role("link", name="What do they do?", exact=True).click()
    expect(page.get_by_role("heading", name="genes of cluster 1 do?")).to_be_visible(timeout=PATIENCE)


def test_a_pasted_list_is_looked_up(page, known):
    page.set_default_timeout(PATIENCE)
    page.goto("/enrichment")
    page.get_by_label("Gene names").fill("\n".join(known["genes"][:10]))
    page.locator("#enrich-background").click()
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Look them up").click()
    expect(page.get_by_role("heading", name="What do the 10 genes of Pasted list")).to_be_visible(timeout=PATIENCE)


def test_a_ranking_runs_as_a_job_and_its_answer_comes_in_place(page, known):
    page.set_default_timeout(PATIENCE)
    page.goto(f"/enrichment?contrast={CONTRAST}&rank=change&collections=my-own-sets")
    page.get_by_role("button", name="Look them up").click()
    expect(page.locator("#enrich-figure .main-svg").first).to_be_visible(timeout=3 * PATIENCE)
    expect(page.get_by_text("Preranked gene set enrichment analysis")).to_be_attached()
    page.goto("/jobs")
    page.get_by_role("link", name="Enrichment of the ranking by change").click()
    page.get_by_role("link", name="See what they do").click()
    expect(page.get_by_role("heading", name="What changes in the ranking by change?")).to_be_visible(timeout=PATIENCE)


def test_nothing_is_wider_than_the_window(asked):
    for width in (1280, 1024, 760):
        asked.set_viewport_size({"width": width, "height": 800})
        asked.wait_for_function("(width) => document.documentElement.scrollWidth <= width", arg=width)
    boxes = asked.evaluate("() => JSON.stringify(document.querySelector('.enrich-figure').getBoundingClientRect())")
    assert json.loads(boxes)["width"] <= 760

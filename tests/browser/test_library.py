"""The Library in a browser: fetched in place from a mirror, filtered, an example checked, a person's own file."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402

from tests.shared_data import shared  # noqa: E402

MINUTE = 60_000
expect.set_options(timeout=20_000)
PATH = "/data/library"


@pytest.fixture(autouse=True)
def mirror():
    """The stack serves the library from the shared data."""
    return shared("data/MANIFEST.md")


def test_the_human_gene_table_is_fetched_from_the_note_and_the_note_goes(page):
    page.goto(PATH)
    page.get_by_role("button", name="Fetch the human gene table").click()
    for name in ("genes-grch38", "genes-hgnc"):
        expect(page.locator(f"#entry-{name}").get_by_text("Here", exact=True)).to_be_visible(timeout=MINUTE)
    expect(page.locator("#library-lack")).to_be_empty(timeout=MINUTE)
    page.reload()
    expect(page.locator("#entry-genes-hgnc").get_by_role("button", name="Remove")).to_be_visible()
    expect(page.locator("#library-lack")).to_be_empty()


def test_a_file_is_found_by_word_fetched_in_place_and_removed(page):
    page.goto(PATH)
    page.locator("#library-word").fill("hallmark")
    expect(page.locator("#library-count")).to_have_text("1 file")
    entry = page.locator("#entry-hallmark")
    entry.get_by_role("button", name="Fetch").click()
    entry.get_by_role("button", name="Remove").click(timeout=MINUTE)
    expect(entry.get_by_role("button", name="Fetch")).to_be_visible()
    page.locator("#library-kind").get_by_text("Examples", exact=True).click()
    expect(page.locator("#library-count")).to_have_text("0 files")
    page.locator("#library-word").fill("nothing of that name")
    expect(page.locator("#library-list")).to_contain_text("Choose another kind or clear the text.")


def test_an_example_is_fetched_and_taken_in_for_a_check(page):
    page.goto(f"{PATH}?kind=example")
    entry = page.locator("#entry-blood-250")
    entry.get_by_role("button", name="Fetch").click()
    entry.get_by_role("button", name="Check it").click(timeout=MINUTE)
    entry.get_by_role("link", name="See the check").click(timeout=MINUTE)
    page.wait_for_url("**/data/files/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text("pbmc_tenx_250")


def test_an_own_file_is_refused_with_a_sentence_then_added_and_deleted(page, tmp_path):
    page.goto(f"{PATH}?kind=own")
    page.get_by_role("button", name="Add your own").click()
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#library-own-fault")).to_contain_text("A file is needed, found none.")
    pick = page.locator("#library-own-file input")
    (tmp_path / "big.gmt").write_bytes(b"x" * 100_000_001)
    pick.set_input_files(tmp_path / "big.gmt")
    expect(page.locator("#library-own-fault")).to_contain_text("may have up to 100 MB")
    pick.set_input_files({"name": "net.csv", "mimeType": "text/csv", "buffer": b"source,target\nSPI1,CSF1R\n"})
    expect(page.locator("#library-own-chosen")).to_have_text("net.csv")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#library-own-fault")).to_contain_text("has no genes")
    page.get_by_role("textbox", name="What it holds").click()
    page.get_by_role("option", name="Signalling").click()
    page.get_by_role("textbox", name="Name").fill("Microglia")
    page.get_by_role("button", name="Add it").click()
    entry = page.locator("#entry-microglia")
    expect(entry).to_contain_text("1 interaction")
    entry.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    expect(entry).to_have_count(0)
    expect(page.locator("#library-list")).to_contain_text("You have added nothing yet.")

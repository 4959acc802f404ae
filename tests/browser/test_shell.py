"""The frame in a browser: rail, keys, search, theme, and a job that is told when it ends."""

from __future__ import annotations

import re

import pytest

from engine.library import BUNDLED

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402


def scheme(page) -> str:
    return page.evaluate("document.documentElement.getAttribute('data-mantine-color-scheme')")


def test_the_rail_leads_to_every_page_and_the_title_follows(page):
    page.goto("/")
    expect(page).to_have_title("Studies · Geneweave")
    for word in ("Jobs", "Quality", "Studies"):
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=word).click()
        expect(page).to_have_title(f"{word} · Geneweave")
        current = page.locator(".gw-rail-link[aria-current=page]")
        expect(current).to_have_text(word)


def test_keys_go_to_pages_and_back_returns(page):
    page.goto("/")
    expect(page).to_have_title("Studies · Geneweave")
    page.keyboard.press("g")
    page.keyboard.press("j")
    expect(page).to_have_title("Jobs · Geneweave")
    page.go_back()
    expect(page).to_have_title("Studies · Geneweave")


def test_a_question_mark_shows_the_shortcuts_and_escape_closes_them(page):
    page.goto("/jobs")
    expect(page).to_have_title("Jobs · Geneweave")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Go to Quality")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(dialog).to_be_visible()


def test_the_search_box_goes_where_the_chosen_line_says(page):
    page.goto("/")
    expect(page).to_have_title("Studies · Geneweave")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("qual")
    expect(page.get_by_role("option", name="Quality")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_title("Quality · Geneweave")
    expect(page.locator("#search")).to_have_value("")


def test_keys_are_left_alone_while_a_person_types(page):
    page.goto("/jobs")
    page.get_by_role("textbox", name="Filter jobs by words").fill("")
    page.keyboard.type("gs?/")
    expect(page.get_by_role("textbox", name="Filter jobs by words")).to_have_value("gs?/")
    expect(page).to_have_title("Jobs · Geneweave")


def test_the_theme_follows_the_system_until_a_person_chooses_and_is_remembered(browser, stack):
    context = browser.new_context(base_url=stack.url, color_scheme="dark")
    page = context.new_page()
    page.goto("/")
    expect(page).to_have_title("Studies · Geneweave")
    assert scheme(page) == "dark"
    page.get_by_role("button", name="Switch between light and dark").click()
    page.wait_for_function("document.documentElement.getAttribute('data-mantine-color-scheme') === 'light'")
    page.reload()
    expect(page).to_have_title("Studies · Geneweave")
    assert scheme(page) == "light"
    context.close()


def test_the_skip_link_comes_first_and_leads_to_the_page(page):
    page.goto("/")
    expect(page).to_have_title("Studies · Geneweave")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_an_unknown_page_says_so_and_leads_on(page):
    page.goto("/qualty")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    page.get_by_role("link", name="Open Quality").click()
    expect(page).to_have_title("Quality · Geneweave")


@pytest.fixture
def second_study(stack):
    """The bundled study under another name, in the folder of a person's own studies."""
    own = stack.services.settings.folder("studies") / "twin.toml"
    text = (BUNDLED / "pbmc68k-lineages.toml").read_text()
    own.write_text(text.replace("pbmc68k-lineages", "twin").replace("PBMC 68k by lineage", "Twin study"))
    yield
    own.unlink()


def test_the_study_switch_is_followed_by_the_page_and_remembered(page, made, second_study):
    page.goto(f"/quality?map={made.result}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("PBMC 68k by lineage")
    page.locator("#study-switch").click()
    page.get_by_role("option", name="Twin study").click()
    expect(page.get_by_role("heading", name="No map to judge yet")).to_be_visible()
    expect(page).to_have_url(re.compile("/quality$"))
    page.reload()
    expect(page.locator("#study-switch")).to_have_value("Twin study")
    expect(page.get_by_role("heading", name="No map to judge yet")).to_be_visible()


def test_a_link_to_the_address_that_was_changed_in_place_shows_its_page_again(page, made):
    page.goto(f"/quality?map={made.result}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("PBMC 68k by lineage")
    page.get_by_text("View as table").click()
    page.evaluate("history.replaceState({}, '', '/quality?view=2')")
    page.evaluate(f"""() => {{ history.pushState({{}}, '', '/quality?map={made.result}');
                      dispatchEvent(new CustomEvent('_dashprivate_pushstate')); }}""")
    expect(page.locator("details[open]", has_text="View as table")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 1024, 800, 480])
def test_no_page_scrolls_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/studies", "/jobs", "/quality"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), path

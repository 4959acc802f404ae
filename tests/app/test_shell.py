"""The frame: layout, routing, search, ring."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from dash import no_update

from app import ids, pages, shell
from app.factory import create_app
from app.routing import show_page
from app.search import completions, rank
from engine.jobs.claim import take
from engine.jobs.submit import submit_embed
from engine.params import EmbedParams

ROOT = Path(__file__).parents[2]


def route(pathname: str, search: str = "", *, study: str = "pbmc68k-lineages", switched: bool = False) -> dict:
    return {"pathname": pathname, "search": search, "study": study, "switched": switched, "n": 0}


def text_of(component) -> str:
    """All words and addresses of a component, as the browser gets them."""
    return json.dumps(component, default=lambda c: c.to_plotly_json())


@pytest.fixture
def client(services):
    return create_app(services).server.test_client()


def test_the_first_page_and_its_layout_are_served(client):
    assert "<html lang=\"en\">" in client.get("/").text
    layout = client.get("/_dash-layout").text
    assert all(f'"{name}"' in layout for name in (ids.MAIN, ids.SEARCH, ids.STUDY, ids.LIVE, ids.RING))


def test_nothing_on_the_first_page_comes_from_another_host(client):
    page = client.get("/").text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


def test_no_style_or_script_of_ours_names_another_host():
    texts = [path.read_text() for path in (ROOT / "assets").glob("*.[cj]s*")]
    found = [address for text in texts for address in re.findall(r"https?://[^\s'\"%)]+", text)]
    assert [address for address in found if not address.startswith("http://www.w3.org/")] == []


def test_every_page_is_reached_by_its_address(services):
    for page in pages.PAGES:
        found, _ = pages.find(page.path.replace("<job_id>", "abc"))
        assert found is page


def test_the_start_page_is_studies_with_or_without_a_slash():
    assert pages.find("/")[0] is pages.find("/studies/")[0] is pages.START


def test_the_rail_shows_the_pages_that_exist_and_no_other():
    words = [link.children[1].children for link in shell.rail().children[1:]]
    assert words == [page.title for page in pages.PAGES if page.icon]


def test_an_unknown_page_says_so_and_names_the_closest(services):
    page, title = show_page(services, route("/jbs"))
    assert title == "No such page"
    assert "closest is Jobs" in text_of(page)


def test_an_unknown_page_without_a_close_one_leads_to_studies(services):
    page, _ = show_page(services, route("/zzzzzz"))
    assert "/studies" in text_of(page)


def test_a_page_that_does_not_follow_the_study_is_left_alone_when_it_changes(services):
    page, title = show_page(services, route("/jobs", switched=True))
    assert page.__class__.__name__ == title.__class__.__name__ == "NoUpdate"


def test_words_of_the_address_that_a_page_does_not_know_are_ignored(services):
    page, title = show_page(services, route("/jobs", "?colour=blue&services=none"))
    assert title == "Jobs" and page is not None


def test_search_finds_pages_without_a_map(services):
    found = completions(services, "qual")
    assert found == [{"group": "Pages", "items": [{"value": "/quality", "label": "Quality"}]}]


def test_search_finds_genes_of_the_newest_map_and_saved_sets(with_map):
    services, map_id = with_map
    services.sets.save("CD74 and friends", ["CD74", "HLA-DRA"], study="pbmc68k-lineages")
    groups = {g["group"]: g["items"] for g in completions(services, "cd74", study="pbmc68k-lineages")}
    assert groups["Genes"][0] == {"value": f"/atlas?map={map_id}&gene=CD74", "label": "CD74"}
    assert groups["Gene sets"][0]["label"] == "CD74 and friends (2 genes)"


def test_search_puts_the_equal_name_first_then_those_that_begin_with_it():
    assert rank("ace", ["PEACE", "ACE2", "ACE"]) == ["ACE", "ACE2", "PEACE"]


def test_the_ring_shows_the_mean_progress_of_active_jobs(services):
    job = submit_embed(services.jobs, "pbmc68k-lineages", EmbedParams())
    take(services.jobs, job.id).write({"fraction": 0.4})
    sections, label, *_ = shell.ring_state(services.jobs.list(), None, {})
    assert sections[0]["value"] == 40 and label == "1 job"


def test_a_job_that_ended_is_told_once_in_a_sentence_however_short_it_was(services):
    *_, told, _, _ = shell.ring_state([], None, {})
    job = submit_embed(services.jobs, "pbmc68k-lineages", EmbedParams())
    take(services.jobs, job.id).fail("The disk is full.")
    titles = {"pbmc68k-lineages": "Blood"}
    _, _, told, live, notes = shell.ring_state(services.jobs.list(), told, titles)
    assert live == "Gene map of Blood failed: The disk is full."
    assert notes[0]["message"] == live
    assert shell.ring_state(services.jobs.list(), told, titles)[3] is no_update


def test_what_ended_before_a_visit_is_no_news(services):
    job = submit_embed(services.jobs, "pbmc68k-lineages", EmbedParams())
    take(services.jobs, job.id).fail("The disk is full.")
    assert shell.ring_state(services.jobs.list(), None, {})[3] is no_update


def test_the_help_names_a_shortcut_for_every_page_of_the_rail():
    keys = {keys for keys, _ in shell.SHORTCUTS}
    script = (ROOT / "assets" / "shell.js").read_text()
    for page in pages.PAGES:
        if page.icon:
            assert f"g {page.key}" in keys and f'{page.key}: "{page.path}"' in script

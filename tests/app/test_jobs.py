"""The list of jobs: rows, filters, order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.components.job_card import actions, changes, job_title, line
from app.pages import jobs
from engine.jobs.claim import take
from engine.jobs.submit import submit_embed
from engine.params import EmbedParams, TrainParams
from tests.app.reading import links, words

STUDY = "pbmc68k-lineages"
TITLES = {STUDY: "PBMC 68k by lineage"}


def ask(services, seed: int):
    return submit_embed(services.jobs, STUDY, EmbedParams(training=replace(TrainParams(), seed=seed)))


@pytest.fixture
def one_of_each(services):
    """A queued, a running, a done, a failed and a cancelled job, asked for in that order."""
    asked = [ask(services, seed) for seed in range(5)]
    take(services.jobs, asked[1].id).write({"fraction": 0.25, "stage": "Drawing the map", "eta_seconds": 42.0})
    take(services.jobs, asked[2].id).finish("embedding-0")
    take(services.jobs, asked[3].id).fail("The disk is full.")
    services.jobs.cancel(asked[4].id)
    return services


def test_without_a_job_the_page_says_what_it_will_show_and_leads_on(services):
    page = jobs.layout(services)
    assert "No job yet" in words(page) and "/studies" in links(page)


def test_every_job_is_a_row_that_leads_to_its_page(one_of_each):
    page = jobs.layout(one_of_each)
    assert set(links(page)) == {f"/jobs/{job.id}" for job in one_of_each.jobs.list()}
    assert all(state in words(page) for state in ("Waiting", "Running", "Done", "Failed", "Cancelled"))


def test_the_newest_job_comes_first(one_of_each):
    table = jobs.jobs_table(one_of_each.jobs.list(), TITLES)
    newest = one_of_each.jobs.list()[0]
    assert links(table)[0] == f"/jobs/{newest.id}"


@pytest.mark.parametrize(("state", "statuses"), [
    ("all", {"queued", "running", "done", "failed", "cancelled"}), ("active", {"queued", "running"}),
    ("done", {"done"}), ("failed", {"failed"}), ("cancelled", {"cancelled"}),
])  # fmt: skip
def test_the_filter_keeps_the_jobs_of_a_state(one_of_each, state, statuses):
    kept = jobs.chosen(one_of_each.jobs.list(), TITLES, state=state, text="")
    assert {job.status for job in kept} == statuses


def test_the_text_filter_looks_at_title_settings_and_stage(one_of_each):
    every = one_of_each.jobs.list()
    assert len(jobs.chosen(every, TITLES, state="all", text="BY LINEAGE")) == 5
    assert [job.status for job in jobs.chosen(every, TITLES, state="all", text="drawing")] == ["running"]
    assert [job.status for job in jobs.chosen(every, TITLES, state="all", text="seed 3")] == ["failed"]
    assert jobs.chosen(every, TITLES, state="all", text="liver") == []


def test_nothing_found_is_not_taken_for_no_jobs(one_of_each):
    assert "No job like that" in words(jobs.jobs_table([], TITLES, filtered=True))


def test_the_line_of_a_running_job_says_stage_share_and_time_left(one_of_each):
    [running] = one_of_each.jobs.list(status="running")
    assert line(running) == "Drawing the map · 25\u202f% · about 42 s left"


def test_each_state_offers_what_can_be_done(one_of_each):
    offered = {job.status: words(actions(job)) for job in one_of_each.jobs.list()}
    assert offered["queued"] == offered["running"] == "Cancel"
    assert offered["done"] == "Open the map See its quality"
    assert offered["failed"] == "The disk is full. Try again" and offered["cancelled"] == "Try again"


def test_a_card_keeps_its_buttons_while_the_state_lasts_and_stops_asking_at_the_end(services):
    claim = take(services.jobs, ask(services, 0).id)
    running = services.jobs.get(claim.job.id)
    *_, phase, stop = changes(running, "queued 0")
    assert not stop
    assert changes(running, phase)[3].__class__.__name__ == "NoUpdate"
    claim.finish("embedding-0")
    tag, bar, _, buttons, _, stop = changes(services.jobs.get(claim.job.id), phase)
    assert stop and bar == "100.0" and "Open the map" in words(buttons) and "Done" in words(tag)


def test_two_jobs_of_a_study_are_told_apart_by_their_settings(one_of_each):
    rows = words(jobs.jobs_table(one_of_each.jobs.list(), TITLES))
    assert "Seed 2" in rows and "Seed 3" in rows and "Seed 0" not in rows


def test_the_title_calls_the_study_as_its_card_does(services):
    assert job_title(ask(services, 0), TITLES) == "Gene map of PBMC 68k by lineage"

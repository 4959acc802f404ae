"""One job's page: complete at first sight, then only what is new."""

from __future__ import annotations

import pytest

from app.components.job_story import Story
from app.figures.loss import PARTS, history_losses, loss_extension, loss_figure
from app.pages import job as job_page
from engine.jobs.claim import take
from engine.jobs.submit import submit_embed
from engine.params import EmbedParams
from tests.app.made_up_map import history
from tests.app.reading import find, links, words

STUDY = "pbmc68k-lineages"


def loss(epoch: int) -> tuple[str, dict]:
    return "loss", {"epoch": epoch, "total": 1 / epoch, "reconstruction": 0.5 / epoch, "similarity": 0.3 / epoch,
                    "contrast": 0.2 / epoch}  # fmt: skip


@pytest.fixture
def claim(services):
    """A running job that has told of two stages and three epochs."""
    claim = take(services.jobs, submit_embed(services.jobs, STUDY, EmbedParams()).id)
    first = {"stage": "Finding co-expression", "device": "CPU, 2 threads"}
    claim.write(first, ("stage", {"name": "Finding co-expression"}))
    claim.write({"stage": "Learning"}, ("stage", {"name": "Learning"}), ("log", {"text": "Began to learn."}))
    claim.write({"fraction": 0.3}, loss(1), loss(2), loss(3))
    return claim


def seen(page) -> dict:
    return find(page, "job-seen").data


def test_the_page_shows_stages_log_curve_device_and_how_it_was_made(services, claim):
    page = job_page.layout(services, claim.job.id)
    said = words(page)
    for word in ("done:  Finding co-expression", "now:  Learning", "Began to learn.", "CPU, 2 threads", "30\u202f%"):
        assert word in said
    assert f"python -m engine embed {STUDY}" in said and "Learning rate" in said
    assert list(find(page, "job-loss").figure.data[0].x) == [1, 2, 3]


def test_an_unknown_job_is_answered_with_a_sentence_and_a_way_on(services):
    page = job_page.layout(services, "nothing")
    assert "There is no job 'nothing'" in words(page) and links(page) == ["/jobs"]


def test_new_epochs_are_added_and_the_figure_is_not_sent_again(services, claim):
    before = seen(job_page.layout(services, claim.job.id))
    claim.write({"fraction": 0.4}, loss(4), loss(5))
    _, _, log, figure, extension, now = job_page.changes(services, before)
    assert figure.__class__.__name__ == log.__class__.__name__ == "NoUpdate"
    assert extension[0]["x"] == [[4, 5]] * len(PARTS) and now["epoch"] == 5


def test_when_nothing_happened_neither_curve_nor_log_is_sent(services, claim):
    before = seen(job_page.layout(services, claim.job.id))
    _, _, log, figure, extension, now = job_page.changes(services, before)
    assert {part.__class__.__name__ for part in (log, figure, extension)} == {"NoUpdate"} and now == before


def test_new_lines_of_the_log_are_appended_once(services, claim):
    before = seen(job_page.layout(services, claim.job.id))
    claim.write({}, ("log", {"text": "Half way."}))
    _, _, log, *_, now = job_page.changes(services, before)
    [operation] = log.to_plotly_json()["operations"]
    assert operation["operation"] == "Extend" and len(operation["params"]["value"]) == 1
    assert job_page.changes(services, now)[2].__class__.__name__ == "NoUpdate"


def test_a_job_that_goes_back_to_its_checkpoint_gets_each_epoch_once(services, claim):
    claim.write({}, loss(2), loss(3), loss(4))
    story = Story.of(services.jobs.events(claim.job.id))
    assert [told["epoch"] for told in story.losses] == [1, 2, 3, 4]


def test_the_end_brings_the_full_history_of_the_map(with_map):
    services, map_id = with_map
    claim = take(services.jobs, submit_embed(services.jobs, STUDY, EmbedParams()).id)
    claim.write({}, loss(1))
    before = seen(job_page.layout(services, claim.job.id))
    claim.finish(map_id)
    _, _, _, figure, _, now = job_page.changes(services, before)
    assert len(figure.data[0].x) == len(history()["epoch"]) and now["status"] == "done"


def test_a_failed_job_wears_its_sentence(services, claim):
    claim.fail("The disk is full. Make room and try again.")
    said = words(job_page.layout(services, claim.job.id))
    assert "The disk is full." in said and "stopped here:  Learning" in said and "Try again" in said


def test_extending_a_curve_gives_the_curve_drawn_at_once():
    losses = history_losses(history())
    start, rest = loss_figure(losses[:40]), loss_extension(losses[40:])
    for i, whole in enumerate(loss_figure(losses).data):
        assert [*start.data[i].x, *rest[0]["x"][i]] == list(whole.x)
        assert [*start.data[i].y, *rest[0]["y"][i]] == list(whole.y)

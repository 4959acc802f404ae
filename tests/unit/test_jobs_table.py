"""The job table: what may happen to a job, and what may not."""

from datetime import UTC
from threading import Barrier, Thread

import pytest

from engine.errors import GeneweaveError, InvalidParameter, UnknownName
from engine.jobs.claim import ClaimLost, take
from engine.jobs.submit import submit_embed
from engine.jobs.table import JobTable
from engine.params import EmbedParams, TrainParams
from tests.job_helpers import Clock, texts


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sent():
    return []


@pytest.fixture
def table(database_url, clock, sent):
    def publish(job_id: str, queue: str) -> bool:
        sent.append((job_id, queue))
        return True

    return JobTable(database_url, publish=publish, now=clock)


def test_a_submitted_job_waits_in_its_queue_and_its_message_is_sent(table, sent, clock):
    job = table.submit("embed", "A map", {"study": "blood"}, queue="interactive")
    assert table.get(job.id) == job
    assert (job.status, job.title, job.params, job.queue) == ("queued", "A map", {"study": "blood"}, "interactive")
    assert (job.created, job.started, job.fraction, job.error, job.result) == (clock(), None, 0.0, "", "")
    assert sent == [(job.id, "interactive")]


def test_an_active_request_is_not_made_twice_whatever_the_order_of_its_parameters(table, sent):
    first = table.submit("embed", "A map", {"study": "blood", "seed": 1})
    assert table.submit("embed", "A map", {"seed": 1, "study": "blood"}).id == first.id
    take(table, first.id)
    assert table.submit("embed", "A map", {"study": "blood", "seed": 1}).id == first.id
    assert table.submit("embed", "A map", {"study": "blood", "seed": 2}).id != first.id
    assert len(sent) == 2


def test_a_request_that_has_ended_can_be_made_again(table):
    first = table.submit("embed", "A map", {"study": "blood"})
    take(table, first.id).finish("embedding-1")
    assert table.submit("embed", "A map", {"study": "blood"}).id != first.id


def test_asking_for_a_map_twice_gives_one_job_and_other_parameters_another(table):
    first = submit_embed(table, "blood", EmbedParams())
    assert submit_embed(table, "blood", EmbedParams()).id == first.id
    assert EmbedParams.from_dict(first.params["params"]) == EmbedParams()
    assert submit_embed(table, "blood", EmbedParams(training=TrainParams(seed=1))).id != first.id


def test_of_many_workers_exactly_one_gets_the_job(table):
    job = table.submit("embed", "A map", {})
    barrier, claims = Barrier(8), []

    def race() -> None:
        barrier.wait()
        claims.append(take(table, job.id))

    threads = [Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(claim is not None for claim in claims) == 1
    assert table.get(job.id).status == "running" and table.get(job.id).attempts == 1


def test_a_worker_that_lost_its_job_can_write_nothing_any_more(table):
    job = table.submit("embed", "A map", {})
    lost = take(table, job.id)
    lost.hand_back()
    mine = take(table, job.id)
    for attempt in (
        lambda: lost.write({"fraction": 0.9}, ("log", {"text": "I am back"})),
        lambda: lost.finish("embedding-wrong"),
        lambda: lost.fail("wrong"),
        lambda: lost.cancel(),
        lambda: lost.cancel_requested(),
    ):
        with pytest.raises(ClaimLost):
            attempt()
    mine.finish("embedding-right")
    assert table.get(job.id).result == "embedding-right"
    assert "I am back" not in texts(table, job)


def test_a_job_handed_back_waits_again_and_the_attempt_does_not_count(table):
    job = table.submit("embed", "A map", {})
    take(table, job.id).hand_back()
    assert table.get(job.id).status == "queued" and table.get(job.id).attempts == 0


def test_a_waiting_job_is_cancelled_at_once_and_never_starts(table):
    job = table.submit("embed", "A map", {})
    assert table.cancel(job.id).status == "cancelled"
    assert take(table, job.id) is None


def test_a_running_job_is_asked_to_stop_and_stays_running_until_it_does(table):
    job = table.submit("embed", "A map", {})
    claim = take(table, job.id)
    assert not claim.cancel_requested()
    asked = table.cancel(job.id)
    assert asked.status == "running" and asked.cancel_requested and claim.cancel_requested()
    claim.cancel()
    assert table.get(job.id).status == "cancelled" and table.get(job.id).finished is not None


@pytest.mark.parametrize("end", ["finish", "fail"])
def test_cancelling_what_has_ended_changes_nothing(table, end):
    job = table.submit("embed", "A map", {})
    getattr(take(table, job.id), end)("as it was")
    before = table.get(job.id)
    assert table.cancel(job.id) == before


@pytest.mark.parametrize("end", [lambda table, job: take(table, job.id).fail("No room."), lambda t, j: t.cancel(j.id)])
def test_a_job_that_failed_or_was_cancelled_can_be_tried_again_under_its_id(table, sent, end):
    job = table.submit("embed", "A map", {})
    end(table, job)
    again = table.retry(job.id)
    assert (again.id, again.status, again.error, again.attempts) == (job.id, "queued", "", 0)
    assert not again.cancel_requested and again.finished is None
    assert texts(table, job)[-1] == "Tried again." and len(sent) == 2
    assert take(table, job.id) is not None


def test_what_is_active_or_done_is_not_tried_again(table, sent):
    job = table.submit("embed", "A map", {})
    assert table.retry(job.id).status == "queued"
    take(table, job.id).finish("embedding-1")
    assert table.retry(job.id).status == "done" and len(sent) == 1


def test_trying_again_what_is_already_made_anew_gives_the_active_job(table):
    old = table.submit("embed", "A map", {})
    table.cancel(old.id)
    new = table.submit("embed", "A map", {})
    assert table.retry(old.id).id == new.id
    assert table.get(old.id).status == "cancelled"


def test_jobs_are_listed_newest_first_and_filtered_by_status_and_kind(table, clock):
    made = []
    for kind in ("embed", "compare", "embed"):
        clock.move(1)
        made.append(table.submit(kind, kind, {"n": len(made)}).id)
    take(table, made[0])
    assert [job.id for job in table.list()] == made[::-1]
    assert [job.id for job in table.list(status="queued")] == [made[2], made[1]]
    assert [job.id for job in table.list(kind="embed", status="running")] == [made[0]]
    assert [job.id for job in table.list(limit=1)] == [made[2]]


def test_events_come_in_order_and_only_the_new_ones_when_asked(table):
    job, other = table.submit("embed", "A", {"n": 1}), table.submit("embed", "B", {"n": 2})
    claim = take(table, job.id)
    take(table, other.id).write({}, ("log", {"text": "of the other"}))
    claim.write({}, ("stage", {"name": "Learning"}), ("loss", {"epoch": 3, "total": 0.5}))
    seen = table.events(job.id)
    assert [event.kind for event in seen] == ["log", "stage", "loss"]
    assert seen[-1].payload == {"epoch": 3, "total": 0.5} and seen[-1].time.tzinfo is UTC
    claim.write({}, ("log", {"text": "more"}))
    assert [event.payload for event in table.events(job.id, after=seen[-1].seq)] == [{"text": "more"}]


def test_another_process_sees_the_same_jobs(table, database_url):
    job = table.submit("embed", "A map", {"study": "blood"})
    again = JobTable(database_url)
    assert again.get(job.id) == job and again.list() == [job]


def test_a_job_is_kept_when_the_broker_is_away(tmp_path):
    table = JobTable(f"sqlite:///{tmp_path / 'jobs.db'}", publish=lambda job_id, queue: False)
    assert table.submit("embed", "A map", {}).status == "queued"


def test_unknown_jobs_queues_and_addresses_are_told_in_a_sentence(table):
    for ask in (table.get, table.cancel, table.retry):
        with pytest.raises(UnknownName, match="no job 'nowhere'"):
            ask("nowhere")
    with pytest.raises(InvalidParameter, match="train, interactive"):
        table.submit("embed", "A map", {}, queue="fast")
    for wrong in ("not an address", "sqlite:////proc/nowhere/jobs.db", "nosuchdatabase://here/jobs"):
        with pytest.raises(GeneweaveError, match="GENEWEAVE_DATABASE_URL"):
            JobTable(wrong)

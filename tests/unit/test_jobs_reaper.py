"""The reaper: dead workers and lost messages cost time, never a job."""

from threading import Barrier, Thread

import pytest

from engine.jobs.claim import ClaimLost, take
from engine.jobs.reaper import MOST_ATTEMPTS, reap
from engine.jobs.table import JobTable
from tests.job_helpers import Clock, texts

STALE = 20.0


class Broker:
    """Counts messages; can be switched off."""

    def __init__(self) -> None:
        self.away, self.sent = False, []

    def __call__(self, job_id: str, queue: str) -> bool:
        if not self.away:
            self.sent.append(job_id)
        return not self.away


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def broker():
    return Broker()


@pytest.fixture
def table(database_url, clock, broker):
    return JobTable(database_url, publish=broker, now=clock)


def test_a_job_whose_worker_fell_silent_goes_back_to_its_queue(table, clock, broker):
    job = table.submit("embed", "A map", {})
    dead = take(table, job.id)
    clock.move(STALE + 1)
    reap(table, stale_seconds=STALE)
    assert table.get(job.id).status == "queued" and "checkpoint" in texts(table, job)[-1]
    assert broker.sent == [job.id, job.id]
    with pytest.raises(ClaimLost):
        dead.finish("too late")
    assert take(table, job.id) and table.get(job.id).attempts == 2


def test_a_job_whose_worker_is_alive_is_left_alone(table, clock, broker):
    job = table.submit("embed", "A map", {})
    claim = take(table, job.id)
    for _ in range(5):
        clock.move(STALE / 2)
        claim.write({})
        reap(table, stale_seconds=STALE)
    assert table.get(job.id).status == "running" and broker.sent == [job.id]


def test_a_job_that_kills_every_worker_fails_with_a_sentence(table, clock):
    job = table.submit("embed", "A map", {})
    for _ in range(MOST_ATTEMPTS):
        assert take(table, job.id)
        clock.move(STALE + 1)
        reap(table, stale_seconds=STALE)
    ended = table.get(job.id)
    assert ended.status == "failed" and "died 3 times" in ended.error and ended.finished == clock()
    assert table.submit("embed", "A map", {}).id != job.id


def test_a_job_that_was_to_be_cancelled_is_not_begun_again(table, clock):
    job = table.submit("embed", "A map", {})
    take(table, job.id)
    table.cancel(job.id)
    clock.move(STALE + 1)
    reap(table, stale_seconds=STALE)
    assert table.get(job.id).status == "cancelled"


def test_a_lost_message_is_sent_again_but_not_at_every_round(table, clock, broker):
    job = table.submit("embed", "A map", {})
    reap(table, stale_seconds=STALE)
    assert broker.sent == [job.id]
    clock.move(STALE + 1)
    for _ in range(3):
        reap(table, stale_seconds=STALE)
    assert broker.sent == [job.id, job.id]


def test_messages_behind_a_busy_worker_are_not_sent_again(table, clock, broker):
    first, second = table.submit("embed", "A", {"n": 1}), table.submit("embed", "B", {"n": 2})
    elsewhere = table.submit("embed", "C", {"n": 3}, queue="interactive")
    claim = take(table, first.id)
    clock.move(STALE + 1)
    claim.write({})
    reap(table, stale_seconds=STALE)
    assert broker.sent == [first.id, second.id, elsewhere.id, elsewhere.id]


def test_what_a_broker_that_was_away_did_not_take_is_sent_when_it_is_back(table, clock, broker):
    broker.away = True
    job = table.submit("embed", "A map", {})
    clock.move(3)
    reap(table, stale_seconds=STALE)
    assert broker.sent == []
    broker.away = False
    reap(table, stale_seconds=STALE)
    reap(table, stale_seconds=STALE)
    assert broker.sent == [job.id]


def test_many_reapers_at_once_put_a_job_back_once_and_send_one_message(table, clock, broker):
    job = table.submit("embed", "A map", {})
    take(table, job.id)
    clock.move(STALE + 1)
    barrier = Barrier(6)

    def round_of_one() -> None:
        barrier.wait()
        reap(table, stale_seconds=STALE)

    threads = [Thread(target=round_of_one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("silent" in text for text in texts(table, job)) == 1
    assert broker.sent == [job.id, job.id]

"""The runner: however a job ends, its row says so in a sentence."""

import time
from threading import Event

import pytest

from engine.errors import InvalidStudy, JobCancelled
from engine.jobs.claim import take
from engine.jobs.report import JobProgress, RemainingTime, WorkerStopping
from engine.jobs.runner import Runner
from engine.jobs.table import JobTable
from engine.settings import Settings
from tests.job_helpers import texts


@pytest.fixture
def settings(tmp_path):
    return Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path), "GENEWEAVE_STALE_SECONDS": "0.5"})


@pytest.fixture
def table(settings):
    return JobTable(settings.database_url)


def run(table, settings, handler, *, stopping=None):
    job = table.submit("work", "Work", {"n": 1})
    Runner(table, settings, handlers={"work": handler}, stopping=stopping).run(job.id)
    return table.get(job.id)


def raising(error):
    def handler(job, settings, progress):
        progress.stage("Thinking", 0.2)
        raise error

    return handler


def test_a_job_that_ends_well_is_done_and_says_where_its_result_is(table, settings):
    def handler(job, settings, progress):
        progress.device("one core")
        progress.stage("Thinking", 0.2)
        progress.step(0.5, epoch=1, total=2.0)
        progress.log("Half way.")
        return f"result-{job.params['n']}"

    job = run(table, settings, handler)
    assert (job.status, job.result, job.fraction) == ("done", "result-1", 1.0)
    assert (job.device, job.stage) == ("one core", "Thinking")
    assert job.started <= job.finished and job.error == "" and "Half way." in texts(table, job)


def test_an_expected_error_is_shown_as_it_is(table, settings):
    job = run(table, settings, raising(InvalidStudy("The study needs two datasets, found one.")))
    assert (job.status, job.error) == ("failed", "The study needs two datasets, found one.")


def test_an_unexpected_error_becomes_a_sentence_and_its_traceback_goes_to_the_log(table, settings, caplog):
    job = run(table, settings, raising(ZeroDivisionError("division by zero")))
    assert job.status == "failed" and "at the stage 'Thinking'" in job.error and "worker-train.log" in job.error
    assert "Traceback" not in job.error and "ZeroDivisionError" not in job.error
    assert "ZeroDivisionError" in caplog.text


def test_too_little_memory_has_its_own_sentence(table, settings):
    assert "memory" in run(table, settings, raising(MemoryError())).error


def test_a_kind_of_job_that_the_worker_does_not_know_fails_with_a_sentence(table, settings):
    job = table.submit("dream", "Dream", {})
    Runner(table, settings).run(job.id)
    assert table.get(job.id).status == "failed" and "found 'dream'" in table.get(job.id).error


def test_a_message_that_comes_twice_is_dropped(table, settings):
    calls = []
    job = table.submit("work", "Work", {})
    runner = Runner(table, settings, handlers={"work": lambda job, settings, progress: calls.append(1) or "r"})
    runner.run(job.id)
    runner.run(job.id)
    runner.run("no-such-job")
    assert calls == [1]


def test_a_cancelled_job_stops_at_the_next_step(table, settings):
    def handler(job, settings, progress):
        table.cancel(job.id)
        for _ in range(100):
            time.sleep(0.05)
            progress.check()
        return "too far"

    job = run(table, settings, handler)
    assert job.status == "cancelled" and job.result == ""


def test_a_worker_that_is_told_to_end_gives_its_job_back(table, settings):
    stopping = Event()

    def handler(job, settings, progress):
        stopping.set()
        progress.check()
        return "too far"

    job = run(table, settings, handler, stopping=stopping)
    assert (job.status, job.attempts) == ("queued", 0)


def test_the_heart_beats_while_a_step_takes_long(table, settings):
    """The handler is silent for longer than a job may be; nobody takes it for dead."""
    from engine.jobs.reaper import reap

    def handler(job, settings, progress):
        for _ in range(8):
            time.sleep(0.1)
            reap(table, stale_seconds=0.5)
        return "slow"

    job = run(table, settings, handler)
    assert (job.status, job.attempts) == ("done", 1)


def test_a_job_that_went_to_another_worker_is_let_go(table, settings):
    def handler(job, settings, progress):
        thief = take_over(table, job.id)
        with pytest.raises(Exception, match=job.id):
            progress.log("still me?")
        thief.finish("of the other")
        return "mine"

    assert run(table, settings, handler).result == "of the other"


def take_over(table, job_id):
    """What the reaper and another worker do together when this one fell silent."""
    import sqlalchemy as sa

    from engine.jobs.database import jobs

    with table.engine.begin() as connection:
        connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(status="queued", token=None))
    return take(table, job_id)


def progress_of(table, clock):
    claim = take(table, table.submit("work", "Work", {}).id)
    return claim, JobProgress(claim, stopping=Event(), clock=lambda: clock[0])


def losses(table, claim):
    return [event.payload for event in table.events(claim.job.id) if event.kind == "loss"]


def test_losses_are_written_twice_a_second_and_the_last_always(table):
    clock = [0.0]
    claim, progress = progress_of(table, clock)
    for epoch in range(1, 101):
        clock[0] += 0.02
        progress.step(epoch / 100, epoch=epoch, total=1 / epoch)
    progress.flush()
    written = losses(table, claim)
    assert 4 <= len(written) <= 6
    assert written[-1] == {"epoch": 100, "total": 0.01}


def test_a_measure_taken_between_two_writes_is_not_lost(table):
    clock = [0.0]
    claim, progress = progress_of(table, clock)
    progress.step(0.1, epoch=1, total=1.0)
    progress.step(0.2, epoch=2, total=0.9, validation_auc=0.75)
    progress.step(0.3, epoch=3, total=0.8)
    progress.stage("Drawing", 0.5)
    assert losses(table, claim)[-1] == {"epoch": 3, "total": 0.8, "validation_auc": 0.75}


def test_the_cancel_flag_and_the_stopping_worker_are_told_apart(table):
    clock, stopping = [0.0], Event()
    claim = take(table, table.submit("work", "Work", {}).id)
    progress = JobProgress(claim, stopping=stopping, clock=lambda: clock[0])
    progress.check()
    table.cancel(claim.job.id)
    progress.check()  # looked a moment ago
    clock[0] += 1.0
    with pytest.raises(JobCancelled):
        progress.check()
    stopping.set()
    with pytest.raises(WorkerStopping):
        progress.check()


def test_the_time_left_of_steady_work_is_right():
    left = RemainingTime()
    guesses = [left.update(float(second), second / 100) for second in range(61)]
    assert guesses[0] is None
    assert guesses[-1] == pytest.approx(40.0, rel=0.05)


def test_a_jump_from_a_checkpoint_is_not_taken_for_speed():
    left = RemainingTime()
    left.update(0.0, 0.1)
    left.update(1.0, 0.6)
    guesses = [left.update(1.0 + second, 0.6 + second / 100) for second in range(1, 21)]
    assert guesses[-1] == pytest.approx(20.0, rel=0.25)

"""Jobs on real workers and both brokers: done, cancelled, killed, lost, and never forgotten."""

import signal
import subprocess
import sys

import pytest

from engine import pipeline
from engine.comparison import scores_there
from engine.jobs.submit import submit_benchmark, submit_embed
from engine.jobs.table import JobTable
from engine.params import EmbedParams, TrainParams
from engine.store import Store
from tests.integration.conftest import CHECKPOINT_OFTEN, ROOT
from tests.job_helpers import texts

SHORT = EmbedParams(training=TrainParams(epochs=40, patience=0))
LONG = EmbedParams(training=TrainParams(epochs=100_000, patience=0))
SUBMIT = """
from app.services import Services
from engine.jobs.submit import submit_embed
from engine.params import EmbedParams, TrainParams
from engine.settings import Settings
services = Services.build(Settings.from_environment())
print(submit_embed(services.jobs, "tiny", EmbedParams(training=TrainParams(epochs=40, patience=0))).id)
"""


def test_a_job_runs_to_its_map_and_tells_how_far_it_is_even_when_the_web_ends_and_messages_get_lost(place):
    """The web process of this test ends at once, and a second message comes to nothing."""
    environ = place.settings.environment()
    web = subprocess.run([sys.executable, "-c", SUBMIT], cwd=ROOT, env=environ, capture_output=True, text=True)
    job_id = web.stdout.strip()
    assert place.table.get(job_id).status == "queued", web.stderr
    place.table.publish(job_id, "train")
    place.start_worker()
    job = place.ended(job_id)
    assert (job.status, job.fraction, job.attempts) == ("done", 1.0, 1), job.error
    store = Store(place.settings)
    assert job.result == pipeline.embedding_id(place_study(place), SHORT, store=store)
    assert len(pipeline.load_embedding(job.result, store=store).facts["history"]["epoch"]) == 40
    again = JobTable(place.settings.database_url)
    assert again.get(job_id) == job and again.list() == [job]
    epochs = [loss["epoch"] for loss in place.losses(job_id)]
    assert epochs == sorted(set(epochs)) and epochs[-1] == 40
    stages = [event.payload["name"] for event in again.events(job_id) if event.kind == "stage"]
    assert stages[:2] == ["Getting ready", "Finding co-expression in part 0"] and len(stages) >= 5
    assert job.stage == stages[-1]
    assert job.device and texts(again, job)[-1] == "Done."
    lost = JobTable(place.settings.database_url, publish=lambda job_id, queue: True)
    second = submit_embed(lost, "tiny", SHORT)
    assert place.ended(second.id).result == job.result
    assert "taken from the store" in " ".join(texts(again, second))


def test_a_running_job_stops_when_cancelled_goes_on_when_retried_and_is_given_back_by_a_worker_that_ends(place):
    worker = place.start_worker(before=CHECKPOINT_OFTEN)
    job = submit_embed(place.table, "tiny", LONG)
    place.wait(job.id, lambda job: len(place.losses(job.id)) >= 3)
    place.table.cancel(job.id)
    assert place.ended(job.id).status == "cancelled"
    place.table.retry(job.id)
    assert place.wait(job.id, lambda job: resumed_from(place, job) > 0).status == "running"
    worker.terminate()
    assert place.wait(job.id, lambda job: job.status == "queued").attempts == 0
    assert worker.wait(timeout=60) == 0
    assert place.table.cancel(job.id).status == "cancelled"


def test_a_job_whose_worker_is_killed_goes_on_from_its_checkpoint_and_ends_with_the_same_kind_of_map(place):
    params = EmbedParams(training=TrainParams(epochs=150, patience=0))
    first = place.start_worker(before=CHECKPOINT_OFTEN)
    job = submit_embed(place.table, "tiny", params)
    checkpoint = Store(place.settings).checkpoint(
        pipeline.embedding_id(place_study(place), params, store=Store(place.settings))
    )
    place.wait(job.id, lambda job: checkpoint.exists())
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert place.table.get(job.id).status == "running"
    place.start_worker()
    job = place.ended(job.id)
    assert (job.status, job.attempts) == ("done", 2), job.error
    assert 0 < resumed_from(place, job) < 150
    embedding = pipeline.load_embedding(job.result, store=Store(place.settings))
    assert embedding.adata.n_obs == 120 and embedding.facts["history"]["epoch"] == list(range(1, 151))
    assert not checkpoint.exists()


def test_two_workers_on_one_queue_share_the_jobs_and_do_none_twice(place):
    workers = [place.start_worker("interactive"), place.start_worker("interactive")]
    asked = [{"study": f"nowhere-{n}", "params": SHORT.to_dict()} for n in range(30)]
    jobs = [place.table.submit("embed", "A map", params, queue="interactive") for params in asked]
    for job in [place.ended(job.id) for job in jobs]:
        assert job.status == "failed" and "no study 'nowhere-" in job.error
        assert sum(text.startswith("Started on") for text in texts(place.table, job)) == job.attempts == 1
    assert [worker.poll() for worker in workers] == [None, None]


def test_a_comparison_is_run_and_kept_score_by_score(place):
    params = EmbedParams(training=TrainParams(epochs=3, patience=0))
    place.start_worker()
    job = submit_benchmark(place.table, "tiny", params, ("muse-gnn", "pca", "random"), seeds=(0, 1))
    job = place.ended(job.id)
    assert job.status == "done", job.error
    scored = scores_there(place_study(place), params, ("muse-gnn", "pca", "random"), (0, 1, 2),
                          store=Store(place.settings))  # fmt: skip
    assert set(scored) == {(name, seed) for name in ("muse-gnn", "pca", "random") for seed in (0, 1)}


def place_study(place):
    from engine.library import Library

    return Library(place.settings).study("tiny")


def resumed_from(place, job) -> int:
    """The epoch that the job resumed from; 0 when it did not."""
    said = [text for text in texts(place.table, job) if text.startswith("Resumed from epoch")]
    return int(said[-1].rsplit(" ", 1)[1]) if said else 0


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0"])
def test_a_job_is_kept_and_no_error_shown_when_the_broker_does_not_answer(place):
    assert submit_embed(place.table, "tiny", SHORT).status == "queued"

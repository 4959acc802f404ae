"""A comparison as a job: done with what could be scored, failed with a sentence when nothing could."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from engine.comparison import scores_there
from engine.errors import InvalidStudy
from engine.jobs.runner import Runner
from engine.jobs.submit import submit_benchmark
from engine.jobs.table import JobTable
from engine.library import Library
from engine.params import EmbedParams, NetworkParams
from engine.settings import Settings
from engine.store import Store
from tests.job_helpers import texts
from tests.simulated import write_study

PARAMS = replace(EmbedParams(), network=NetworkParams(n_genes=60))


@pytest.fixture
def settings(tmp_path):
    settings = Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path / "home"), "GENEWEAVE_DEVICE": "cpu"})
    folder = settings.folder("studies")
    for path in write_study(tmp_path / "made").parent.iterdir():
        shutil.copy(path, folder)
    return settings


def ask(settings, methods, *, seeds=(0,)):
    table = JobTable(settings.database_url)
    job = submit_benchmark(table, "tiny", PARAMS, methods, seeds=seeds)
    Runner(table, settings).run(job.id)
    return table, table.get(job.id)


def test_scores_are_in_the_store_and_the_job_tells_its_stages(settings):
    table, job = ask(settings, ["random", "degrees"], seeds=[0, 1])
    assert (job.status, job.result, job.error) == ("done", "tiny", "")
    study = Library(settings).study("tiny")
    assert len(scores_there(study, PARAMS, ["random", "degrees"], [0, 1], store=Store(settings))) == 4
    stages = [event.payload["name"] for event in table.events(job.id) if event.kind == "stage"]
    assert "Random vectors, seed 1" in stages


def test_the_same_request_is_one_job(settings):
    table = JobTable(settings.database_url)
    first = submit_benchmark(table, "tiny", PARAMS, ["random"], seeds=[0])
    assert submit_benchmark(table, "tiny", PARAMS, ["random"], seeds=[0]).id == first.id


def test_one_that_fails_is_told_in_the_log_and_all_failing_fails_the_job(settings, monkeypatch):
    def failing(*_, **__):
        raise InvalidStudy("Too few genes.")

    monkeypatch.setattr("engine.benchmark.train", failing)
    table, job = ask(settings, ["random", "degrees"])
    assert job.status == "done" and "Random vectors, seed 0, could not be scored. Too few genes." in " ".join(
        texts(table, job))  # fmt: skip
    _, job = ask(settings, ["random"])
    assert job.status == "failed" and job.error.endswith("Too few genes.")

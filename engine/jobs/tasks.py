"""The one Celery task: run the job whose id it carries."""

from __future__ import annotations

from threading import Event

from celery import Celery
from celery.exceptions import WorkerShutdown
from celery.signals import worker_shutting_down

from engine.jobs.celery_app import RUN, make_app
from engine.jobs.runner import Runner
from engine.settings import Settings


def worker_app(settings: Settings, runner: Runner, *, stopping: Event) -> Celery:
    """The Celery app of a worker process; `stopping` is set when it is asked to end."""
    app = make_app(settings)

    @app.task(name=RUN)
    def run(job_id: str) -> None:
        runner.run(job_id)

    @worker_shutting_down.connect(weak=False)
    def stop(**_signal: object) -> None:
        stopping.set()
        if not runner.busy:
            raise WorkerShutdown(0)  # at once; else Celery listens for messages a few seconds more

    return app

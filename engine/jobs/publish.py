"""How a job's id gets to the broker; Celery is imported at the first message, not before."""

from __future__ import annotations

from functools import cache

from engine.jobs.table import Publish
from engine.settings import Settings


def publisher(settings: Settings) -> Publish:
    """A function that sends a job's id to its queue, and says whether the broker took it."""

    def publish(job_id: str, queue: str) -> bool:
        from engine.jobs.celery_app import send

        return send(_app(settings), job_id, queue)

    return publish


@cache
def _app(settings: Settings):
    from engine.jobs.celery_app import make_app

    return make_app(settings)

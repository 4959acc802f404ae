"""What the tests of jobs share: a clock that stands still, and a reading of the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.jobs.record import Job
from engine.jobs.table import JobTable


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def texts(table: JobTable, job: Job) -> list[str]:
    """What the log of a job says, in order."""
    return [event.payload["text"] for event in table.events(job.id) if event.kind == "log"]

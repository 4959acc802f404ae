"""A worker's hold on a job: whatever it writes counts only while the job is still its own."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.jobs.database import jobs
from engine.jobs.record import Job
from engine.jobs.table import ENDED, JobTable

Event = tuple[str, Mapping[str, Any]]  # kind, payload


class ClaimLost(Exception):
    """The job was given to another worker meanwhile, or taken off the table."""


class Claim:
    """The right to work on a running job, known by a token that no other worker has.

    Every method that writes raises `ClaimLost` when the token is no longer the job's.
    """

    def __init__(self, table: JobTable, job: Job, token: str) -> None:
        self.job = job
        self._table = table
        self._mine = sa.and_(jobs.c.id == job.id, jobs.c.token == token, jobs.c.status == "running")

    def write(self, values: Mapping[str, Any], *events: Event) -> None:
        """Change the row and append events in one transaction; counts as a heartbeat."""
        with self._table.engine.begin() as connection:
            change = sa.update(jobs).where(self._mine).values({"heartbeat": self._table.now(), **values})
            if not connection.execute(change).rowcount:
                raise ClaimLost(self.job.id)
            for kind, payload in events:
                self._table.add_event(connection, self.job.id, kind, payload)

    def cancel_requested(self) -> bool:
        """Whether a person asked to stop the job."""
        with self._table.engine.connect() as connection:
            row = connection.execute(sa.select(jobs.c.cancel_requested).where(self._mine)).first()
        if row is None:
            raise ClaimLost(self.job.id)
        return row.cancel_requested

    def finish(self, result: str) -> None:
        """The work is done and stored under the id `result`."""
        self._end("done", {"result": result, "fraction": 1.0}, "Done.")

    def fail(self, sentence: str) -> None:
        """The job ended without a result; `sentence` is what people read."""
        self._end("failed", {"error": sentence}, sentence)

    def cancel(self) -> None:
        """The job ended because a person asked for it."""
        self._end("cancelled", {}, "Cancelled.")

    def hand_back(self) -> None:
        """Queue the job again because this worker is being stopped; the attempt does not count."""
        values = {"status": "queued", "token": None, "published": None, "eta_seconds": None}
        text = "The worker was stopped; the job goes on when a worker is free."
        self.write(values | {"attempts": jobs.c.attempts - 1}, ("log", {"text": text}))

    def _end(self, status: str, values: Mapping[str, Any], text: str) -> None:
        ended = {"status": status, "finished": self._table.now(), **ENDED, **values}
        self.write(ended, ("log", {"text": text}))


def take(table: JobTable, job_id: str) -> Claim | None:
    """Claim a queued job; None when another worker was faster or the job no longer waits."""
    token = uuid.uuid4().hex
    started = {"status": "running", "token": token, "started": table.now(), "heartbeat": table.now()}
    started |= {"attempts": jobs.c.attempts + 1, "finished": None, "eta_seconds": None}
    with table.engine.begin() as connection:
        waiting = sa.and_(jobs.c.id == job_id, jobs.c.status == "queued")
        if not connection.execute(sa.update(jobs).where(waiting).values(started)).rowcount:
            return None
        text = f"Started on {socket.gethostname()}, process {os.getpid()}."
        table.add_event(connection, job_id, "log", {"text": text})
    return Claim(table, table.get(job_id), token)

"""The job table, which is the truth: submit, look up, cancel and try again."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.errors import InvalidParameter, UnknownName
from engine.jobs.database import job_events, jobs, open_database, utc_now, writing
from engine.jobs.record import ACTIVE, QUEUES, Job, JobEvent

Publish = Callable[[str, str], bool]  # (job id, queue) -> whether the broker took the message
ENDED = {"request": None, "token": None, "eta_seconds": None}


def nobody(job_id: str, queue: str) -> bool:
    """A `Publish` without a broker: the row waits until a reaper publishes it."""
    return False


class JobTable:
    """Jobs and their events in one database, shared by web and workers.

    Parameters
    ----------
    url
        SQLAlchemy address of the database; its tables are made when they are not there.
    publish
        Tells the broker that a job waits.
    now
        The clock, in UTC.
    """

    def __init__(self, url: str, *, publish: Publish = nobody, now: Callable[[], datetime] = utc_now) -> None:
        self.engine = open_database(url)
        self.publish = publish
        self.now = now

    def submit(self, kind: str, title: str, params: Mapping[str, Any], *, queue: str = "train") -> Job:
        """A new job, or the one that is already active for the same kind and parameters."""
        if queue not in QUEUES:
            raise InvalidParameter(f"A queue must be one of {', '.join(QUEUES)}, found '{queue}'. Choose another.")
        text = json.dumps(dict(params), sort_keys=True)
        row = {"id": uuid.uuid4().hex[:12], "kind": kind, "title": title, "params": text, "queue": queue}
        row |= {"status": "queued", "created": self.now(), "request": request_hash(kind, text)}
        try:
            with writing(), self.engine.begin() as connection:
                connection.execute(sa.insert(jobs).values(row))
        except sa.exc.IntegrityError:
            return self._active(row["request"]) or self.submit(kind, title, params, queue=queue)
        self.announce(row["id"], queue)
        return self.get(row["id"])

    def get(self, job_id: str) -> Job:
        """The job of that id; raises `UnknownName` when there is none."""
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(jobs).where(jobs.c.id == job_id)).first()
        if row is None:
            raise UnknownName(f"There is no job '{job_id}'. Look for it in the list of jobs.")
        return Job.from_row(row)

    def list(self, *, status: str | None = None, kind: str | None = None, limit: int = 200) -> list[Job]:
        """Jobs, newest first."""
        query = sa.select(jobs).order_by(jobs.c.created.desc(), jobs.c.id).limit(limit)
        for column, wanted in ((jobs.c.status, status), (jobs.c.kind, kind)):
            query = query if wanted is None else query.where(column == wanted)
        with self.engine.connect() as connection:
            return [Job.from_row(row) for row in connection.execute(query)]

    def events(self, job_id: str, *, after: int = 0) -> list[JobEvent]:
        """What happened to a job after event number `after`, oldest first."""
        query = sa.select(job_events).where(job_events.c.job == job_id, job_events.c.seq > after)
        with self.engine.connect() as connection:
            return [JobEvent.from_row(row) for row in connection.execute(query.order_by(job_events.c.seq))]

    def cancel(self, job_id: str) -> Job:
        """Stop a job: at once when it waits, between two steps when it runs; else nothing changes."""
        waiting = sa.update(jobs).where(jobs.c.id == job_id, jobs.c.status == "queued")
        running = sa.update(jobs).where(jobs.c.id == job_id, jobs.c.status == "running")
        stopped = {"status": "cancelled", "finished": self.now(), **ENDED}
        with writing(), self.engine.begin() as connection:
            if connection.execute(waiting.values(stopped)).rowcount:
                self.add_event(connection, job_id, "log", {"text": "Cancelled before it began."})
            else:
                connection.execute(running.values(cancel_requested=True))
        return self.get(job_id)

    def retry(self, job_id: str) -> Job:
        """Queue a failed or cancelled job again; it goes on from its checkpoint.

        When the same request was made anew and is active, that job is returned instead.
        """
        job = self.get(job_id)
        request = request_hash(job.kind, json.dumps(job.params, sort_keys=True))
        again = {"status": "queued", "attempts": 0, "cancel_requested": False, "error": "", "finished": None}
        again |= {"request": request, "published": None}
        ended = jobs.c.status.in_(("failed", "cancelled"))
        try:
            with writing(), self.engine.begin() as connection:
                changed = connection.execute(sa.update(jobs).where(jobs.c.id == job_id, ended).values(again)).rowcount
                if changed:
                    self.add_event(connection, job_id, "log", {"text": "Tried again."})
        except sa.exc.IntegrityError:
            return self._active(request) or self.get(job_id)
        if changed:
            self.announce(job_id, job.queue)
        return self.get(job_id)

    def announce(self, job_id: str, queue: str) -> None:
        """Publish a job's message; when the broker does not take it, a reaper will try again."""
        if self.publish(job_id, queue):
            with self.engine.begin() as connection:
                connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(published=self.now()))

    def add_event(self, connection: sa.Connection, job_id: str, kind: str, payload: Mapping[str, Any]) -> None:
        """Append an event inside a transaction."""
        row = {"job": job_id, "time": self.now(), "kind": kind, "payload": json.dumps(dict(payload))}
        connection.execute(sa.insert(job_events).values(row))

    def _active(self, request: str) -> Job | None:
        query = sa.select(jobs).where(jobs.c.request == request, jobs.c.status.in_(ACTIVE))
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else Job.from_row(row)


def request_hash(kind: str, params: str) -> str:
    """The same for two requests of the same kind and parameters (canonical JSON)."""
    return hashlib.sha256(f"{kind} {params}".encode()).hexdigest()

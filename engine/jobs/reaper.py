"""The reaper: puts jobs of dead workers back in the queue, and sends lost messages again."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event, Thread

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from engine.jobs.database import jobs
from engine.jobs.table import ENDED, JobTable

MOST_ATTEMPTS = 3
SOON = 2.0  # seconds after which a job that was never published is published by a reaper
log = logging.getLogger(__name__)


def reap(table: JobTable, *, stale_seconds: float) -> None:
    """One round; any number of reapers may run at the same time.

    Parameters
    ----------
    stale_seconds
        A running job without a heartbeat for so long has lost its worker; a waiting job whose
        message is so old, with no worker busy on its queue, has lost its message.
    """
    stale = table.now() - timedelta(seconds=stale_seconds)
    silent = sa.and_(jobs.c.status == "running", jobs.c.heartbeat < stale)
    with table.engine.connect() as connection:
        rows = connection.execute(sa.select(jobs).where(silent)).all()
    for row in rows:
        _put_back(table, row)
    _publish_again(table, stale=stale)


def watch(table: JobTable, *, stale_seconds: float, over: Event) -> Thread:
    """A daemon thread that reaps every few seconds until `over` is set."""
    every = max(0.5, min(5.0, stale_seconds / 4))

    def rounds() -> None:
        while not over.wait(every):
            try:
                reap(table, stale_seconds=stale_seconds)
            except SQLAlchemyError as error:
                log.warning("The job table did not answer (%s); looking again soon.", error)

    thread = Thread(target=rounds, name="reaper", daemon=True)
    thread.start()
    return thread


def _put_back(table: JobTable, row: sa.Row) -> None:
    same = sa.and_(jobs.c.id == row.id, jobs.c.status == "running", jobs.c.token == row.token)
    same = sa.and_(same, jobs.c.heartbeat == row.heartbeat)
    values, text = _verdict(table, row)
    with table.engine.begin() as connection:
        if connection.execute(sa.update(jobs).where(same).values(values)).rowcount:
            table.add_event(connection, row.id, "log", {"text": text})
            log.warning("Job %s: %s", row.id, text)


def _verdict(table: JobTable, row: sa.Row) -> tuple[dict[str, object], str]:
    ended = {"finished": table.now(), **ENDED}
    if row.cancel_requested:
        return ended | {"status": "cancelled"}, "Cancelled."
    if row.attempts >= MOST_ATTEMPTS:
        stage = f", the last time at the stage '{row.stage}'" if row.stage else ""
        text = (
            f"The worker died {row.attempts} times at this job{stage}. Perhaps the memory is not enough: "
            "close other programs or choose fewer genes per dataset, then try again."
        )
        return ended | {"status": "failed", "error": text}, text
    queued = {"status": "queued", "token": None, "published": None, "eta_seconds": None}
    return queued, "The worker fell silent; the job goes on from its last checkpoint."


def _publish_again(table: JobTable, *, stale) -> None:
    busy = sa.select(jobs.c.queue).where(jobs.c.status == "running", jobs.c.heartbeat >= stale)
    never = sa.and_(jobs.c.published.is_(None), jobs.c.created < table.now() - timedelta(seconds=SOON))
    lost = sa.and_(jobs.c.published < stale, jobs.c.queue.not_in(busy))
    waiting = sa.select(jobs).where(jobs.c.status == "queued", sa.or_(never, lost)).order_by(jobs.c.created)
    with table.engine.connect() as connection:
        rows = connection.execute(waiting).all()
    for row in rows:
        if _reserve(table, row) and not table.publish(row.id, row.queue):
            _release(table, row)
            return


def _reserve(table: JobTable, row: sa.Row) -> bool:
    """Mark the message as sent now; False when another reaper was faster."""
    same = sa.and_(jobs.c.id == row.id, jobs.c.status == "queued")
    same = sa.and_(same, jobs.c.published.is_not_distinct_from(row.published))
    with table.engine.begin() as connection:
        return bool(connection.execute(sa.update(jobs).where(same).values(published=table.now())).rowcount)


def _release(table: JobTable, row: sa.Row) -> None:
    with table.engine.begin() as connection:
        connection.execute(sa.update(jobs).where(jobs.c.id == row.id).values(published=None))

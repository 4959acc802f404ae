"""The thread that says, while a job runs, that its worker is alive."""

from __future__ import annotations

import logging
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from engine.jobs.claim import Claim, ClaimLost

log = logging.getLogger(__name__)


class Heartbeat:
    """Context in which the heartbeat of a claimed job is kept fresh.

    Parameters
    ----------
    every
        Seconds between two beats.
    """

    def __init__(self, claim: Claim, *, every: float) -> None:
        self._claim, self._every = claim, every
        self._over = Event()
        self._thread = Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, kind, error, trace) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            try:
                self._claim.write({})
            except ClaimLost:
                return
            except SQLAlchemyError as error:
                log.warning("The heartbeat of job %s could not be written: %s", self._claim.job.id, error)

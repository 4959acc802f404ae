"""Runs one job: claims it, works, and writes down how it ended, whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event

from engine.errors import GeneweaveError, JobCancelled
from engine.jobs.claim import Claim, ClaimLost, take
from engine.jobs.handlers import HANDLERS, Handler
from engine.jobs.heartbeat import Heartbeat
from engine.jobs.report import JobProgress, WorkerStopping
from engine.jobs.table import JobTable
from engine.settings import Settings

log = logging.getLogger(__name__)


class Runner:
    """Works on jobs of one worker process.

    Parameters
    ----------
    handlers
        What each kind of job does.
    stopping
        Set when the worker was asked to end; the job then goes back to the queue.
    prepare
        Called before the first handler, with the job already claimed; imports heavy libraries.
    """

    def __init__(
        self,
        table: JobTable,
        settings: Settings,
        *,
        handlers: Mapping[str, Handler] = HANDLERS,
        stopping: Event | None = None,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        self._table, self._settings, self._handlers = table, settings, handlers
        self._stopping, self._prepare = stopping or Event(), prepare
        self.busy = False

    def run(self, job_id: str) -> None:
        """Work on a job, if it still waits; a message that came twice is dropped."""
        claim = take(self._table, job_id)
        if claim is None:
            log.info("Job %s no longer waits; its message is dropped.", job_id)
            return
        every = min(2.0, float(self._settings.stale_seconds) / 5)
        self.busy = True
        try:
            with Heartbeat(claim, every=every):
                self._work(claim)
        except ClaimLost:
            log.warning("Job %s went to another worker; this one lets go of it.", job_id)
        finally:
            self.busy = False

    def _work(self, claim: Claim) -> None:
        progress = JobProgress(claim, stopping=self._stopping)
        try:
            result = self._result(claim, progress)
            progress.flush()
            claim.finish(result)
        except JobCancelled:
            claim.cancel()
        except WorkerStopping:
            claim.hand_back()
        except GeneweaveError as error:
            claim.fail(str(error))
        except ClaimLost:
            raise
        except Exception as error:
            log.exception("Job %s failed.", claim.job.id)
            claim.fail(_sentence(error, stage=progress.current_stage, path=worker_log(self._settings, claim.job.queue)))

    def _result(self, claim: Claim, progress: JobProgress) -> str:
        job = claim.job
        if job.kind not in self._handlers:
            known = ", ".join(sorted(self._handlers))
            raise GeneweaveError(f"This worker knows jobs of kind {known}, found '{job.kind}'. Update Geneweave.")
        if self._stopping.is_set():
            raise WorkerStopping
        progress.stage("Getting ready", 0.0)
        self._prepare()
        progress.check()
        return self._handlers[job.kind](job, self._settings, progress)


def worker_log(settings: Settings, queue: str) -> Path:
    """Where the worker of a queue writes its log."""
    return settings.folder("logs") / f"worker-{queue}.log"


def _sentence(error: Exception, *, stage: str, path: Path) -> str:
    while_ = f" at the stage '{stage}'" if stage else ""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return (
            f"The memory of this machine was not enough{while_}. "
            "Close other programs or choose fewer genes per dataset, then try again."
        )
    return (
        f"Something went wrong inside Geneweave{while_}; the details are in the log {path}. "
        "Try again; if it happens again, report it together with that log."
    )

"""A worker process: `python -m engine.jobs.worker train` or `interactive`."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from engine.errors import GeneweaveError
from engine.jobs.record import QUEUES
from engine.settings import Settings

LARGEST_LOG = 10_000_000  # bytes; a larger log is set aside when the worker starts
WARM = ("train",)  # queues whose worker loads the heavy libraries before its first job


def main(arguments: list[str]) -> int:
    """Work on the jobs of one queue until asked to end."""
    if len(arguments) != 1 or arguments[0] not in QUEUES:
        print(f"A worker needs the name of its queue, {' or '.join(QUEUES)}; found {arguments}.", file=sys.stderr)
        return 2
    try:
        settings = Settings.from_environment()
        settings.limit_threads()
        work(settings, arguments[0])
    except GeneweaveError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def work(settings: Settings, queue: str) -> None:
    """Start the reaper and the warm-up beside a Celery worker, which runs until it is stopped."""
    from engine.jobs.publish import publisher
    from engine.jobs.reaper import watch
    from engine.jobs.runner import Runner, worker_log
    from engine.jobs.table import JobTable
    from engine.jobs.tasks import worker_app

    table = JobTable(settings.database_url, publish=publisher(settings))
    stopping = Event()
    warm_up = WarmUp(_load_training if queue in WARM else lambda: None)
    runner = Runner(table, settings, stopping=stopping, prepare=warm_up.wait)
    log = _fresh_log(worker_log(settings, queue))
    _forget_processed(Path(settings.home) / "broker" / "processed")
    watch(table, stale_seconds=float(settings.stale_seconds), over=stopping)
    worker_app(settings, runner, stopping=stopping).worker_main(_celery_arguments(queue, log))


class WarmUp:
    """Loads what jobs need in a thread while the worker already takes jobs.

    A job waits for it before it imports anything itself: two threads that import the same
    packages at once may see them half made.
    """

    def __init__(self, load: Callable[[], None]) -> None:
        self._thread = Thread(target=load, name="warm-up", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until everything is loaded."""
        self._thread.join()


def _load_training() -> None:
    """Import torch and the pipeline, and let UMAP compile itself."""
    import torch  # noqa: F401

    from engine import pipeline  # noqa: F401
    from engine.tl import warm_up

    warm_up()


def _celery_arguments(queue: str, log: Path) -> list[str]:
    name = f"{queue}-{uuid.uuid4().hex[:8]}@%h"
    options = ["--queues", queue, "--pool", "solo", "--loglevel", "INFO", "--logfile", str(log), "--hostname", name]
    return ["worker", *options, "--without-mingle", "--without-gossip", "--without-heartbeat"]


def _fresh_log(path: Path) -> Path:
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".old.log"))
    return path


def _forget_processed(folder: Path) -> None:
    """Delete messages that were taken from the folder broker more than an hour ago."""
    for message in folder.glob("*.msg"):
        try:
            if time.time() - message.stat().st_mtime > 3600:
                message.unlink()
        except FileNotFoundError:
            continue  # another worker was faster


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

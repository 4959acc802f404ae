"""A temporary home with real workers, on the folder broker and on Redis."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.jobs.publish import publisher
from engine.jobs.record import Job
from engine.jobs.table import JobTable
from engine.settings import Settings
from tests.simulated import write_study

ROOT = Path(__file__).parents[2]
PATIENT = 300.0  # seconds; a busy machine must not fail a test
WORKER = "import engine.jobs.worker as w, sys; {before}; sys.exit(w.main(['{queue}']))"
CHECKPOINT_OFTEN = "import engine.train.loop as loop; loop.CHECKPOINT_SECONDS = 0.05"


class Place:
    """A home with one tiny study, its job table, and the workers that a test started there."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.table = JobTable(settings.database_url, publish=publisher(settings))
        self._workers: list[subprocess.Popen] = []
        write_study(settings.folder("studies"))

    def start_worker(self, queue: str = "train", *, before: str = "pass") -> subprocess.Popen:
        """A worker process; `before` runs in it first."""
        command = [sys.executable, "-c", WORKER.format(before=before, queue=queue)]
        environ = {**os.environ, **self.settings.environment()}
        worker = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._workers.append(worker)
        return worker

    def wait(self, job_id: str, reached: Callable[[Job], bool]) -> Job:
        """The job once `reached` holds of it; the test fails when it never does."""
        deadline = time.monotonic() + PATIENT
        while time.monotonic() < deadline:
            job = self.table.get(job_id)
            if reached(job):
                return job
            time.sleep(0.05)
        raise AssertionError(f"The job stayed as it was: {job}")

    def ended(self, job_id: str) -> Job:
        return self.wait(job_id, lambda job: not job.active)

    def losses(self, job_id: str) -> list[dict]:
        return [event.payload for event in self.table.events(job_id) if event.kind == "loss"]

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait()


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory) -> Iterator[int]:
    """A Redis server of our own on a free port."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("No redis-server on this machine: install Redis to test that broker.")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path_factory.mktemp("redis"))]
    process = subprocess.Popen([server, *options], stdout=subprocess.DEVNULL)
    wait_for_port(port)
    yield port
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="module", params=["folder", "redis"])
def broker(request) -> str:
    """The value of GENEWEAVE_BROKER_URL: the embedded default, then Redis."""
    return "" if request.param == "folder" else f"redis://127.0.0.1:{request.getfixturevalue('redis_port')}/0"


@pytest.fixture
def place(broker, tmp_path) -> Iterator[Place]:
    """A home of its own, where a silent worker is taken for dead after two seconds; no worker runs yet."""
    environ = {"HOME": str(tmp_path), "BROKER_URL": broker, "STALE_SECONDS": "2", "THREADS": "1"}
    made = Place(Settings.from_environment({f"GENEWEAVE_{name}": value for name, value in environ.items()}))
    yield made
    made.close()


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + PATIENT
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"Nothing answers on port {port}.")

"""`python -m app`: one command starts everything, keeps it alive, and ends it all."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import psutil
import pytest

from app.address import free_port, page_url
from app.child import MOST_QUICK_DEATHS, Child
from engine.errors import GeneweaveError
from tests.integration.conftest import PATIENT, ROOT


class Running:
    """A supervisor, what it says, and the processes it started."""

    def __init__(self, home, *, port: int) -> None:
        environ = {**os.environ, "GENEWEAVE_HOME": str(home), "GENEWEAVE_PORT": str(port), "GENEWEAVE_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", "--no-browser"], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def says(self, text: str) -> str:
        """The line that holds `text`, once it is said."""
        deadline = time.monotonic() + PATIENT
        while time.monotonic() < deadline:
            for line in self.said:
                if text in line:
                    return line
            try:
                self.said.append(self._lines.get(timeout=0.2))
            except queue.Empty:
                continue
        raise AssertionError(f"'{text}' was never said, only: {self.said}")

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def worker(self, name: str, *, other_than: int = 0) -> psutil.Process:
        return until(lambda: next((c for c in self.children() if is_worker(c, name) and c.pid != other_than), None))

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def _listen(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line)


@pytest.fixture
def start(tmp_path):
    """Start a supervisor on an empty home."""
    started = []

    def make(*, port: int = 0) -> Running:
        started.append(Running(tmp_path / "home", port=port))
        return started[-1]

    yield make
    for running in started:
        running.close()


def is_worker(process: psutil.Process, name: str) -> bool:
    try:
        return process.cmdline()[-2:] == ["engine.jobs.worker", name]
    except psutil.NoSuchProcess:
        return False


def until(find):
    deadline = time.monotonic() + PATIENT
    while time.monotonic() < deadline:
        found = find()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def test_a_taken_port_is_said_a_dead_worker_replaced_and_ctrl_c_leaves_nothing_behind(start):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        running = start(port=port)
        assert f"Port {port} is taken" in running.says("taken")
        url = running.says("ready: ").split("ready: ")[1].split()[0]
    assert not url.endswith(f":{port}")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30) as page:
        assert page.status == 200 and b"Geneweave" in page.read()
    first = running.worker("interactive")
    first.kill()
    assert "started again" in running.says("worker for interactive jobs ended")
    running.worker("interactive", other_than=first.pid)
    running.worker("train")
    children = running.children()
    assert len(children) >= 4  # gunicorn and its worker, train, interactive
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(timeout=30) == 0
    assert psutil.wait_procs(children, timeout=5)[1] == []
    assert "nothing is left running" in running.says("has ended")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_killed_supervisor_takes_its_processes_with_it(start):
    running = start()
    running.says("ready: ")
    running.worker("train"), running.worker("interactive")
    children = running.children()
    running.process.kill()
    assert psutil.wait_procs(children, timeout=20)[1] == []


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "eighty"), ("HOST", "203.0.113.7"), ("DATABASE_URL", "nowhere"), ("PORT", "70000")]
)
def test_a_wrong_setting_is_a_sentence_and_exit_status_2(tmp_path, name, value):
    environ = {**os.environ, "GENEWEAVE_HOME": str(tmp_path), f"GENEWEAVE_{name}": value}
    ended = subprocess.run([sys.executable, "-m", "app"], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert ended.returncode == 2 and f"GENEWEAVE_{name}" in ended.stderr
    assert "Traceback" not in ended.stderr and len(ended.stderr.splitlines()) == 1


def test_the_wanted_port_is_used_when_it_is_free_and_the_next_when_not():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        trial.listen()
        taken = trial.getsockname()[1]
        assert free_port("127.0.0.1", taken) > taken
    assert free_port("127.0.0.1", taken) == taken
    with pytest.raises(GeneweaveError, match="GENEWEAVE_PORT"):
        free_port("127.0.0.1", 70000)


def test_the_address_is_one_that_a_browser_can_open():
    assert page_url("0.0.0.0", 8050) == "http://127.0.0.1:8050"
    assert page_url("::1", 8050) == "http://[::1]:8050"
    assert page_url("example.org", 80) == "http://example.org:80"


def test_a_process_that_dies_at_every_start_is_given_up_after_five_times(tmp_path):
    clock, said = [0.0], []
    command = [sys.executable, "-c", "print('no luck')"]
    child = Child("web server", command, environ={}, log=tmp_path / "log", clock=lambda: clock[0])
    child.start()
    for _ in range(100):
        until(lambda: not child.alive)
        clock[0] += 1.0
        said.append(child.look_after())
    said = [text for text in said if text]
    assert len(said) == MOST_QUICK_DEATHS and child.given_up
    assert [text.split("again in ")[1].split(" s")[0] for text in said[:-1]] == ["1", "2", "4", "8"]
    assert "5 times in a row" in said[-1] and str(tmp_path / "log") in said[-1]
    assert (tmp_path / "log").read_text() == "no luck\n" * MOST_QUICK_DEATHS

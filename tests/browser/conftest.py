"""The real stack on a free port and a temporary home, and a Chromium to look at it with."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.services import Services
from engine.jobs.record import Job
from engine.jobs.submit import submit_embed
from engine.params import EmbedParams, NetworkParams, TrainParams
from engine.settings import Settings

ROOT = Path(__file__).parents[2]
MIRROR = (ROOT / os.environ.get("GENEWEAVE_TEST_DATA", "../shared")).resolve()  # the library's files, where it is there
READY = 60  # seconds until the first page must be there
MAKING = 120  # seconds that a small map may take
ARGUMENTS = [
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@dataclass(frozen=True)
class Stack:
    """Web and workers that run: where, and the services on the same home to look behind the page."""

    url: str
    services: Services


@pytest.fixture(scope="session")
def stack(tmp_path_factory) -> Iterator[Stack]:
    """`python -m app` on an empty home; ended with everything it started."""
    home = tmp_path_factory.mktemp("home")
    environ = {"GENEWEAVE_HOME": str(home), "GENEWEAVE_PORT": "0", "GENEWEAVE_THREADS": "1"}
    environ["GENEWEAVE_MIRROR"] = str(MIRROR) if MIRROR.is_dir() else ""
    process = subprocess.Popen([sys.executable, "-m", "app", "--no-browser"], cwd=ROOT, env={**os.environ, **environ},
                               stdout=subprocess.PIPE, text=True)  # fmt: skip
    try:
        yield Stack(told_address(process), Services.build(Settings.from_environment(environ)))
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def made(stack) -> Job:
    """A finished job: the small map of the bundled study that the workers made."""
    params = EmbedParams(network=NetworkParams(n_genes=80), training=TrainParams(epochs=4))
    job = submit_embed(stack.services.jobs, "pbmc68k-lineages", params)
    deadline = time.monotonic() + MAKING
    while (job := stack.services.jobs.get(job.id)).active and time.monotonic() < deadline:
        time.sleep(0.2)
    assert job.status == "done", f"The job is {job.status}: {job.error}"
    return job


@pytest.fixture(scope="session")
def browser():
    """Chromium: GENEWEAVE_CHROMIUM, else the system's, else Playwright's own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as p:
        path = chromium()
        if path is None and not Path(p.chromium.executable_path).exists():
            pytest.skip("No Chromium: install one, run `playwright install chromium`, or set GENEWEAVE_CHROMIUM.")
        launched = p.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser, stack):
    """A fresh visitor at 1280 × 800 in light; the test fails when the console told an error."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=stack.url, color_scheme="light")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.set_default_timeout(15_000)
    yield opened
    context.close()
    assert not errors, errors


def chromium() -> str | None:
    """A Chromium of this machine; None leaves it to Playwright."""
    return os.environ.get("GENEWEAVE_CHROMIUM") or next(filter(None, map(shutil.which, ON_PATH)), None)


def told_address(process: subprocess.Popen) -> str:
    """The address that the supervisor tells when the first page is there."""
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: [lines.put(line) for line in process.stdout], daemon=True).start()
    told, deadline = [], time.monotonic() + READY
    while time.monotonic() < deadline and process.poll() is None:
        try:
            told.append(lines.get(timeout=0.5))
        except queue.Empty:
            continue
        if "ready: " in told[-1]:
            return told[-1].split("ready: ")[1].split()[0].rstrip("/")
    process.terminate()
    raise AssertionError(f"The first page did not come within {READY} s. Told: {''.join(told)}")

"""A newcomer's waits: start, second start, click to finished map, map opened: `python -m tests.benchmarks.first_walk`.

The browser draws in software on the same cores as the training.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, ROOT, chromium, told_address

SETTLED = 15  # seconds after the start in which the worker loads its libraries, as a person looks at the first page


def main() -> None:
    """Print each wait in seconds."""
    with tempfile.TemporaryDirectory() as home:
        for name in ("first start", "second start"):
            started = time.perf_counter()
            with running(home) as url:
                print(f"{time.perf_counter() - started:7.1f} s  {name} to first page")
                if name == "second start":
                    walk(url)


@contextmanager
def running(home: str) -> Iterator[str]:
    """`python -m app` on a home, ended afterwards; gives its address."""
    environ = {**os.environ, "GENEWEAVE_HOME": home, "GENEWEAVE_PORT": "0"}
    command = [sys.executable, "-m", "app", "--no-browser"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        yield told_address(process)
    finally:
        process.terminate()
        process.wait(timeout=30)


def walk(url: str) -> None:
    """Make the map of the bundled study by its button, then open it."""
    time.sleep(SETTLED)
    with sync_playwright() as p:
        page = p.chromium.launch(executable_path=chromium(), args=ARGUMENTS).new_page()
        page.goto(url)
        ready = page.get_by_role("link", name="Open the map")
        wait(page, "click to finished map", page.get_by_role("button", name="Make the map").click, ready.wait_for)
        painted = "() => document.querySelector('#atlas-picture')?.hasAttribute('data-busy') === false"
        wait(page, "map opened", ready.click, lambda timeout: page.wait_for_function(painted, timeout=timeout))


def wait(page: Page, name: str, act, until) -> None:
    """Print how long it takes from an act until something is there."""
    started = time.perf_counter()
    act()
    until(timeout=600_000)
    print(f"{time.perf_counter() - started:7.1f} s  {name}")


if __name__ == "__main__":
    main()

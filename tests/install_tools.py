"""Make sure that a Chromium and a Redis server are there for the tests; install what is missing.

Takes what is on the machine first; then Playwright's own Chromium; then the system's package manager.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REDIS = ("redis-server", "valkey-server")
MANAGERS = {
    "apt-get": (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]),
    "dnf": (None, ["dnf", "install", "-y", "-q"]),
    "apk": (None, ["apk", "add", "--quiet"]),
    "brew": (None, ["brew", "install", "--quiet"]),
}


def main() -> int:
    have_browser = bool(os.environ.get("GENEWEAVE_CHROMIUM") or _on_path(CHROMIUM) or _playwright_browser())
    if not have_browser and not _system_install("chromium", CHROMIUM):
        print("No Chromium could be installed: its tests will be skipped. Install one or set GENEWEAVE_CHROMIUM.")
    if not _on_path(REDIS) and not _system_install("redis-server" if shutil.which("apt-get") else "redis", REDIS):
        print("No Redis could be installed: the tests on Redis will be skipped. Install redis-server.")
    return 0


def _on_path(names: tuple[str, ...]) -> bool:
    return any(shutil.which(name) for name in names)


def _playwright_browser() -> bool:
    """Install Playwright's own Chromium; False where it cannot be downloaded or does not start."""
    step = [sys.executable, "-m", "playwright", "install", "chromium"]
    probe = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: p.chromium.launch(args=['--no-sandbox']).close()"
    )
    return _quiet(step, timeout=300) and _quiet([sys.executable, "-c", probe], timeout=60)


def _system_install(package: str, names: tuple[str, ...]) -> bool:
    for manager, (update, install) in MANAGERS.items():
        if shutil.which(manager) and (manager == "brew" or os.geteuid() == 0):
            print(f"Installing {package} with {manager}")
            if update:
                _quiet(update, timeout=300)
            return _quiet([*install, package], timeout=900, tell=True) and _on_path(names)
    return False


def _quiet(command: list[str], *, timeout: float, tell: bool = False) -> bool:
    """Whether a command went well; its last words are printed when it did not and `tell` says so."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        run = subprocess.run(command, env=environment, timeout=timeout, capture_output=True, text=True)
    except (OSError, subprocess.TimeoutExpired) as error:
        run = subprocess.CompletedProcess(command, 1, "", str(error))
    if run.returncode and tell:
        print("\n".join((run.stdout + run.stderr).strip().splitlines()[-3:]))
    return run.returncode == 0


if __name__ == "__main__":
    sys.exit(main())

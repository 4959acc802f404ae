"""One process that the supervisor started: it is restarted when it dies, and never outlives us."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event

QUICK = 10.0  # seconds; who dies sooner has not really started
MOST_QUICK_DEATHS = 5
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Child:
    """A child process in a session of its own, so that Ctrl-C reaches it only through us.

    Parameters
    ----------
    name
        What people know it as.
    log
        File that its output is appended to.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        environ: Mapping[str, str],
        log: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self.log, self._clock = name, log, clock
        self._command, self._environ = command, {**os.environ, **environ}
        self._process: subprocess.Popen | None = None
        self._started = self._restart_at = 0.0
        self._quick_deaths = 0
        self.given_up = False

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent if _libc else None,
            )
        self._started, self._restart_at = self._clock(), 0.0

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def look_after(self) -> str:
        """Restart the process when it died and its pause is over; a sentence when something is to be said."""
        now = self._clock()
        if self.given_up or self.alive or now < self._restart_at:
            return ""
        if self._restart_at:
            self.start()
            return ""
        return self._after_death(now)

    def _after_death(self, now: float) -> str:
        quick = now - self._started < QUICK
        self._quick_deaths = self._quick_deaths + 1 if quick else 0
        if self._quick_deaths >= MOST_QUICK_DEATHS:
            self.given_up = True
            return (
                f"The {self.name} ended {MOST_QUICK_DEATHS} times in a row just after its start and is not "
                f"started again. Its log says why: {self.log}"
            )
        pause = 2 ** max(0, self._quick_deaths - 1)
        self._restart_at = now + pause
        return f"The {self.name} ended unexpectedly; it is started again in {pause} s. Its log: {self.log}"

    def end(self, number: signal.Signals) -> None:
        """Send a signal to the process and all that it started."""
        if self.alive:
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                return


def end_all(children: list[Child], *, patience: float, hurry: Event) -> None:
    """End processes politely; after `patience` seconds, or when `hurry` is set, by force."""
    for child in children:
        child.end(signal.SIGTERM)
    deadline = time.monotonic() + patience
    while any(child.alive for child in children) and time.monotonic() < deadline and not hurry.is_set():
        time.sleep(0.05)
    for child in children:
        child.end(signal.SIGKILL)
    while any(child.alive for child in children):
        time.sleep(0.02)


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

"""How a running job reports: stage, per cent, time left, losses and log go to its row."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Event

from engine.errors import JobCancelled
from engine.jobs.claim import Claim
from engine.progress import Progress

WRITE_EVERY = 0.5  # seconds between two writes of progress
CHECK_EVERY = 0.3  # seconds between two looks at the cancel flag
WINDOW = 20.0  # seconds of work that the time left is judged by
JUMP = 0.05  # a larger step came from a checkpoint or the store, not from work done


class WorkerStopping(Exception):
    """The worker was asked to end: the job goes back to the queue."""


class RemainingTime:
    """Seconds left, from how fast the last while went, smoothed."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, float]] = deque()
        self._smooth: float | None = None

    def update(self, now: float, fraction: float) -> float | None:
        """Seconds left after reaching `fraction` at time `now`; None until there is a pace."""
        points = self._points
        if points and not 0 <= fraction - points[-1][1] <= JUMP:
            points.clear()
        points.append((now, fraction))
        while now - points[0][0] > WINDOW and len(points) > 2:
            points.popleft()
        done, elapsed = points[0][1], now - points[0][0]
        if elapsed >= 1.0 and fraction > done:
            left = (1.0 - fraction) * elapsed / (fraction - done)
            self._smooth = left if self._smooth is None else 0.6 * self._smooth + 0.4 * left
        return self._smooth


class JobProgress(Progress):
    """Writes progress into the row of a claimed job, and stops the work when it must.

    Losses are written about twice a second; the last ones always.
    """

    def __init__(self, claim: Claim, *, stopping: Event, clock: Callable[[], float] = time.monotonic) -> None:
        self._claim, self._stopping, self._clock = claim, stopping, clock
        self._left = RemainingTime()
        self._fraction: float = 0.0
        self._losses: dict[str, float] = {}
        self._pending = False
        self._written = self._checked = -float("inf")
        self.current_stage = ""

    def stage(self, name: str, fraction: float) -> None:
        self.flush()
        self.current_stage, self._fraction = name, fraction
        eta = self._left.update(self._clock(), fraction)
        values = {"stage": name, "fraction": fraction, "eta_seconds": eta}
        self._claim.write(values, ("stage", {"name": name}))

    def step(self, fraction: float, **losses: float) -> None:
        earlier = self._losses if self._pending else {}
        self._fraction, self._losses, self._pending = fraction, earlier | losses, True
        if self._clock() - self._written >= WRITE_EVERY:
            self.flush()

    def log(self, text: str) -> None:
        self._claim.write({}, ("log", {"text": text}))

    def device(self, name: str) -> None:
        self._claim.write({"device": name})

    def check(self) -> None:
        if self._stopping.is_set():
            raise WorkerStopping
        if self._clock() - self._checked >= CHECK_EVERY:
            self._checked = self._clock()
            if self._claim.cancel_requested():
                raise JobCancelled("The job was cancelled.")

    def flush(self) -> None:
        """Write the latest step, when it is not written yet."""
        if not self._pending:
            return
        self._written, self._pending = self._clock(), False
        values = {"fraction": self._fraction, "eta_seconds": self._left.update(self._written, self._fraction)}
        self._claim.write(values, *([("loss", _loss(self._losses))] if self._losses else []))


def _loss(losses: dict[str, float]) -> dict[str, float]:
    whole = {"epoch": int(losses["epoch"])} if "epoch" in losses else {}
    return {name: float(value) for name, value in losses.items()} | whole

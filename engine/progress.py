"""How a long computation tells what it is doing; the base class keeps silent."""

from __future__ import annotations


class Progress:
    """Told of stages, steps and losses; asked between steps whether to go on.

    The pipeline calls these; a terminal, a job row or nobody listens.
    """

    def stage(self, name: str, fraction: float) -> None:
        """A stage begins; `fraction` of the whole work is done, 0 to 1."""

    def step(self, fraction: float, **losses: float) -> None:
        """Work went on to `fraction` of the whole; training also gives epoch and losses."""

    def log(self, text: str) -> None:
        """A sentence for the log."""

    def device(self, name: str) -> None:
        """The device on which the work runs, in words."""

    def check(self) -> None:
        """Raise `JobCancelled` when a person asked to stop."""


class Span(Progress):
    """A part of a longer work: fractions from 0 to 1 become `start` to `stop` of the whole."""

    def __init__(self, whole: Progress, start: float, stop: float) -> None:
        self._whole, self._start, self._width = whole, start, stop - start

    def stage(self, name: str, fraction: float) -> None:
        self._whole.stage(name, self._start + self._width * fraction)

    def step(self, fraction: float, **losses: float) -> None:
        self._whole.step(self._start + self._width * fraction, **losses)

    def log(self, text: str) -> None:
        self._whole.log(text)

    def device(self, name: str) -> None:
        self._whole.device(name)

    def check(self) -> None:
        self._whole.check()

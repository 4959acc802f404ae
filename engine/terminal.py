"""Progress as a bar on a terminal, as plain lines elsewhere."""

from __future__ import annotations

import sys

from engine.progress import Progress


class TerminalProgress(Progress):
    """Stage, per cent, time left and loss on standard error."""

    def __enter__(self) -> TerminalProgress:
        from tqdm import tqdm

        form = "{l_bar}{bar}| {elapsed}<{remaining} {postfix}"
        self._bar = tqdm(total=100.0, file=sys.stderr, bar_format=form, disable=not sys.stderr.isatty())
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()

    def stage(self, name: str, fraction: float) -> None:
        self._bar.set_description(name)
        self._move(fraction)
        if self._bar.disable:
            print(name, file=sys.stderr)

    def step(self, fraction: float, **losses: float) -> None:
        if "total" in losses:
            self._bar.set_postfix_str(f"epoch {losses['epoch']:g}, loss {losses['total']:.3f}", refresh=False)
        self._move(fraction)

    def log(self, text: str) -> None:
        self._bar.write(text, file=sys.stderr)

    def device(self, name: str) -> None:
        self.log(f"Device: {name}")

    def _move(self, fraction: float) -> None:
        self._bar.update(round(100 * fraction, 1) - self._bar.n)

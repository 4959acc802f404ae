"""Training of networks that predict responses: AdamW, early stop by held-out perturbations, the best weights taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from engine.progress import Progress
from engine.train.loop import run_epoch

GAIN = 1e-3  # share of the error by which it must fall to be a gain


class ResponseTask(Protocol):
    """What is trained: a model, the steps of an epoch, the losses of a step, and a copy of all that was learned."""

    model: nn.Module

    def steps(self, epoch: int) -> Iterable[Any]:
        """Perturbations that are learned from together."""

    def losses(self, step: Any) -> dict[str, Tensor]:
        """Parts of the loss of a step; their sum is made smaller."""

    def learned(self) -> Any:
        """A copy of what `take` sets."""

    def take(self, learned: Any) -> None:
        """Set everything learned to such a copy."""


@dataclass
class ResponseFit:
    """A value a loss and epoch; the epoch whose weights were taken (0: none brought a gain); how many there were."""

    history: dict[str, list[float]] = field(default_factory=dict)
    best_epoch: int = 0
    epochs: int = 0
    seconds: float = 0.0


def fit_responses(task: ResponseTask, *, epochs: int, learning_rate: float, fabric, progress: Progress,
                  patience: int = 0, validate: Callable[[], float] | None = None) -> ResponseFit:
    """Train `task.model` in place.

    Parameters
    ----------
    validate
        Error on perturbations that are not learned from, lower is better; asked before the first epoch and
        after each. After `patience` epochs without a gain training ends, and the best weights are taken,
        those of before training among them. Without it all epochs run.

    Raises
    ------
    JobCancelled
        Between two epochs, when `progress.check` says so.
    TrainingDiverged
        When a loss is no number any more.
    """
    started, result = time.monotonic(), ResponseFit()
    optimizer = torch.optim.AdamW(task.model.parameters(), lr=learning_rate)
    _, optimizer = fabric.setup(task.model, optimizer)
    least, best = (validate(), task.learned()) if validate else (0.0, None)
    for epoch in range(epochs):
        losses = run_epoch(task, epoch, optimizer, fabric)
        result.epochs = epoch + 1
        if validate:
            losses["held_out"] = validate()
            if losses["held_out"] < least * (1 - GAIN):
                least, best, result.best_epoch = losses["held_out"], task.learned(), epoch + 1
        for name, value in losses.items():
            result.history.setdefault(name, []).append(value)
        progress.step((epoch + 1) / epochs, epoch=epoch + 1, **losses)
        progress.check()
        if validate and result.epochs - result.best_epoch >= patience:
            break
    if validate:
        task.take(best)
    result.seconds = time.monotonic() - started
    return result


def batches(numbers: np.ndarray, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Numbers in a drawn order, `size` at a time, the parts of like size."""
    return np.array_split(rng.permutation(numbers), max(1, -(-len(numbers) // size)))

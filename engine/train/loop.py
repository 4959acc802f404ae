"""The training loop: epochs, checkpoints, cancel, losses; it knows no model."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from engine.params import TrainParams
from engine.progress import Progress
from engine.train.checkpoint import load_checkpoint, save_checkpoint

CHECKPOINT_SECONDS = 5.0
VALIDATIONS = 15  # measurements of the held-out edges over a run, for the curve


class Task(Protocol):
    """What the loop trains: a model, its losses of an epoch, its output."""

    model: nn.Module

    def losses(self, epoch: int) -> dict[str, Tensor]:
        """Parts of the loss of an epoch; their sum is made smaller."""

    def output(self) -> list[np.ndarray]:
        """What the model gives now, without gradient; an array per dataset."""


@dataclass
class Fit:
    """What a run leaves: a value a loss and epoch, and how long an epoch took (median, seconds)."""

    history: dict[str, list[float]] = field(default_factory=dict)
    epoch_seconds: float = 0.0
    resumed_from: int = 0


def fit(task: Task, params: TrainParams, *, fabric, checkpoint: Path, progress: Progress,
        validate: Callable[[list[np.ndarray]], float | None]) -> Fit:
    """Train `task.model` in place for `params.epochs` epochs with Adam, from its last checkpoint if there is one.

    `validate` measures the output now and then for the curve; nothing is chosen by it.

    Raises
    ------
    JobCancelled
        Between two epochs, when `progress.check` says so; the checkpoint stays.
    """
    optimizer = torch.optim.Adam(task.model.parameters(), lr=params.learning_rate)
    model, optimizer = fabric.setup(task.model, optimizer)
    result = _resume(Fit(), checkpoint, model, optimizer, fabric, progress)
    seconds, saved = [], time.monotonic()
    every = max(1, params.epochs // VALIDATIONS)
    for epoch in range(result.resumed_from, params.epochs):
        started = time.monotonic()
        losses = _epoch(task, epoch, optimizer, fabric)
        seconds.append(time.monotonic() - started)
        measure = epoch % every == 0 or epoch + 1 == params.epochs
        losses["validation_auc"] = validate(task.output()) if measure else None
        _record(result.history, epoch, losses)
        known = {name: value for name, value in losses.items() if value is not None}
        progress.step((epoch + 1) / params.epochs, epoch=epoch + 1, **known)
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            save_checkpoint(checkpoint, epoch=epoch + 1, model=model, optimizer=optimizer, history=result.history)
            saved = time.monotonic()
        progress.check()
    result.epoch_seconds = float(np.median(seconds)) if seconds else 0.0
    return result


def _resume(result: Fit, checkpoint: Path, model, optimizer, fabric, progress: Progress) -> Fit:
    state = load_checkpoint(checkpoint, fabric.device)
    if state is None:
        return result
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    result.history, result.resumed_from = state["history"], state["epoch"]
    progress.log(f"Resumed from epoch {state['epoch']}")
    return result


def _epoch(task: Task, epoch: int, optimizer, fabric) -> dict[str, float | None]:
    task.model.train()
    with _deterministic():
        parts = task.losses(epoch)
        total = torch.stack(list(parts.values())).sum()
        optimizer.zero_grad()
        fabric.backward(total)
        optimizer.step()
    values = torch.stack([total, *parts.values()]).tolist()
    return dict(zip(["total", *parts], values, strict=True))


def _record(history: dict[str, list[float]], epoch: int, losses: dict[str, float | None]) -> None:
    for name, value in {"epoch": epoch + 1, **losses}.items():
        history.setdefault(name, []).append(value)


@contextmanager
def _deterministic():
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)

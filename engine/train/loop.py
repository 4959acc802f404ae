"""The training loop: epochs of steps, checkpoints, cancel, early stop, losses; it knows no model."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import TrainingDiverged
from engine.params import TrainParams
from engine.progress import Progress
from engine.train.checkpoint import load_checkpoint, save_checkpoint

CHECKPOINT_SECONDS = 5.0
VALIDATIONS = 20  # looks at the edges to stop by over a whole run
GAIN = 0.001  # a smaller rise of the AUC is none
LEAST_RATE = 0.05  # of the learning rate, at the end of a falling schedule


class Task(Protocol):
    """What the loop trains: a model, the steps of an epoch, the losses of a step, its output."""

    model: nn.Module

    def groups(self, learning_rate: float, decoder_rate: float) -> list[dict]:
        """Parameters for the optimiser, with their learning rates."""

    def steps(self, epoch: int) -> Iterable[Any]:
        """What is learned from in an epoch, a step of the optimiser each."""

    def losses(self, step: Any) -> dict[str, Tensor]:
        """Parts of the loss of a step; their sum is made smaller."""

    def output(self) -> list[np.ndarray]:
        """What the model gives now, without gradient; an array per dataset."""


@dataclass
class Fit:
    """What a run leaves: a value a loss and epoch, and how long an epoch took (median, seconds).

    `best` is the highest validation seen and `stale` how many looks ago; `weights` those of then.
    """

    history: dict[str, list[float]] = field(default_factory=dict)
    epoch_seconds: float = 0.0
    resumed_from: int = 0
    best: float = -math.inf
    stale: int = 0
    weights: dict[str, Tensor] | None = None


def fit(task: Task, params: TrainParams, *, fabric, checkpoint: Path, progress: Progress,
        validate: Callable[[list[np.ndarray]], float | None]) -> Fit:
    """Train `task.model` in place with Adam, from its last checkpoint if there is one.

    `validate` looks at the output now and then; when `params.patience` looks brought no gain, training
    ends, and the best weights are taken.

    Raises
    ------
    JobCancelled
        Between two epochs, when `progress.check` says so; the checkpoint stays.
    TrainingDiverged
        When a loss is no number any more; the last good checkpoint stays.
    """
    optimizer = torch.optim.Adam(task.groups(params.learning_rate, params.decoder_rate))
    model, optimizer = fabric.setup(task.model, optimizer)
    rates = [group["lr"] for group in optimizer.param_groups]
    result = _resume(checkpoint, model, optimizer, fabric, progress)
    seconds, saved = [], time.monotonic()
    every = max(1, params.epochs // VALIDATIONS)
    for epoch in range(result.resumed_from, params.epochs):
        if params.patience and result.stale >= params.patience:
            progress.log(f"Stopped after {epoch} epochs: the edges to stop by told of no gain any more.")
            break
        started = time.monotonic()
        _set_rates(optimizer, rates, params, epoch)
        losses = run_epoch(task, epoch, optimizer, fabric)
        seconds.append(time.monotonic() - started)
        look = (epoch + 1) % every == 0 or epoch + 1 == params.epochs
        losses["validation_auc"] = _look(result, task, model, fabric, validate, params) if look else None
        _record(result.history, epoch, losses)
        known = {name: value for name, value in losses.items() if value is not None}
        progress.step((epoch + 1) / params.epochs, epoch=epoch + 1, **known)
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            save_checkpoint(checkpoint, epoch=epoch + 1, model=model, optimizer=optimizer, fit=result)
            saved = time.monotonic()
        progress.check()
    if result.weights is not None:
        model.load_state_dict(result.weights)
    result.epoch_seconds = float(np.median(seconds)) if seconds else 0.0
    return result


def _resume(checkpoint: Path, model, optimizer, fabric, progress: Progress) -> Fit:
    state = load_checkpoint(checkpoint, fabric.device)
    if state is None:
        return Fit()
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    progress.log(f"Resumed from epoch {state['epoch']}")
    return Fit(state["history"], resumed_from=state["epoch"], best=state["best"], stale=state["stale"],
               weights=state["weights"])  # fmt: skip


def _set_rates(optimizer, rates: list[float], params: TrainParams, epoch: int) -> None:
    share = 1.0
    if params.schedule == "falling":
        share = LEAST_RATE + (1 - LEAST_RATE) * (1 + math.cos(math.pi * epoch / params.epochs)) / 2
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        group["lr"] = rate * share


def run_epoch(task: Task, epoch: int, optimizer, fabric) -> dict[str, float | None]:
    """Mean of every loss over the steps of an epoch."""
    task.model.train()
    found = []
    with _deterministic():
        for step in task.steps(epoch):
            with fabric.autocast():
                parts = task.losses(step)
                total = torch.stack(list(parts.values())).sum()
            values = torch.stack([total, *parts.values()]).tolist()
            _need_numbers(dict(zip(["total", *parts], values, strict=True)), epoch)
            optimizer.zero_grad()
            fabric.backward(total)
            optimizer.step()
            found.append(values)
    return dict(zip(["total", *parts], np.mean(found, axis=0).tolist(), strict=True))


def _need_numbers(losses: dict[str, float], epoch: int) -> None:
    wrong = [name for name, value in losses.items() if name != "total" and not math.isfinite(value)]
    if wrong or not math.isfinite(losses["total"]):
        raise TrainingDiverged(
            f"Training broke down in epoch {epoch + 1}: the loss of {' and '.join(wrong) or 'all'} was expected to be "
            "a number and is none any more. The last good checkpoint is kept. Choose a lower learning rate, or a "
            "higher temperature, and start again."
        )


def _look(result: Fit, task: Task, model, fabric, validate, params: TrainParams) -> float | None:
    with fabric.autocast():
        value = validate(task.output())
    if value is None or not params.patience:
        return value
    if value > result.best + GAIN:
        result.best, result.stale = value, 0
        result.weights = copy.deepcopy(model.state_dict())
    else:
        result.stale += 1
    return value


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

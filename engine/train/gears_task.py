"""The network after GEARS as a task for the loop: means of perturbations, or cells drawn of them."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from engine.models.gears import Gears, autofocus, direction
from engine.params import GearsParams
from engine.train.responses import batches

Draw = Callable[[np.ndarray, np.random.Generator], np.ndarray]


class GearsTask:
    """The training.

    Parameters
    ----------
    mix
        What `Gears` takes of each perturbation, float32 (n_perturbations, n_genes).
    change
        Float32 (n_perturbations, n_out), in units of its spread, NaN where it does not count.
    train
        Numbers of the perturbations that are learned from.
    draw
        Change by one cell of each of some perturbations, in the same form; None learns from the means.
    """

    def __init__(self, model: Gears, mix: np.ndarray, change: np.ndarray, weight: np.ndarray, train: np.ndarray,
                 params: GearsParams, *, draw: Draw | None = None) -> None:
        self.model, self._mix, self._change, self._weight = model, mix, change, weight
        self._train, self._params, self._draw = train, params, draw

    def steps(self, epoch: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Perturbations in a drawn order, a batch at a time, with the change to learn."""
        rng = np.random.default_rng([self._params.seed, epoch])
        parts = batches(self._train, self._params.batch, rng)
        return [(part, self._draw(part, rng) if self._draw else self._change[part]) for part in parts]

    def losses(self, step: tuple[np.ndarray, np.ndarray]) -> dict[str, Tensor]:
        """Autofocus and direction."""
        numbers, change = step
        found = self._forward(numbers)
        true = torch.as_tensor(change, device=found.device)
        weight = torch.as_tensor(self._weight[numbers], device=found.device)[:, None] * ~true.isnan()
        true, total = true.nan_to_num(), weight.sum().clamp(min=1e-8)
        return {"focus": (weight * autofocus(found, true)).sum() / total,
                "direction": self._params.direction_weight * (weight * direction(found, true)).sum() / total}

    @torch.no_grad()
    def predict(self, numbers: np.ndarray) -> np.ndarray:
        """Change by some perturbations, float32 (len(numbers), n_out), in units of the spread."""
        self.model.eval()
        parts = np.array_split(numbers, max(1, -(-len(numbers) // self._params.batch)))
        return np.concatenate([self._forward(part).float().cpu().numpy() for part in parts])

    def learned(self) -> dict:
        """A copy of the weights."""
        return copy.deepcopy(self.model.state_dict())

    def take(self, learned: dict) -> None:
        """Set them."""
        self.model.load_state_dict(learned)

    def _forward(self, numbers: np.ndarray) -> Tensor:
        return self.model(torch.as_tensor(self._mix[numbers], device=self.model.bias.device))

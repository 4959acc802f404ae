"""GRAPE as tasks for the loop: alignment of its two views of a gene, then what perturbations change."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import huber_loss

from engine.models.grape.features import info_nce
from engine.models.grape.model import Grape
from engine.params import GrapeParams
from engine.train.responses import batches

ALIGNED = 512  # genes told from each other in a step of alignment
REFRESH = 10  # epochs after which the pairs of the graphs are chosen anew


@dataclass(frozen=True)
class Responses:
    """What is learned: nodes knocked out by each perturbation, and what it changes.

    `change` is float32 (n_perturbations, n_genes) in units of its spread, NaN where it does not count; `weight`
    float32 (n_perturbations,), mean 1.
    """

    knocked_out: list[list[int]]
    change: np.ndarray
    weight: np.ndarray


class AlignmentTask:
    """The pre-training: text and sequence of a gene brought together, those of other genes kept apart (eq. 1)."""

    def __init__(self, model: Grape, params: GrapeParams) -> None:
        self.model, self._params = model.views, params
        both = model.views.known(0) & model.views.known(1)
        self._genes = both.nonzero().ravel().cpu().numpy()

    def steps(self, epoch: int) -> list[np.ndarray]:
        """Genes with both views, in parts."""
        rng = np.random.default_rng([self._params.seed, epoch, 1])
        return batches(self._genes, ALIGNED, rng) if len(self._genes) > 1 else []

    def losses(self, step: np.ndarray) -> dict[str, Tensor]:
        """InfoNCE among the genes of a step."""
        genes = torch.as_tensor(step, device=self.model.known(0).device)
        a, b = (self.model.of(m, genes) for m in (0, 1))
        return {"alignment": info_nce(a, b, self._params.temperature)}

    def learned(self) -> dict:
        """Weights of the projections."""
        return copy.deepcopy(self.model.state_dict())

    def take(self, learned: dict) -> None:
        """Set them."""
        self.model.load_state_dict(learned)


class GrapeTask:
    """The training proper.

    Parameters
    ----------
    responses
        Of all perturbations, those held out too.
    train
        Numbers of those that are learned from.
    """

    def __init__(self, model: Grape, responses: Responses, train: np.ndarray, params: GrapeParams) -> None:
        self.model, self._responses, self._train, self._params = model, responses, train, params
        self.chosen = model.select()

    def steps(self, epoch: int) -> list[np.ndarray]:
        """Perturbations in a drawn order, a batch at a time; now and then the graphs are chosen anew before."""
        if epoch and epoch % REFRESH == 0:
            self.chosen = self.model.select()
        return batches(self._train, self._params.batch, np.random.default_rng([self._params.seed, epoch]))

    def losses(self, step: np.ndarray) -> dict[str, Tensor]:
        """MSE and Huber on the change, and λ₁ · ‖A′ − A‖² (eq. 14 to 18)."""
        found, departure = self._forward(step)
        true = torch.as_tensor(self._responses.change[step], device=found.device)
        weight = torch.as_tensor(self._responses.weight[step], device=found.device)[:, None] * ~true.isnan()
        true, total = true.nan_to_num(), weight.sum().clamp(min=1e-8)
        huber = (weight * huber_loss(found, true, reduction="none")).sum() / total
        parts = {"mse": (weight * (found - true).square()).sum() / total, "huber": self._params.huber_weight * huber}
        return parts | ({"structure": self._params.structure_weight * departure} if self._params.hops else {})

    @torch.no_grad()
    def predict(self, numbers: np.ndarray) -> np.ndarray:
        """Change by some perturbations, float32 (len(numbers), n_genes), in units of the spread."""
        self.model.eval()
        parts = [self._forward(part)[0].float().cpu().numpy()
                 for part in np.array_split(numbers, max(1, -(-len(numbers) // self._params.batch)))]  # fmt: skip
        return np.concatenate(parts)

    def learned(self) -> tuple:
        """Weights, and the pairs of the graphs."""
        return copy.deepcopy(self.model.state_dict()), self.chosen

    def take(self, learned: tuple) -> None:
        """Set both."""
        self.model.load_state_dict(learned[0])
        self.chosen = learned[1]

    def _forward(self, numbers: np.ndarray) -> tuple[Tensor, Tensor]:
        sets = [self._responses.knocked_out[p] for p in numbers]
        of = np.repeat(np.arange(len(sets)), [len(genes) for genes in sets])
        device = self.model.types.device
        of, genes = (torch.as_tensor(x, dtype=torch.int64, device=device) for x in (of, np.concatenate(sets)))
        return self.model(self.chosen, of, genes, len(sets))

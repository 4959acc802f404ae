"""GRAPE learned from a screen as a correction to the core, behind a gate, and kept for later clicks."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from engine.errors import InvalidStudy
from engine.params import GrapeParams
from engine.perturb.changes import changes_of, target_mask
from engine.perturb.gate import Gate, gate, open_gate
from engine.perturb.gene_nodes import Nodes, gene_nodes
from engine.perturb.held_out import ROLES, roles
from engine.perturb.trained_grape import Trained, class_of
from engine.progress import Progress, Span
from engine.types import GeneKnowledge, Screen, targets_of

FEWEST = 20  # perturbations that a screen must have
CLASSES = {"single": "single genes", "pair": "pairs"}


def train_grape(screen: Screen, known: GeneKnowledge, params: GrapeParams, *, seen: np.ndarray,
                also: Sequence[str] = (), progress: Progress | None = None, device: str = "auto") -> Trained:
    """Learn what the core leaves over, see on held-out perturbations whether that helps, and learn again from all.

    Parameters
    ----------
    seen
        What the core tells of each perturbation of the screen without having seen it, (n_perturbations, n_genes): the
        left-out predictions of `Core.predict`. What there is to correct is then as large as for a gene that was never
        screened, and not what is left after a fit.
    also
        Genes that will be asked for and are neither measured nor perturbed.

    Raises
    ------
    InvalidStudy
        When the screen has too few perturbations, or no gene of it has the features asked for.
    """
    started, progress = time.monotonic(), progress or Progress()
    _need_enough(screen)
    nodes = gene_nodes(screen, known, params, also=also)
    residual = np.where(target_mask(screen.names, screen.genes), np.nan, screen.delta - seen).astype(np.float32)
    learned = _learn(screen, residual, nodes, params, progress, device)
    learned.facts["seconds"] = round(time.monotonic() - started, 1)
    return learned


def _learn(screen: Screen, residual: np.ndarray, nodes: Nodes, params: GrapeParams, progress: Progress,
           device: str) -> Trained:
    from engine.train.device import describe, make_fabric
    from engine.train.grape_task import GrapeTask
    from engine.train.responses import fit_responses

    fabric, role = make_fabric(device), roles(screen.names, params.held_out, params.seed)
    train, stop, out = (np.flatnonzero(role == name) for name in ROLES)
    progress.device(describe(fabric))
    scale = float(np.sqrt(np.nanmean(np.square(residual)))) or 1.0
    responses = _responses(screen, residual, scale, nodes)
    model = _aligned(nodes, len(screen.genes), params, fabric, Span(progress, 0.0, 0.05))
    start = copy.deepcopy(model.state_dict())

    def fit(numbers: np.ndarray, epochs: int, span: Span, patience: int = 0):
        model.load_state_dict(start)
        task = GrapeTask(model, responses, numbers, params)
        return task, fit_responses(task, epochs=epochs, learning_rate=params.learning_rate, patience=patience,
                                   fabric=fabric, progress=span,
                                   validate=(lambda: _error(task, responses, stop)) if patience else None)  # fmt: skip

    progress.stage("Training", 0.05)
    task, found = fit(train, params.epochs, Span(progress, 0.05, 0.5), params.patience)
    gates = (_gates(screen.names, residual, task, out, scale) if params.gate == "held out" else
             dict.fromkeys(CLASSES, open_gate(len(out))))
    for one in gates.values():
        progress.log(one.says)
    refit = any(one.strength for one in gates.values())
    if refit:
        progress.stage("Training on all", 0.5)
        task, _ = fit(np.arange(len(screen.names)), found.best_epoch, Span(progress, 0.5, 1.0))
    facts = {"features": nodes.sources, "gates": {name: asdict(one) for name, one in gates.items()},
             "epoch": found.best_epoch, "epochs": found.epochs, "refit": refit, "history": found.history,
             "n_edges": int(task.chosen.pairs.shape[1]), "params": asdict(params)}  # fmt: skip
    return _kept(task, screen, nodes, scale, facts)


def _aligned(nodes: Nodes, n_out: int, params: GrapeParams, fabric, progress: Progress):
    """A network whose two views of a gene, where there are two, were brought together."""
    import torch

    from engine.models.grape.model import Grape
    from engine.train.grape_task import AlignmentTask
    from engine.train.responses import fit_responses

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(params.seed)
        model = Grape([torch.as_tensor(x) for x in nodes.raw], [torch.as_tensor(x) for x in nodes.known],
                      torch.as_tensor(nodes.types), n_out, params)  # fmt: skip
    model.to(fabric.device)
    if len(nodes.raw) > 1 and np.sum(nodes.known[0] & nodes.known[1]) > 1:
        progress.stage("Alignment", 0.0)
        fit_responses(AlignmentTask(model, params), epochs=params.alignment_epochs, fabric=fabric, progress=progress,
                      learning_rate=params.learning_rate)  # fmt: skip
    return model


def _responses(screen: Screen, residual: np.ndarray, scale: float, nodes: Nodes):
    """What is learned, each perturbation weighted by how sure its change is."""
    from engine.train.grape_task import Responses

    change, noise = residual / scale, changes_of(screen, screen.names).noise / scale**2
    real = np.median(np.nanmean(np.square(change), axis=1)) - np.median(noise)
    weight = 1 / (noise + max(real, 0.01))
    knocked_out = [[nodes.number[gene] for gene in targets_of(name)] for name in screen.names]
    return Responses(knocked_out, change, (weight / weight.mean()).astype(np.float32))


def _error(task, responses, numbers: np.ndarray) -> float:
    """Mean square error over perturbations, by their weights."""
    square = np.nanmean(np.square(task.predict(numbers) - responses.change[numbers]), axis=1)
    return float(np.average(square, weights=responses.weight[numbers]))


def _gates(names: list[str], residual: np.ndarray, task, numbers: np.ndarray, scale: float) -> dict[str, Gate]:
    found = {}
    for kind, words in CLASSES.items():
        which = np.array([p for p in numbers if class_of(names[p]) == kind], int)
        told = task.predict(which) * scale if len(which) else residual[which]
        found[kind] = gate(residual[which], told, what=words)
    return found


def _kept(task, screen: Screen, nodes: Nodes, scale: float, facts: dict[str, Any]) -> Trained:
    import torch

    model = task.model.eval()
    with torch.no_grad():
        views, _, fused = model.vectors()
        weight, _ = model.structure(views, fused, task.chosen)
    state = {name: value.cpu().numpy() for name, value in model.response.state_dict().items()}
    return Trained(nodes.genes, tuple(screen.genes.tolist()), np.any(nodes.known, axis=0), fused.cpu().numpy(),
                   task.chosen.pairs.cpu().numpy().astype(np.int32), weight.cpu().numpy(), nodes.types.astype(np.int8),
                   state, scale, facts)  # fmt: skip


def _need_enough(screen: Screen) -> None:
    if len(screen.names) < FEWEST:
        raise InvalidStudy(f"GRAPE needs a screen of at least {FEWEST} perturbations, and this one has "
                           f"{len(screen.names)}. Use the core, or a larger screen.")  # fmt: skip

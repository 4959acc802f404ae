"""GRAPE learned from a screen as a correction to the core, behind a gate, and kept for later clicks."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from engine.errors import InvalidStudy
from engine.params import GrapeParams
from engine.perturb.gate import Gate, gate
from engine.perturb.gene_nodes import Nodes, gene_nodes
from engine.perturb.held_out import Predict, left_out, roles
from engine.progress import Progress, Span
from engine.types import GeneKnowledge, Screen
from engine.types.perturbations import targets_of

FOLDS = 5
FEWEST = 20  # perturbations that a screen must have
CLASSES = {"single": "single genes", "pair": "pairs"}


@dataclass(frozen=True)
class Trained:
    """A trained GRAPE, without what it was trained on.

    `nodes` are the genes of its graph, the first of them, those of `genes`, with a change told; `linked` those of the
    nodes that have features. `vectors` float32 (n_nodes, n_hidden), `pairs` int32 (2, n_pairs) and `weight` float32
    (n_pairs,) are the learned graph, `types` 0 or 1 a node; `state` the weights of the layers. Of `facts`: features
    (modality → source, n_known), gates (class → strength, core and both: root mean square errors on held-out
    perturbations, n, says), epoch, epochs, seconds, refit, n_edges, history, params.
    """

    nodes: tuple[str, ...]
    genes: tuple[str, ...]
    linked: np.ndarray
    vectors: np.ndarray
    pairs: np.ndarray
    weight: np.ndarray
    types: np.ndarray
    state: dict[str, np.ndarray]
    scale: float
    facts: dict[str, Any] = field(compare=False)

    @property
    def strength(self) -> dict[str, float]:
        """How much of the correction is added, 0 to 1, for a single and for a pair."""
        return {name: found["strength"] for name, found in self.facts["gates"].items()}

    def knows(self, name: str) -> bool:
        """Whether every gene of a perturbation is in the graph and has features."""
        return all(gene in self._number for gene in targets_of(name))

    def correction(self, names: Sequence[str]) -> np.ndarray:
        """What is added to the core's change, float32 (n_names, n_genes).

        0 where the gate is shut, for a perturbation that `knows` denies, and at the perturbed genes.
        """
        found = np.zeros((len(names), len(self.genes)), np.float32)
        asked = [i for i, name in enumerate(names) if self.strength[_class_of(name)] and self.knows(name)]
        sets = [[self._number[gene] for gene in targets_of(names[i])] for i in asked]
        for start in range(0, len(asked), 64):
            found[asked[start : start + 64]] = self._change(sets[start : start + 64])
        for i, targets in zip(asked, sets, strict=True):
            found[i] *= self.strength[_class_of(names[i])]
            found[i, [t for t in targets if t < len(self.genes)]] = 0
        return found

    def predict(self, names: Sequence[str], core: np.ndarray) -> np.ndarray:
        """Change, float32 (n_names, n_genes), from what the core predicts of the same perturbations."""
        return (core + self.correction(names)).astype(np.float32)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """As plain arrays, to be kept with an AnnData."""
        named = {name: np.array(getattr(self, name)) for name in ("nodes", "genes", "linked", "vectors", "pairs",
                                                                  "weight", "types")}  # fmt: skip
        state = {f"state {name.replace('.', ' ')}": value for name, value in self.state.items()}
        return {**named, **state, "scale": np.array([self.scale]), "facts": np.array([json.dumps(self.facts)])}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Trained:
        """From what `to_arrays` gave."""
        state = {name.removeprefix("state ").replace(" ", "."): np.asarray(value)
                 for name, value in arrays.items() if name.startswith("state ")}  # fmt: skip
        nodes, genes = (tuple(str(gene) for gene in arrays[name]) for name in ("nodes", "genes"))
        rest = {name: np.asarray(arrays[name]) for name in ("linked", "vectors", "pairs", "weight", "types")}
        return cls(nodes, genes, **rest, state=state, scale=float(arrays["scale"][0]),
                   facts=json.loads(str(arrays["facts"][0])))  # fmt: skip

    @cached_property
    def _number(self) -> dict[str, int]:
        return {gene: i for i, gene in enumerate(self.nodes) if self.linked[i]}

    @cached_property
    def _network(self):
        import torch

        from engine.models.grape.attention import edges_of
        from engine.models.grape.response import Response

        params = self.facts["params"]
        network = Response(len(self.genes), self.vectors.shape[1], heads=params["heads"], layers=params["layers"])
        network.load_state_dict({name: torch.as_tensor(value) for name, value in self.state.items()})
        pairs, types = (torch.as_tensor(x, dtype=torch.int64) for x in (self.pairs, self.types))
        return network.eval(), edges_of(pairs, torch.as_tensor(self.weight), types)

    def _change(self, sets: list[list[int]]) -> np.ndarray:
        import torch

        network, edges = self._network
        of = torch.as_tensor(np.repeat(np.arange(len(sets)), [len(genes) for genes in sets]))
        with torch.no_grad():
            found = network(torch.as_tensor(self.vectors), edges, of, torch.as_tensor(np.concatenate(sets)), len(sets))
        return found.numpy() * self.scale


def train_grape(screen: Screen, known: GeneKnowledge, params: GrapeParams, *, core_predict: Predict,
                seen: np.ndarray | None = None, also: Sequence[str] = (), progress: Progress | None = None,
                device: str = "auto") -> Trained:
    """Learn what the core leaves over, see on held-out perturbations whether that helps, and learn again from all.

    Parameters
    ----------
    core_predict
        The core; what it leaves over is taken of perturbations that it did not learn from.
    seen
        Its left-out predictions where they are there already, (n_perturbations, n_genes).
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
    progress.stage("Core", 0.0)
    if seen is None:
        seen = left_out(screen, known, core_predict, folds=FOLDS, seed=params.seed, progress=Span(progress, 0.0, 0.1))
    residual = _without_targets(screen, (screen.delta - seen).astype(np.float32))
    learned = _learn(screen, residual, nodes, params, progress, device)
    learned.facts["seconds"] = round(time.monotonic() - started, 1)
    return learned


def _learn(screen: Screen, residual: np.ndarray, nodes: Nodes, params: GrapeParams, progress: Progress,
           device: str) -> Trained:
    from engine.train.device import describe, make_fabric
    from engine.train.grape_task import GrapeTask
    from engine.train.responses import fit_responses

    fabric, role = make_fabric(device), roles(screen.names, params.held_out, params.seed)
    progress.device(describe(fabric))
    scale = float(np.sqrt(np.nanmean(np.square(residual)))) or 1.0
    responses = _responses(screen, residual / scale, nodes)
    model = _aligned(nodes, len(screen.genes), params, fabric, Span(progress, 0.1, 0.15))
    start, numbers = copy.deepcopy(model.state_dict()), {r: np.flatnonzero(role == r) for r in ("train", "stop", "gate")}
    task = GrapeTask(model, responses, numbers["train"], params)
    progress.stage("Training", 0.15)
    fit = fit_responses(task, epochs=params.epochs, learning_rate=params.learning_rate, patience=params.patience,
                        fabric=fabric, progress=Span(progress, 0.15, 0.55),
                        validate=lambda: _error(task, responses, numbers["stop"]))  # fmt: skip
    gates = _gates(screen.names, residual, task, numbers["gate"], scale)
    for found in gates.values():
        progress.log(found.says)
    refit = any(found.strength for found in gates.values())
    if refit:
        progress.stage("Training on all", 0.55)
        model.load_state_dict(start)
        task = GrapeTask(model, responses, np.arange(len(screen.names)), params)
        fit_responses(task, epochs=fit.best_epoch, learning_rate=params.learning_rate, fabric=fabric,
                      progress=Span(progress, 0.55, 1.0))  # fmt: skip
    facts = {"features": nodes.sources, "gates": {name: asdict(found) for name, found in gates.items()},
             "epoch": fit.best_epoch, "epochs": fit.epochs, "refit": refit, "history": fit.history,
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


def _responses(screen: Screen, change: np.ndarray, nodes: Nodes):
    """What is learned, each perturbation weighted by how sure its change is."""
    from engine.train.grape_task import Responses

    spread = np.nanmean(np.square(change), axis=1)
    sure = np.isfinite(screen.se).any(axis=1)
    noise = np.zeros(len(change))
    noise[sure] = np.nanmean(np.square(screen.se[sure]), axis=1)
    unit = np.nanmean(np.square(screen.delta), axis=1)  # noise and change in the same unit, whatever the scale is
    noise = noise * np.divide(spread, unit, out=np.zeros_like(noise), where=unit > 0)
    weight = 1 / np.maximum(noise + max(np.median(spread) - np.median(noise), 1e-3), 1e-3)
    knocked_out = [[nodes.number[gene] for gene in targets_of(name)] for name in screen.names]
    return Responses(knocked_out, change, (weight / weight.mean()).astype(np.float32))


def _error(task, responses, numbers: np.ndarray) -> float:
    """Mean square error over perturbations, by their weights."""
    square = np.nanmean(np.square(task.predict(numbers) - responses.change[numbers]), axis=1)
    return float(np.average(square, weights=responses.weight[numbers]))


def _gates(names: list[str], residual: np.ndarray, task, numbers: np.ndarray, scale: float) -> dict[str, Gate]:
    found = {}
    for kind, words in CLASSES.items():
        which = np.array([p for p in numbers if _class_of(names[p]) == kind], int)
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


def _without_targets(screen: Screen, change: np.ndarray) -> np.ndarray:
    """Changes with NaN at the perturbed genes themselves."""
    column = {gene: i for i, gene in enumerate(screen.genes)}
    for row, name in enumerate(screen.names):
        change[row, [column[gene] for gene in targets_of(name) if gene in column]] = np.nan
    return change


def _class_of(name: str) -> str:
    return "pair" if "+" in name else "single"

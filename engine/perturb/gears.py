"""The network after GEARS learned from a screen; a gene outside its graphs is told by its neighbours, or the mean."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import InvalidStudy
from engine.params import GearsParams
from engine.perturb.changes import target_mask
from engine.perturb.gene_nodes import all_genes
from engine.perturb.held_out import roles
from engine.perturb.neighbours import expression_pairs, kernel_of, nearest, related_pairs
from engine.progress import Progress, Span
from engine.types import GeneKernel, GeneKnowledge, Screen, targets_of

if TYPE_CHECKING:
    from anndata import AnnData

FEWEST = 20
GRAPHS = ("go", "pathways", "network")  # the graph of perturbations, the first that is there


@dataclass(frozen=True)
class TrainedGears:
    """A trained network; `facts` has epoch, epochs, seconds, graphs (which, with how many edges), history, params."""

    genes: np.ndarray
    mixer: Mixer
    model: Any = field(repr=False)
    scale: float
    facts: dict[str, Any] = field(compare=False)

    def predict(self, names: Sequence[str]) -> np.ndarray:
        """Change, float32 (n_names, n_genes)."""
        import torch

        mix = self.mixer.of(names)
        with torch.no_grad():
            parts = [self.model(torch.as_tensor(mix[i : i + 32])) for i in range(0, len(mix), 32)]
        return torch.cat(parts).numpy() * np.float32(self.scale)


@dataclass(frozen=True)
class Mixer:
    """Whose vectors a perturbation has.

    A gene has its own where that was learned, as its perturbation was seen or it has a neighbour in the graph; else
    the mean of the genes most like it; else the mean of the perturbed ones.
    """

    genes: tuple[str, ...]
    perturbed: np.ndarray
    placed: np.ndarray
    kernel: GeneKernel | None
    neighbours: int

    def of(self, names: Sequence[str]) -> np.ndarray:
        """Shares of each gene's vector, float32 (n_names, n_genes)."""
        number = {gene: i for i, gene in enumerate(self.genes)}
        found = np.zeros((len(names), len(self.genes)), np.float32)
        for row, name in enumerate(names):
            for gene in targets_of(name):
                for i, share in self._shares(gene, number.get(gene, -1)).items():
                    found[row, i] += share
        return found

    def _shares(self, gene: str, i: int) -> dict[int, float]:
        if i >= 0 and (self.placed[i] or i in self.perturbed):
            return {i: 1.0}
        known = nearest(self.kernel, gene, self.genes, self.neighbours)
        return known or {int(p): 1 / len(self.perturbed) for p in self.perturbed}


def train_gears(screen: Screen, known: GeneKnowledge, params: GearsParams, *, cells: AnnData | None = None,
                progress: Progress | None = None, device: str = "auto") -> TrainedGears:
    """Learn changes themselves; held-out perturbations say for how long, then all are learned from.

    Parameters
    ----------
    cells
        Log expression of perturbed cells, the genes of the screen in `var` and names in `obs["perturbation"]`: what is
        drawn from at the level of cells.

    Raises
    ------
    InvalidStudy
        When there are too few perturbations, or cells are to be drawn and there are none.
    """
    started, progress = time.monotonic(), progress or Progress()
    _need_enough(screen, params, cells)
    genes, kernel = all_genes(screen), kernel_of(known, *GRAPHS)
    graphs = (expression_pairs(screen, genes, known, params.neighbours),
              related_pairs(kernel, genes, params.neighbours))  # fmt: skip
    number = {gene: i for i, gene in enumerate(genes)}
    perturbed = np.unique([number[gene] for name in screen.names for gene in targets_of(name)])
    mixer = Mixer(genes, perturbed, np.isin(np.arange(len(genes)), graphs[1]), kernel, params.neighbours)
    change = np.where(target_mask(screen.names, screen.genes), np.nan, screen.delta).astype(np.float32)
    scale = float(np.sqrt(np.nanmean(np.square(change)))) or 1.0
    draw = _drawn(screen, cells, scale) if params.level == "cell" else None
    model, fit = _learn(screen.names, mixer.of(screen.names), change / scale, graphs, params, draw, progress, device)
    facts = {"epoch": fit.best_epoch, "epochs": fit.epochs, "seconds": round(time.monotonic() - started, 1),
             "graphs": {"expression": graphs[0].shape[1], kernel.name if kernel else "none": graphs[1].shape[1]},
             "history": fit.history, "params": asdict(params)}  # fmt: skip
    return TrainedGears(screen.genes, mixer, model, scale, facts)


def _learn(names: list[str], mix: np.ndarray, change: np.ndarray, graphs: tuple[np.ndarray, np.ndarray],
           params: GearsParams, draw, progress: Progress, device: str):
    """The network learned from all perturbations, for as long as those held out said was good."""
    from engine.train.device import make_fabric
    from engine.train.gears_task import GearsTask
    from engine.train.responses import fit_responses

    fabric, role = make_fabric(device), roles(names, params.held_out, params.seed)
    weight, stop = np.ones(len(names), np.float32), np.flatnonzero(role == "stop")

    def fit(train: np.ndarray, epochs: int, span: Span, patience: int = 0):
        mean = np.nanmean(change[train], axis=0)
        model = _network(mix.shape[1], mean, graphs, params).to(fabric.device)
        task = GearsTask(model, mix, change, weight, train, params, draw=draw)
        return task, fit_responses(task, epochs=epochs, learning_rate=params.learning_rate, patience=patience,
                                   fabric=fabric, progress=span,
                                   validate=(lambda: _error(task, change, stop)) if patience else None)  # fmt: skip

    progress.stage("Training", 0.0)
    _, found = fit(np.flatnonzero(role != "stop"), params.epochs, Span(progress, 0.0, 0.5), params.patience)
    progress.stage("Training on all", 0.5)
    task, _ = fit(np.arange(len(names)), found.best_epoch, Span(progress, 0.5, 1.0))
    return task.model.cpu().eval(), found


def _error(task, change: np.ndarray, numbers: np.ndarray) -> float:
    return float(np.nanmean(np.square(task.predict(numbers) - change[numbers])))


def _network(n_genes: int, mean: np.ndarray, graphs: tuple[np.ndarray, np.ndarray], params: GearsParams):
    import torch

    from engine.models.gears import Gears

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(params.seed)
        alike, related = (torch.as_tensor(pairs) for pairs in graphs)
        mean = torch.as_tensor(np.nan_to_num(mean).astype(np.float32))
        return Gears(n_genes, mean, params.n_hidden, alike=alike, related=related)


def _drawn(screen: Screen, cells: AnnData, scale: float):
    """Draws a cell of each of some perturbations: its change against the control mean, targets left out."""
    rows = cells.obs.reset_index(drop=True).groupby("perturbation", observed=True).indices
    mask, control = target_mask(screen.names, screen.genes), screen.control

    def draw(numbers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        chosen = [rng.choice(rows[screen.names[p]]) for p in numbers]
        x = cells.X[chosen]
        x = (x.toarray() if hasattr(x, "toarray") else np.asarray(x)) - control
        return np.where(mask[numbers], np.nan, x / scale).astype(np.float32)

    return draw


def _need_enough(screen: Screen, params: GearsParams, cells: AnnData | None) -> None:
    if len(screen.names) < FEWEST:
        raise InvalidStudy(f"The network after GEARS needs a screen of at least {FEWEST} perturbations, and this one "
                           f"has {len(screen.names)}. Use the core, or a larger screen.")  # fmt: skip
    if params.level == "cell" and cells is None:
        raise InvalidStudy("To learn from cells, the cells of the screen are needed, and only the means of its "
                           "perturbations are here. Give the cells, or learn from the means.")  # fmt: skip
    if params.level == "cell" and cells.var_names.tolist() != screen.genes.tolist():
        raise InvalidStudy(f"The cells must have the {len(screen.genes)} genes of the screen in its order, and have "
                           f"{cells.n_vars}, or others. Give the cells that the screen was made of.")  # fmt: skip

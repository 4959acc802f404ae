"""MuSe-GNN: from networks to vectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidStudy
from engine.graph.split import EdgeSplit
from engine.methods.memory import need_memory
from engine.methods.rewired import rewired
from engine.methods.trained import Trained
from engine.methods.validation import Validation
from engine.metrics.overlap import NeighbourBits
from engine.params import EmbedParams
from engine.progress import Progress
from engine.types import GeneGraph

if TYPE_CHECKING:
    from engine.train.muse_task import MuseTask


def train_muse(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str,
               checkpoint: Path, progress: Progress) -> Trained:
    """Train MuSe-GNN on the networks of a study.

    Raises
    ------
    InvalidStudy
        When a dataset shares no gene with any other, or has no edge.
    DeviceUnavailable
        When the device is not there.
    MemoryShort
        When this machine has no room for it.
    TrainingDiverged
        When a loss is no number any more.
    """
    from engine.train.device import describe, make_fabric
    from engine.train.loop import fit

    fabric = make_fabric(device)
    progress.device(describe(fabric))
    task = muse_task(graphs, splits, params, fabric)
    untrained = task.output()
    stop_by = Validation.of(graphs, splits, seed=params.training.seed)
    run = fit(task, params.training, fabric=fabric, checkpoint=checkpoint, progress=progress, validate=stop_by.auc)
    return Trained(task.output(), describe(fabric), untrained, run.history, run.epoch_seconds)


def untrained_muse(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str,
                   checkpoint: Path, progress: Progress) -> Trained:
    """The vectors of MuSe-GNN with its first weights."""
    from engine.train.device import describe, make_fabric

    fabric = make_fabric(device)
    return Trained(muse_task(graphs, splits, params, fabric).output(), describe(fabric))


def muse_task(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, fabric) -> MuseTask:
    """Model and data of a study, on the device."""
    from engine.graph.to_torch import graph_tensors
    from engine.train.device import free_bytes
    from engine.train.muse_task import MuseTask

    model, training = params.model, params.training
    _need_edges(graphs, splits)
    _need_company(graphs)
    need_memory([graph.n_genes for graph in graphs], [len(split.kept) for split in splits],
                [graph.adata.n_vars for graph in graphs], params, free=free_bytes(fabric))  # fmt: skip
    tensors, edges = [], []
    for i, (graph, split) in enumerate(zip(graphs, splits, strict=True)):
        learned = rewired(graph, split, seed=(training.seed, i)) if training.wiring == "rewired" else graph
        kept = np.arange(learned.edges.shape[1]) if training.wiring == "rewired" else split.kept
        edges.append(learned.edges[:, kept])
        made = graph_tensors(learned, kept, components=model.components, signed=model.signs == "kept")
        tensors.append(made.to(fabric.device))
    shared = NeighbourBits(edges, [graph.genes for graph in graphs])
    task = MuseTask(tensors, shared.jaccard, model, stack_of=stacks(graphs, model.sharing),
                    pairwise=training.step_of == "pair", seed=training.seed)  # fmt: skip
    fabric.to_device(task.model)
    return task


def stacks(graphs: list[GeneGraph], sharing: str) -> list[int]:
    """Number of the stack of each dataset: one for all, one a modality, or one each."""
    kind = {"one": lambda _: "", "modality": lambda graph: graph.facts["modality"], "none": lambda graph: graph.name}
    names = [kind[sharing](graph) for graph in graphs]
    return [sorted(set(names)).index(name) for name in names]


def _need_edges(graphs: list[GeneGraph], splits: list[EdgeSplit]) -> None:
    empty = [f"'{graph.name}'" for graph, split in zip(graphs, splits, strict=True) if not len(split.kept)]
    if empty:
        raise InvalidStudy(
            f"Every dataset needs co-expressed genes to learn from, and the network of {', '.join(empty)} has no edge. "
            "Add cells, raise the largest p of an edge, or leave the dataset out."
        )


def _need_company(graphs: list[GeneGraph]) -> None:
    found: dict[str, set[int]] = {}
    for i, graph in enumerate(graphs):
        for gene in graph.genes:
            found.setdefault(gene, set()).add(i)
    social = {i for where in found.values() if len(where) > 1 for i in where}
    lonely = [graph for i, graph in enumerate(graphs) if i not in social]
    if lonely:
        names = ", ".join(f"'{graph.name}' (such as {', '.join(graph.genes[:3])})" for graph in lonely)
        raise InvalidStudy(
            f"Every dataset must share genes with another, and {names} shares none. "
            "Keep more genes per dataset, or check that all files name genes in the same way: symbols or Ensembl, "
            "one species."
        )

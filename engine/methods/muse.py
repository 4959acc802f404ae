"""MuSe-GNN: from networks to vectors."""

from __future__ import annotations

from collections.abc import Sequence
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
    """Model and data of a study, on the device; graphs are gone through twice, what is kept of them is small."""
    from engine.graph.to_torch import graph_tensors
    from engine.train.device import free_bytes
    from engine.train.muse_task import MuseTask

    model, training = params.model, params.training
    tensors, edges = [], []
    facts, genes, n_cells = zip(*((graph.facts, graph.genes, graph.adata.n_vars) for graph in graphs), strict=True)
    names, n_genes = [fact["dataset"] for fact in facts], [len(own) for own in genes]
    n_edges = [len(split.kept) for split in splits]
    _need_company(names, genes)
    _need_edges(names, n_edges)
    need_memory(n_genes, n_edges, list(n_cells), params, free=free_bytes(fabric))
    for i, (graph, split) in enumerate(zip(graphs, splits, strict=True)):
        learned, kept = graph, split.kept
        if training.wiring == "rewired":
            learned = rewired(graph, split, seed=(training.seed, i))
            kept = np.arange(learned.edges.shape[1])
        made = graph_tensors(learned, kept, components=model.components, signed=model.signs == "kept")
        tensors.append(made.to(fabric.device))
        edges.append(learned.edges[:, kept].astype(np.int32))
    shared = NeighbourBits(edges, list(genes))
    task = MuseTask(tensors, shared.jaccard, model, stack_of=stacks(facts, model.sharing),
                    pairwise=training.step_of == "pair", seed=training.seed)  # fmt: skip
    fabric.to_device(task.model)
    return task


def stacks(facts: Sequence[dict], sharing: str) -> list[int]:
    """Number of the stack of each dataset: one for all, one a modality, or one each."""
    key = {"one": None, "modality": "modality", "none": "dataset"}[sharing]
    names = [fact[key] if key else "" for fact in facts]
    return [sorted(set(names)).index(name) for name in names]


def _need_edges(names: list[str], n_edges: list[int]) -> None:
    empty = [f"'{name}'" for name, n in zip(names, n_edges, strict=True) if not n]
    if empty:
        raise InvalidStudy(
            f"Every dataset needs co-expressed genes to learn from, and the network of {', '.join(empty)} has no edge. "
            "Add cells, raise the largest p of an edge, or leave the dataset out."
        )


def _need_company(names: list[str], genes: Sequence[np.ndarray]) -> None:
    found, seen_in = np.unique(np.concatenate(genes), return_counts=True)
    shared = set(found[seen_in > 1])
    lonely = [(name, own) for name, own in zip(names, genes, strict=True) if shared.isdisjoint(own)]
    if lonely:
        told = ", ".join(f"'{name}' (such as {', '.join(own[:3])})" for name, own in lonely)
        raise InvalidStudy(
            f"Every dataset must share genes with another, and {told} shares none. "
            "Keep more genes per dataset, or check that all files name genes in the same way: symbols or Ensembl, "
            "one species."
        )

"""MuSe-GNN: from networks to vectors, with the overlaps of datasets that it learns from."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np

from engine.errors import InvalidStudy
from engine.graph.split import EdgeSplit
from engine.methods.trained import Trained, held_out_auc
from engine.metrics.overlap import adjacency, neighbour_jaccard
from engine.params import EmbedParams
from engine.progress import Progress
from engine.types import GeneGraph


def train_muse(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str,
               checkpoint: Path, progress: Progress) -> Trained:
    """Train MuSe-GNN on the networks of a study.

    Raises
    ------
    InvalidStudy
        When a dataset shares no gene with any other.
    DeviceUnavailable
        When the device is not there.
    """
    from engine.train.device import describe, make_fabric
    from engine.train.loop import fit

    fabric = make_fabric(device)
    progress.device(describe(fabric))
    task = _task(graphs, splits, params, fabric)
    untrained = task.output()
    run = fit(task, params.training, fabric=fabric, checkpoint=checkpoint, progress=progress,
              validate=lambda vectors: held_out_auc(graphs, splits, vectors))  # fmt: skip
    return Trained(task.output(), describe(fabric), untrained, run.history, run.epoch_seconds)


def untrained_muse(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str,
                   checkpoint: Path, progress: Progress) -> Trained:
    """The vectors of MuSe-GNN with its first weights."""
    from engine.train.device import describe, make_fabric

    fabric = make_fabric(device)
    return Trained(_task(graphs, splits, params, fabric).output(), describe(fabric))


def _task(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, fabric):
    from engine.graph.to_torch import graph_tensors
    from engine.train.muse_task import MuseTask

    kept = [split.kept for split in splits]
    tensors = [graph_tensors(graph, edges).to(fabric.device) for graph, edges in zip(graphs, kept, strict=True)]
    shared = overlaps(graphs, kept, device=fabric.device)
    task = MuseTask(tensors, shared, params.model, seed=params.training.seed)
    fabric.to_device(task.model)
    return task


def overlaps(graphs: list[GeneGraph], kept: list[np.ndarray], *, device) -> dict:
    """`Overlap` of every pair of datasets i < j, from the kept columns of their edges.

    Raises
    ------
    InvalidStudy
        When a dataset shares no gene with any other.
    """
    import torch

    from engine.train.muse_task import Overlap

    joined = [adjacency(graph.edges[:, edges], graph.n_genes) for graph, edges in zip(graphs, kept, strict=True)]
    found, lonely = {}, set(range(len(graphs)))
    for i, j in combinations(range(len(graphs)), 2):
        rows_i, rows_j, weight = neighbour_jaccard(joined[i], joined[j], graphs[i].genes, graphs[j].genes)
        differing = [np.setdiff1d(np.arange(g.n_genes), rows) for g, rows in ((graphs[i], rows_i), (graphs[j], rows_j))]
        index = [torch.as_tensor(rows, device=device) for rows in (rows_i, rows_j, *differing)]
        weight = torch.as_tensor(weight, dtype=torch.float32, device=device)
        found[i, j] = Overlap((index[0], index[1]), weight, (index[2], index[3]))
        lonely -= {i, j} if len(rows_i) else set()
    if lonely:
        names = ", ".join(f"'{graphs[i].name}' (such as {', '.join(graphs[i].genes[:3])})" for i in sorted(lonely))
        raise InvalidStudy(
            f"Every dataset must share genes with another, and {names} shares none. "
            "Keep more genes per dataset, or check that all files name genes in the same way: symbols or Ensembl, "
            "one species."
        )
    return found

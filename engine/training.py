"""From networks to vectors: edges kept out, overlaps of datasets, MuSe-GNN trained."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from engine.errors import InvalidStudy
from engine.graph.split import EdgeSplit, split_edges
from engine.metrics.edges import cosine_edge_auc
from engine.metrics.overlap import adjacency, neighbour_jaccard
from engine.params import EmbedParams
from engine.progress import Progress
from engine.types import GeneGraph


@dataclass(frozen=True)
class Trained:
    """Vectors of each dataset after and before training, the edges kept out, and how the run went."""

    vectors: list[np.ndarray]
    untrained: list[np.ndarray]
    splits: list[EdgeSplit]
    history: dict[str, list[float]]
    epoch_seconds: float
    device: str


def train_muse(graphs: list[GeneGraph], params: EmbedParams, *, device: str, checkpoint: Path,
               progress: Progress) -> Trained:
    """Train MuSe-GNN on the networks of a study.

    Raises
    ------
    InvalidStudy
        When a dataset shares no gene with any other.
    DeviceUnavailable
        When the device is not there.
    """
    from engine.graph.to_torch import graph_tensors
    from engine.train.device import describe, make_fabric
    from engine.train.loop import fit
    from engine.train.muse_task import MuseTask

    fabric, seed = make_fabric(device), params.training.seed
    progress.device(describe(fabric))
    splits = [split_edges(g.edges.shape[1], params.training.held_out, seed=(seed, i)) for i, g in enumerate(graphs)]
    tensors = [graph_tensors(g, s.kept).to(fabric.device) for g, s in zip(graphs, splits, strict=True)]
    kept = [split.kept for split in splits]
    task = MuseTask(tensors, overlaps(graphs, kept, device=fabric.device), params.model, seed=seed)
    fabric.to_device(task.model)
    untrained = task.output()
    run = fit(task, params.training, fabric=fabric, checkpoint=checkpoint, progress=progress,
              validate=lambda vectors: held_out_auc(graphs, splits, vectors))  # fmt: skip
    return Trained(task.output(), untrained, splits, run.history, run.epoch_seconds, describe(fabric))


def held_out_auc(graphs: list[GeneGraph], splits: list[EdgeSplit], vectors: list[np.ndarray]) -> float | None:
    """Mean over datasets of the AUC of held-out positive edges against all non-edges, by cosine."""
    found = []
    for graph, split, z in zip(graphs, splits, vectors, strict=True):
        positive = split.held_out[graph.statistic[split.held_out] > 0]
        if len(positive):
            found.append(cosine_edge_auc(z, graph.edges[:, positive], graph.edges))
    return float(np.mean(found)) if found else None


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

"""What a method leaves, whichever it is: vectors of every dataset, and how the run went."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.graph.split import EdgeSplit
from engine.metrics.edges import cosine_edge_auc
from engine.types import GeneGraph


@dataclass(frozen=True)
class Trained:
    """Vectors of each dataset, float32 (n_genes, n_latent) each, in the order of the study.

    `untrained` are those before training, None where nothing is learned by steps; `history` holds a
    value a loss and epoch; `epoch_seconds` the median, 0 without epochs.
    """

    vectors: list[np.ndarray]
    device: str = "CPU"
    untrained: list[np.ndarray] | None = None
    history: dict[str, list[float]] = field(default_factory=dict)
    epoch_seconds: float = 0.0


def held_out_auc(graphs: list[GeneGraph], splits: list[EdgeSplit], vectors: list[np.ndarray]) -> float | None:
    """Mean over datasets of the AUC of held-out positive edges against all non-edges, by cosine."""
    found = []
    for graph, split, z in zip(graphs, splits, vectors, strict=True):
        positive = split.held_out[graph.statistic[split.held_out] > 0]
        if len(positive):
            found.append(cosine_edge_auc(z, graph.edges[:, positive], graph.edges))
    return float(np.mean(found)) if found else None

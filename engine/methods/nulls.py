"""Vectors without biology, by the same protocol as the methods."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.graph.split import EdgeSplit
from engine.methods.trained import Trained
from engine.metrics.nulls import random_by_name, random_vectors
from engine.params import EmbedParams
from engine.progress import Progress
from engine.types import GeneGraph


def random(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str, checkpoint: Path,
           progress: Progress) -> Trained:
    """Standard normal vectors."""
    n_rows = sum(graph.n_genes for graph in graphs)
    return _parted(random_vectors(n_rows, params.model.n_latent, seed=params.training.seed), graphs)


def by_name(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str, checkpoint: Path,
            progress: Progress) -> Trained:
    """One standard normal vector a gene name, the same in every dataset."""
    names = np.concatenate([graph.genes for graph in graphs])
    return _parted(random_by_name(names, params.model.n_latent, seed=params.training.seed), graphs)


def _parted(vectors: np.ndarray, graphs: list[GeneGraph]) -> Trained:
    return Trained(np.split(vectors, np.cumsum([graph.n_genes for graph in graphs])[:-1]))

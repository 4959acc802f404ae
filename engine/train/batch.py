"""Datasets of a step as batches: of one stack, like size and one form of attention."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.graph.to_torch import GraphTensors
from engine.models.attention import DENSE_FROM, Ties, dense_ties, edgewise_ties

LIKE_SIZE = 0.75  # the smallest graph of a batch has at least this share of the genes of the largest
MOST_PAIRS = 16_000_000  # gene pairs of all graphs of a dense batch, unless it is a single graph


@dataclass(frozen=True)
class Batch:
    """Datasets that go through the model together: their numbers and ties."""

    datasets: list[int]
    ties: Ties


def batches(datasets: list[int], graphs: list[GraphTensors], stack_of: list[int]) -> list[Batch]:
    """Part datasets into batches; the largest graphs first."""
    order = sorted(datasets, key=lambda d: (stack_of[d], _dense(graphs[d]), -graphs[d].n_genes, d))
    found: list[list[int]] = []
    for d in order:
        if found and _fits(d, found[-1], graphs, stack_of):
            found[-1].append(d)
        else:
            found.append([d])
    return [Batch(part, _ties([graphs[d] for d in part])) for part in found]


def unpadded(z: Tensor, batch: Batch, graphs: list[GraphTensors]) -> dict[int, Tensor]:
    """Embedding of each dataset of a batch, (n_genes of it, n_latent)."""
    return {d: z[k, : graphs[d].n_genes] for k, d in enumerate(batch.datasets)}


def _fits(d: int, part: list[int], graphs: list[GraphTensors], stack_of: list[int]) -> bool:
    first, new = graphs[part[0]], graphs[d]
    alike = stack_of[d] == stack_of[part[0]] and _dense(new) == _dense(first)
    if not alike or new.n_genes < LIKE_SIZE * first.n_genes:
        return False
    return not _dense(first) or (len(part) + 1) * first.n_genes**2 <= MOST_PAIRS


def _dense(graph: GraphTensors) -> bool:
    return graph.density >= DENSE_FROM


def _ties(graphs: list[GraphTensors]) -> Ties:
    edges, signs = zip(*(graph.edges() for graph in graphs), strict=True)
    make = dense_ties if _dense(graphs[0]) else edgewise_ties
    with torch.no_grad():
        return make(list(edges), list(signs), [graph.n_genes for graph in graphs])

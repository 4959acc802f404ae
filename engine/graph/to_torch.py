"""A gene graph as tensors, with what sampling edges and non-edges needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.types import GeneGraph


@dataclass(frozen=True)
class GraphTensors:
    """One dataset for training; only the kept edges are in it.

    `features` float32 (n_genes, n_cells); `edges` int64 (2, n_edges), i < j; `sign` int8 (n_edges,);
    `keys` the sorted i · n_genes + j of the edges; `starts` (n_genes + 1,) and `neighbours`
    (2 · n_edges,) the adjacency in CSR form.
    """

    features: Tensor
    edges: Tensor
    sign: Tensor
    keys: Tensor
    starts: Tensor
    neighbours: Tensor

    @property
    def n_genes(self) -> int:
        return len(self.features)

    def to(self, device: torch.device) -> GraphTensors:
        """The same tensors on a device."""
        return GraphTensors(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))

    def adjacency(self) -> Tensor:
        """Dense bool (n_genes, n_genes) with a diagonal of True."""
        dense = torch.eye(self.n_genes, dtype=torch.bool, device=self.edges.device)
        dense[self.edges[0], self.edges[1]] = dense[self.edges[1], self.edges[0]] = True
        return dense

    def sample_edges(self, n: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """At most `n` edges drawn with replacement, and their signs; all of them when there are fewer."""
        if self.edges.shape[1] <= n:
            return self.edges, self.sign
        drawn = torch.randint(self.edges.shape[1], (n,), generator=rng).to(self.edges.device)
        return self.edges[:, drawn], self.sign[drawn]

    def sample_non_edges(self, n: int, rng: torch.Generator) -> Tensor:
        """About `n` pairs of different genes without an edge between them, (2, ≤ n)."""
        pairs = torch.randint(self.n_genes, (2, n), generator=rng).to(self.edges.device)
        low, high = pairs.min(0).values, pairs.max(0).values
        wanted = low * self.n_genes + high
        at = torch.searchsorted(self.keys, wanted).clamp(max=len(self.keys) - 1)
        absent = (self.keys[at] != wanted) if len(self.keys) else torch.ones_like(low, dtype=torch.bool)
        return torch.stack([low, high])[:, absent & (low != high)]

    def sample_neighbour(self, genes: Tensor, rng: torch.Generator) -> Tensor:
        """One neighbour of each gene at random; each gene must have one."""
        start, stop = self.starts[genes], self.starts[genes + 1]
        share = torch.rand(len(genes), generator=rng, dtype=torch.float64).to(genes.device)
        return self.neighbours[start + (share * (stop - start)).long()]


def graph_tensors(graph: GeneGraph, kept: np.ndarray) -> GraphTensors:
    """Tensors of a graph with the edges of columns `kept` of `graph.edges`."""
    edges = graph.edges[:, kept]
    both = np.concatenate([edges, edges[::-1]], axis=1)
    order = np.lexsort((both[1], both[0]))
    starts = np.concatenate([[0], np.bincount(both[0], minlength=graph.n_genes).cumsum()])
    return GraphTensors(
        features=torch.from_numpy(np.ascontiguousarray(graph.features, dtype=np.float32)),
        edges=torch.from_numpy(np.ascontiguousarray(edges)),
        sign=torch.from_numpy(np.sign(graph.statistic[kept]).astype(np.int8)),
        keys=torch.from_numpy(np.sort(edges[0] * graph.n_genes + edges[1])),
        starts=torch.from_numpy(starts.astype(np.int64)),
        neighbours=torch.from_numpy(both[1][order]),
    )

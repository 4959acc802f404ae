"""A gene graph as tensors, with what drawing edges, non-edges and neighbours needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.types import GeneGraph

SOLVER_ROUNDS = 4  # power iterations of the randomised decomposition


@dataclass(frozen=True)
class GraphTensors:
    """One dataset for training; only the edges to learn from are in it, 16 bytes each.

    `features` float32 (n_genes, n_features); `rising` and `opposing` the positive and the negative edges as
    sorted keys i · n_genes + j with i < j, int64; where `signed` is False all edges are in `rising`.
    `starts` (n_genes + 1,) and `neighbours` int32 the genes that rise with each gene, in CSR form.
    """

    features: Tensor
    rising: Tensor
    opposing: Tensor
    starts: Tensor
    neighbours: Tensor
    signed: bool

    @property
    def n_genes(self) -> int:
        return len(self.features)

    @property
    def n_edges(self) -> int:
        return len(self.rising) + len(self.opposing)

    @property
    def density(self) -> float:
        """Share of the possible pairs that are edges."""
        return 2 * self.n_edges / max(self.n_genes * (self.n_genes - 1), 1)

    @property
    def joined(self) -> Tensor:
        """Whether a gene has a partner it rises with, bool (n_genes,)."""
        return self.starts[1:] > self.starts[:-1]

    def to(self, device: torch.device) -> GraphTensors:
        """The same tensors on a device."""
        moved = {name: value.to(device) for name, value in vars(self).items() if isinstance(value, Tensor)}
        return GraphTensors(**moved, signed=self.signed)

    def edges(self) -> tuple[Tensor, Tensor]:
        """Pairs i < j, int64 (2, n_edges), and their signs, int8 (n_edges,); no signs where they are ignored."""
        keys = torch.cat([self.rising, self.opposing])
        sign = keys.new_ones(len(keys), dtype=torch.int8)
        sign[len(self.rising) :] = -1
        return self._pairs(keys), sign if self.signed else sign[:0]

    def adjacency(self) -> Tensor:
        """Dense bool (n_genes, n_genes) with a diagonal of True, whatever the signs."""
        dense = torch.eye(self.n_genes, dtype=torch.bool, device=self.rising.device)
        (i, j), _ = self.edges()
        dense[i, j] = dense[j, i] = True
        return dense

    def sample(self, n: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """At most `n` positive, `n` negative and `n` absent pairs, drawn with replacement.

        Returns
        -------
        pairs
            int64 (2, n_pairs).
        sign
            1, −1 or 0 where there is no edge, int8 (n_pairs,).
        """
        rising, opposing = self._drawn(self.rising, n, rng), self._drawn(self.opposing, n, rng)
        absent = self._absent(n, rng)
        sizes = torch.tensor([len(rising), len(opposing), len(absent)], device=rising.device)
        sign = torch.tensor([1, -1, 0], dtype=torch.int8, device=rising.device).repeat_interleave(sizes)
        return self._pairs(torch.cat([rising, opposing, absent])), sign

    def sample_neighbour(self, genes: Tensor, rng: torch.Generator) -> Tensor:
        """One gene at random that rises with each gene; each must have one."""
        start, stop = self.starts[genes], self.starts[genes + 1]
        share = torch.rand(len(genes), generator=rng, dtype=torch.float64).to(genes.device)
        return self.neighbours[start + (share * (stop - start)).long()].long()

    def _drawn(self, keys: Tensor, n: int, rng: torch.Generator) -> Tensor:
        if len(keys) <= n:
            return keys
        return keys[torch.randint(len(keys), (n,), generator=rng).to(keys.device)]

    def _absent(self, n: int, rng: torch.Generator) -> Tensor:
        """Keys of about `n` pairs of different genes without an edge; fewer the denser the graph."""
        pairs = torch.randint(self.n_genes, (2, n), generator=rng).to(self.rising.device)
        low, high = pairs.min(0).values, pairs.max(0).values
        keys = low * self.n_genes + high
        return keys[(low != high) & ~_among(keys, self.rising) & ~_among(keys, self.opposing)]

    def _pairs(self, keys: Tensor) -> Tensor:
        return torch.stack([keys // self.n_genes, keys % self.n_genes])


def graph_tensors(graph: GeneGraph, kept: np.ndarray, *, components: int = 0, signed: bool = True) -> GraphTensors:
    """Tensors of a graph with the edges of columns `kept` of `graph.edges`.

    Parameters
    ----------
    components
        Leading components of the features that describe a gene; 0 keeps the features as they are.
    signed
        Whether the sign of an edge is kept.
    """
    n, edges = graph.n_genes, graph.edges[:, kept]
    keys = edges[0] * n + edges[1]
    up = graph.statistic[kept] > 0 if signed else np.ones(len(kept), dtype=bool)
    both = np.concatenate([edges[:, up], edges[::-1, up]], axis=1)
    order = np.lexsort((both[1], both[0]))
    starts = np.concatenate([[0], np.bincount(both[0], minlength=n).cumsum()])
    features = leading_components(graph.features, components) if components else graph.features
    return GraphTensors(
        features=torch.from_numpy(np.ascontiguousarray(features, dtype=np.float32)),
        rising=torch.from_numpy(np.sort(keys[up])),
        opposing=torch.from_numpy(np.sort(keys[~up])),
        starts=torch.from_numpy(starts.astype(np.int64)),
        neighbours=torch.from_numpy(both[1][order].astype(np.int32)),
        signed=signed,
    )


def leading_components(features: np.ndarray, n: int) -> np.ndarray:
    """Scores of genes on the leading components of their correlation, float32 (n_genes, ≤ n), of variance 1.

    Each gene's features are centred and brought to variance 1 first, so that products of scores come near
    to the correlation of genes. By randomised decomposition (Halko, Martinsson and Tropp 2011).
    """
    from sklearn.utils.extmath import randomized_svd

    rows = features - features.mean(axis=1, keepdims=True)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    left, size, _ = randomized_svd(rows, min(n, *rows.shape), n_iter=SOLVER_ROUNDS, random_state=0)
    scores = left * size
    return (scores / max(float(scores.std()), 1e-12)).astype(np.float32)


def _among(keys: Tensor, known: Tensor) -> Tensor:
    """Which keys are in a sorted tensor."""
    if not len(known):
        return torch.zeros_like(keys, dtype=torch.bool)
    return known[torch.searchsorted(known, keys).clamp(max=len(known) - 1)] == keys

"""MuSe-GNN as a task for the loop: steps of datasets with partners, and the three losses of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from engine.graph.to_torch import GraphTensors
from engine.models.muse_gnn import MuseGnn
from engine.models.muse_losses import dense_reconstruction, nt_xent, signed_reconstruction, weighted_similarity
from engine.params import MuseParams
from engine.train.batch import Batch, batches, unpadded
from engine.train.blocks import block_count

SAMPLED_PAIRS = 8192  # positive, negative and absent pairs each, drawn from a dataset in a step
PARTS = ("reconstruction", "similarity", "contrast")


@dataclass(frozen=True)
class Overlap:
    """What two datasets share: rows of the common genes in each, λ, and rows of the genes that differ."""

    rows: tuple[Tensor, Tensor]
    weight: Tensor
    differing: tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Step:
    """Datasets that are embedded together, and pairs of a dataset with its partner; `seed` of what is drawn."""

    datasets: list[int]
    pairs: list[tuple[int, int]]
    seed: int


class MuseTask:
    """Model, data and losses of one study.

    Parameters
    ----------
    graphs
        A `GraphTensors` per dataset, on the device.
    common
        Rows of the genes that datasets i and j share, and λ of each: `NeighbourBits.jaccard`.
    stack_of
        Number of the stack of shared layers of each dataset.
    pairwise
        Whether a step is one dataset with its partner, as in the paper's Algorithm 1, else a block.
    seed
        Fixes the initial weights and, with the epoch, everything that is drawn: a resumed run draws
        what an unbroken one would have drawn.
    """

    def __init__(self, graphs: list[GraphTensors], common: Callable[[int, int], tuple], params: MuseParams, *,
                 stack_of: list[int], pairwise: bool, seed: int):
        self.graphs, self.params, self.stack_of, self.seed = graphs, params, stack_of, seed
        self._common, self._pairwise = common, pairwise
        self.overlap = lru_cache(maxsize=512)(self._overlap)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.model = MuseGnn([g.features.shape[1] for g in graphs], [g.n_genes for g in graphs], stack_of, params)
        self._batched = lru_cache(maxsize=1)(self._batches)

    def groups(self, learning_rate: float, decoder_rate: float) -> list[dict]:
        """Parameters for the optimiser, those of the decoders with their own learning rate."""
        return [{"params": self.model.encoder.parameters(), "lr": learning_rate},
                {"params": self.model.decoders.parameters(), "lr": learning_rate * decoder_rate}]

    def embed(self, datasets: list[int]) -> dict[int, Tensor]:
        """Embedding of datasets by their number, each (n_genes, n_latent)."""
        found = {}
        for batch in self._batched(tuple(sorted(datasets))):
            features = [self.graphs[d].features for d in batch.datasets]
            z = self.model.encoder(batch.datasets, features, batch.ties)  # (n_graphs, n_genes, n_latent)
            found |= unpadded(z, batch, self.graphs)
        return found

    def output(self) -> list[np.ndarray]:
        """Embeddings as arrays, float32, without gradient, a block of datasets at a time."""
        self.model.eval()
        found = {}
        with torch.no_grad():
            for block in self._blocks(list(range(len(self.graphs)))):
                found |= {d: z.float().cpu().numpy() for d, z in self.embed(block).items()}
        return [found[d] for d in range(len(self.graphs))]

    def steps(self, epoch: int) -> Iterator[Step]:
        """Steps of an epoch: every dataset once with a partner drawn at random (paper, Algorithm 1)."""
        rng = np.random.default_rng([self.seed, epoch])
        order = rng.permutation(len(self.graphs)).tolist()
        blocks = [[d] for d in order] if self._pairwise else self._blocks(order)
        for block in blocks:
            others = [d for d in range(len(self.graphs)) if d != block[0]] if self._pairwise else block
            pairs = [(d, int(rng.choice([other for other in others if other != d]))) for d in block]
            yield Step(sorted({d for pair in pairs for d in pair}), pairs, int(rng.integers(2**31)))

    def losses(self, step: Step) -> dict[str, Tensor]:
        """Mean over the pairs of a step of each loss (paper, eq. 7); both sides of a pair receive gradient."""
        rng = torch.Generator().manual_seed(step.seed)
        z = self.embed(step.datasets)
        parts: dict[str, list[Tensor]] = {name: [] for name in PARTS}
        for i, j in step.pairs:
            overlap = self.overlap(i, j)
            parts["reconstruction"].append(self._reconstruction(i, z[i], rng))
            if self.params.similarity_weight and len(overlap.weight):
                alike = weighted_similarity(z[i][overlap.rows[0]], z[j][overlap.rows[1]], overlap.weight)
                parts["similarity"].append(self.params.similarity_weight * alike)
            if self.params.contrast_weight:
                parts["contrast"].append(self._contrast((i, j), (z[i], z[j]), overlap, rng))
        zero = z[step.datasets[0]].sum() * 0
        return {name: torch.stack(found).mean() if found else zero for name, found in parts.items()}

    def _blocks(self, order: list[int]) -> list[list[int]]:
        """Datasets in blocks of at least two, as many as memory is set aside for."""
        count = block_count([graph.n_genes for graph in self.graphs])
        return [part.tolist() for part in np.array_split(order, count)]

    def _batches(self, datasets: tuple[int, ...]) -> list[Batch]:
        return batches(list(datasets), self.graphs, self.stack_of)

    def _overlap(self, i: int, j: int) -> Overlap:
        rows_i, rows_j, weight = self._common(i, j)
        device = self.graphs[i].features.device
        sides = [torch.as_tensor(rows, device=device) for rows in (rows_i, rows_j)]
        differing = [torch.as_tensor(np.setdiff1d(np.arange(self.graphs[d].n_genes), rows), device=device)
                     for d, rows in ((i, rows_i), (j, rows_j))]  # fmt: skip
        weight = torch.as_tensor(weight, dtype=torch.float32, device=device)
        if self.params.similarity_by == "relative":
            weight = weight / weight.mean().clamp(min=1e-12)
        elif self.params.similarity_by == "even":
            weight = torch.ones_like(weight)
        return Overlap((sides[0], sides[1]), weight, (differing[0], differing[1]))

    def _reconstruction(self, i: int, z: Tensor, rng: torch.Generator) -> Tensor:
        graph = self.graphs[i]
        if self.model.dense_decoder:
            return dense_reconstruction(self.model.decoders[i](z), graph.adjacency())
        pairs, sign = graph.sample(SAMPLED_PAIRS, rng)
        return signed_reconstruction(self.model.decoders[0](normalize(z, dim=1), pairs), sign)

    def _contrast(self, which: tuple[int, int], z: tuple[Tensor, Tensor], overlap: Overlap, rng) -> Tensor:
        """λ_c · InfoNCE of differing genes and one neighbour each, both sides together (eq. 7)."""
        anchors, positives = [], []
        for index, embedding, differing in zip(which, z, overlap.differing, strict=True):
            able = differing[self.graphs[index].joined[differing]]
            drawn = able[torch.randperm(len(able), generator=rng)[: self.params.n_anchors].to(able.device)]
            anchors.append(embedding[drawn])
            positives.append(embedding[self.graphs[index].sample_neighbour(drawn, rng)])
        anchor = torch.cat(anchors)
        if len(anchor) < 2:
            return anchor.sum() * 0
        return self.params.contrast_weight * nt_xent(anchor, torch.cat(positives), self.params.temperature)

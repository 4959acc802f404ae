"""MuSe-GNN as a task for the loop: pairs of datasets, sampling, the three losses of an epoch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from engine.models.attention import attention_graph
from engine.models.muse_gnn import MuseGnn
from engine.models.muse_losses import dense_reconstruction, nt_xent, signed_reconstruction, weighted_similarity
from engine.params import MuseParams

SAMPLED_PAIRS = 8192  # edges, and as many non-edges, drawn from a dataset in an epoch


@dataclass(frozen=True)
class Overlap:
    """What two datasets share: rows of the common genes in each, λ, and rows of the genes that differ."""

    rows: tuple[Tensor, Tensor]
    weight: Tensor
    differing: tuple[Tensor, Tensor]

    def turned(self) -> Overlap:
        """The same overlap seen from the other dataset."""
        return Overlap(self.rows[::-1], self.weight, self.differing[::-1])


class MuseTask:
    """Model, data and losses of one study.

    Parameters
    ----------
    graphs
        A `GraphTensors` per dataset, on the device.
    overlaps
        `Overlap` of datasets i < j.
    seed
        Fixes the initial weights and, with the epoch, everything that is drawn: a resumed run draws
        what an unbroken one would have drawn.
    """

    def __init__(self, graphs: list, overlaps: dict[tuple[int, int], Overlap], params: MuseParams, *, seed: int):
        self.graphs, self.overlaps, self.params, self.seed = graphs, overlaps, params, seed
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.model = MuseGnn([g.features.shape[1] for g in graphs], [g.n_genes for g in graphs], params)
        self._attention = [attention_graph(g.edges, g.n_genes) for g in graphs]
        self._joined = [(g.starts[1:] > g.starts[:-1]) for g in graphs]

    def embed(self) -> list[Tensor]:
        """Embedding of every dataset, each (n_genes, n_latent)."""
        both = zip(self.graphs, self._attention, strict=True)
        return [self.model.encoder(i, graph.features, attention) for i, (graph, attention) in enumerate(both)]

    def output(self) -> list[np.ndarray]:
        """Embeddings as arrays, without gradient."""
        self.model.eval()
        with torch.no_grad():
            return [z.cpu().numpy() for z in self.embed()]

    def losses(self, epoch: int) -> dict[str, Tensor]:
        """Mean over the datasets of each loss, every dataset with one partner drawn at random (Algorithm 1)."""
        rng = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
        embeddings = self.embed()
        found = {"reconstruction": [], "similarity": [], "contrast": []}
        for i, z in enumerate(embeddings):
            j = self._partner(i, rng)
            overlap = self.overlaps[i, j] if i < j else self.overlaps[j, i].turned()
            found["reconstruction"].append(self._reconstruction(i, z, rng))
            if len(overlap.weight):
                found["similarity"].append(
                    weighted_similarity(z[overlap.rows[0]], embeddings[j][overlap.rows[1]], overlap.weight)
                )
            found["contrast"].append(self._contrast((i, j), (z, embeddings[j]), overlap, rng))
        zero = embeddings[0].sum() * 0
        return {name: torch.stack(parts).mean() if parts else zero for name, parts in found.items()}

    def _partner(self, i: int, rng: torch.Generator) -> int:
        drawn = int(torch.randint(len(self.graphs) - 1, (), generator=rng))
        return drawn + (drawn >= i)

    def _reconstruction(self, i: int, z: Tensor, rng: torch.Generator) -> Tensor:
        graph = self.graphs[i]
        if not self.model.signed:
            return dense_reconstruction(self.model.decoders[i](z), graph.adjacency())
        edges, sign = graph.sample_edges(SAMPLED_PAIRS, rng)
        absent = graph.sample_non_edges(edges.shape[1], rng)
        pairs = torch.cat([edges, absent], dim=1)
        sign = torch.cat([sign, sign.new_zeros(absent.shape[1])])
        return signed_reconstruction(self.model.decoders[0](normalize(z, dim=1), pairs), sign)

    def _contrast(self, which: tuple[int, int], z: tuple[Tensor, Tensor], overlap: Overlap, rng) -> Tensor:
        """λ_c · InfoNCE of differing genes and one neighbour each, both sides together (eq. 7)."""
        anchors, positives = [], []
        for index, embedding, differing in zip(which, z, overlap.differing, strict=True):
            able = differing[self._joined[index][differing]]
            drawn = able[torch.randperm(len(able), generator=rng)[: self.params.n_anchors].to(able.device)]
            anchors.append(embedding[drawn])
            positives.append(embedding[self.graphs[index].sample_neighbour(drawn, rng)])
        anchor = torch.cat(anchors)
        if len(anchor) < 2:
            return anchor.sum() * 0
        return self.params.contrast_weight * nt_xent(anchor, torch.cat(positives), self.params.temperature)

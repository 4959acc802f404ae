"""MuSe-GNN: genes of many datasets in one space, by a graph transformer with a shared stack."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import mish, pad

from engine.models.attention import AttentionBlock, GeneAttention, GraphNorm, Ties, attend
from engine.params import MuseParams

DATASET_HEADS = 4
SHARED_HEADS = 2


class OwnLayer(nn.Module):
    """The layer that is each dataset's own: attention from its features, GraphNorm, Mish."""

    def __init__(self, n_features: list[int], n_hidden: int) -> None:
        super().__init__()
        self.attention = nn.ModuleList(GeneAttention(n, n_hidden, DATASET_HEADS) for n in n_features)
        self.norm = nn.ModuleList(GraphNorm(DATASET_HEADS * n_hidden) for _ in n_features)

    def forward(self, datasets: list[int], features: list[Tensor], ties: Ties) -> Tensor:
        """(n_graphs, n_genes, 4 · n_hidden) from features (n_genes of the dataset, n_features) each."""
        n = ties.genes.shape[1]
        projected = [self.attention[d].project(x) for d, x in zip(datasets, features, strict=True)]
        stacked = torch.stack([pad(p, (0, 0, 0, 0, 0, n - len(p))) for p in projected])
        h = attend(stacked, ties, DATASET_HEADS)
        return torch.cat([mish(self.norm[d](h[k : k + 1], ties.genes[k : k + 1])) for k, d in enumerate(datasets)])


class Stack(nn.Module):
    """The layers after a dataset's own (paper, Figure 2)."""

    def __init__(self, params: MuseParams) -> None:
        super().__init__()
        hidden, wide = params.n_hidden, params.n_hidden * DATASET_HEADS
        self.shared = AttentionBlock(wide, hidden, SHARED_HEADS)
        self.last = GeneAttention(hidden * SHARED_HEADS, params.n_latent)
        self.residual = GeneAttention(wide, params.n_latent)

    def forward(self, h: Tensor, ties: Ties) -> Tensor:
        """(n_graphs, n_genes, n_latent) from (n_graphs, n_genes, 4 · n_hidden)."""
        return self.last(self.shared(h, ties), ties) + self.residual(h, ties)


class MuseEncoder(nn.Module):
    """A layer per dataset, then a stack that datasets share (Liu et al., NeurIPS 2023, eq. 2).

    Parameters
    ----------
    n_features
        Width of the input of each dataset.
    stack_of
        Which stack each dataset goes through, numbered from 0: one for all, one a modality, or one each.
        Never one a condition: that by itself pulls conditions apart.
    """

    def __init__(self, n_features: list[int], stack_of: list[int], params: MuseParams) -> None:
        super().__init__()
        self.stack_of, self.centred = stack_of, params.centring == "dataset"
        self.own = OwnLayer(n_features, params.n_hidden)
        self.stacks = nn.ModuleList(Stack(params) for _ in range(max(stack_of) + 1))

    def forward(self, datasets: list[int], features: list[Tensor], ties: Ties) -> Tensor:
        """Embedding of the genes of a batch of datasets that share a stack, (n_graphs, n_genes, n_latent)."""
        z = self.stacks[self.stack_of[datasets[0]]](self.own(datasets, features, ties), ties)
        return _centred(z, ties.genes) if self.centred else z


def _centred(z: Tensor, genes: Tensor) -> Tensor:
    """Vectors less the mean of the genes of their graph; padding counts for nothing."""
    held = genes[..., None].to(z.dtype)
    return z - (z * held).sum(1, keepdim=True) / held.sum(1, keepdim=True)


class SignedDecoder(nn.Module):
    """Probability of a positive and of a negative edge from the angle between two genes.

    logits = (a·cos − b, −a·cos − b) with learned a and b: genes that rise together point the same
    way, genes that replace each other point apart, unrelated genes stand at right angles.
    """

    def __init__(self) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(1.5))
        self.bias = nn.Parameter(torch.tensor(1.0))

    def forward(self, unit: Tensor, pairs: Tensor) -> Tensor:
        """Logits (n_pairs, 2) of `pairs` (2, n_pairs) from unit vectors (n_genes, n_latent)."""
        cosine = (unit[pairs[0]] * unit[pairs[1]]).sum(1)
        scaled = self.log_scale.exp() * cosine
        return torch.stack([scaled, -scaled], dim=1) - self.bias


class MlpDecoder(nn.Module):
    """The paper's decoder (eq. 3): a three-layer perceptron on the rows of z zᵀ, one per dataset."""

    def __init__(self, n_genes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_genes, n_genes), nn.Mish(), nn.Linear(n_genes, n_genes), nn.Mish(), nn.Linear(n_genes, n_genes)
        )

    def forward(self, z: Tensor) -> Tensor:
        """Logits of the adjacency, (n_genes, n_genes)."""
        return self.layers(z @ z.T)


class MuseGnn(nn.Module):
    """Encoder and decoders of one study.

    Parameters
    ----------
    n_features, n_genes, stack_of
        Of each dataset: width of its input, its genes, and the number of its stack.
    """

    def __init__(self, n_features: list[int], n_genes: list[int], stack_of: list[int], params: MuseParams) -> None:
        super().__init__()
        self.encoder = MuseEncoder(n_features, stack_of, params)
        if params.decoder == "mlp":
            self.decoders = nn.ModuleList(MlpDecoder(n) for n in n_genes)
        else:
            self.decoders = nn.ModuleList([SignedDecoder()])
        self.dense_decoder = params.decoder == "mlp"

"""MuSe-GNN: genes of many datasets in one space, by a graph transformer with a shared stack."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.models.attention import AttentionBlock, GeneAttention
from engine.params import MuseParams

DATASET_HEADS = 4
SHARED_HEADS = 2


class MuseEncoder(nn.Module):
    """A layer per dataset, then one stack for all (Liu et al., NeurIPS 2023, eq. 2).

    The published design gives each condition its own shared layers, which by itself pulls conditions
    apart; here every dataset goes through the same stack.
    """

    def __init__(self, n_features: list[int], params: MuseParams) -> None:
        super().__init__()
        hidden, wide = params.n_hidden, params.n_hidden * DATASET_HEADS
        self.own = nn.ModuleList(AttentionBlock(n, hidden, DATASET_HEADS) for n in n_features)
        self.shared = AttentionBlock(wide, hidden, SHARED_HEADS)
        self.last = GeneAttention(hidden * SHARED_HEADS, params.n_latent)
        self.residual = GeneAttention(wide, params.n_latent)

    def forward(self, dataset: int, x: Tensor, graph: Tensor) -> Tensor:
        """Embedding of the genes of one dataset, (n_genes, n_latent); `x` is (n_genes, n_cells)."""
        h = self.own[dataset](x, graph)  # (n_genes, 4 * n_hidden)
        return self.last(self.shared(h, graph), graph) + self.residual(h, graph)


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
    n_features, n_genes
        Cells and genes of each dataset.
    """

    def __init__(self, n_features: list[int], n_genes: list[int], params: MuseParams) -> None:
        super().__init__()
        self.encoder = MuseEncoder(n_features, params)
        if params.decoder == "mlp":
            self.decoders = nn.ModuleList(MlpDecoder(n) for n in n_genes)
        else:
            self.decoders = nn.ModuleList([SignedDecoder()])
        self.signed = params.decoder != "mlp"

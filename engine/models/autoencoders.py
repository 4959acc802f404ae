"""Autoencoders of genes: of the network (GAE, VGAE) and of the features (WSMAE, MAE)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, relu

DENSE_FROM = 0.05  # density of a network above which a dense matrix product is faster than a sparse one
LARGEST_LOG_STD = 10.0


def propagation(joined: Tensor) -> Tensor:
    """D^-½ A D^-½, dense or sparse by density, from a bool A of shape (n_genes, n_genes) with a True diagonal."""
    scale = joined.sum(1).rsqrt()
    dense = joined * scale[:, None] * scale  # (n_genes, n_genes)
    return dense if joined.float().mean() >= DENSE_FROM else dense.to_sparse_csr()


class GraphConv(nn.Module):
    """X′ = D^-½ A D^-½ X W + b (Kipf and Welling, ICLR 2017, eq. 2), the network as one matrix."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.lin = nn.Linear(n_in, n_out, bias=False)
        self.bias = nn.Parameter(torch.zeros(n_out))
        nn.init.xavier_uniform_(self.lin.weight)

    def forward(self, x: Tensor, spread: Tensor) -> Tensor:
        """`x` (n_genes, n_in), `spread` as `propagation` gives it; (n_genes, n_out)."""
        return spread @ self.lin(x) + self.bias


class GraphEncoder(nn.Module):
    """Two graph convolutions; a third beside the second gives the spread of a variational one.

    Kipf and Welling, "Variational graph auto-encoders" (2016), section 2.
    """

    def __init__(self, n_features: int, n_hidden: int, n_latent: int, *, variational: bool) -> None:
        super().__init__()
        self.first = GraphConv(n_features, n_hidden)
        self.mean = GraphConv(n_hidden, n_latent)
        self.log_std = GraphConv(n_hidden, n_latent) if variational else None

    def forward(self, x: Tensor, spread: Tensor) -> tuple[Tensor, Tensor | None]:
        """Mean and log standard deviation of each vector, (n_genes, n_latent); no deviation where not variational."""
        h = relu(self.first(x, spread))  # (n_genes, n_hidden)
        if self.log_std is None:
            return self.mean(h, spread), None
        return self.mean(h, spread), self.log_std(h, spread).clamp(max=LARGEST_LOG_STD)


def inner_product_loss(z: Tensor, rows: Tensor, joined: Tensor, *, published: bool) -> Tensor:
    """Cross-entropy of z zᵀ against the network, on the rows of some genes.

    Joined and other pairs weigh half each, as the norm and the positive weight of Kipf and Welling have
    it. The published benchmark takes a sigmoid before the loss that takes one itself, so that no logit
    leaves 0 to 1, and does not weigh.

    Parameters
    ----------
    z
        Vectors, shape (n_genes, n_latent).
    rows
        Genes whose pairs count, shape (n_rows,).
    joined
        Bool (n_genes, n_genes).
    """
    logits, target = z[rows] @ z.T, joined[rows].float()  # (n_rows, n_genes)
    if published:
        return binary_cross_entropy_with_logits(logits.sigmoid(), target)
    n_joined = target.sum().clamp(1)
    weight = torch.where(joined[rows], 0.5 / n_joined, 0.5 / (target.numel() - n_joined).clamp(1))
    return binary_cross_entropy_with_logits(logits, target, weight=weight, reduction="sum")


def gaussian_divergence(mean: Tensor, log_std: Tensor) -> Tensor:
    """Kullback–Leibler divergence of N(mean, std²) from N(0, 1): summed over a gene's vector, mean over genes."""
    return -0.5 * (1 + 2 * log_std - mean**2 - (2 * log_std).exp()).sum(1).mean()


class FeatureAutoencoder(nn.Module):
    """A first and last layer per dataset, and the layers between shared by all of them.

    Weight sharing as in Yang et al., Nature Communications 2021, with genes as samples and a dataset's
    cells as features; with one dataset it is a plain autoencoder.
    """

    def __init__(self, n_features: list[int], n_hidden: int, n_latent: int) -> None:
        super().__init__()
        self.first = nn.ModuleList(nn.Linear(n, n_hidden) for n in n_features)
        self.inward = nn.Sequential(nn.Mish(), nn.Linear(n_hidden, n_hidden), nn.Mish(), nn.Linear(n_hidden, n_latent))
        self.outward = nn.Sequential(
            nn.Linear(n_latent, n_hidden), nn.Mish(), nn.Linear(n_hidden, n_hidden), nn.Mish()
        )
        self.last = nn.ModuleList(nn.Linear(n_hidden, n) for n in n_features)

    def encode(self, dataset: int, x: Tensor) -> Tensor:
        """Vectors (n_genes, n_latent) of features (n_genes, n_cells)."""
        return self.inward(self.first[dataset](x))

    def decode(self, dataset: int, z: Tensor) -> Tensor:
        """The reverse of `encode`."""
        return self.last[dataset](self.outward(z))


def standard_rows(x: Tensor) -> Tensor:
    """Rows with mean 0 and variance 1; a constant row becomes 0."""
    centred = x - x.mean(1, keepdim=True)
    return centred / centred.square().mean(1, keepdim=True).sqrt().clamp(min=1e-6)

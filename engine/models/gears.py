"""A network after GEARS: vectors of genes and of perturbations, each smoothed over a graph, and a decoder across genes.

After Roohani, Huang and Leskovec, "Predicting transcriptional outcomes of novel multigene perturbations with GEARS"
(Nature Biotechnology 2024). Its direction loss compares signs, which gives no gradient; here it compares hyperbolic
tangents. Its uncertainty is left out: it is not calibrated.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import mish

FOCUS = 2.0  # γ of the autofocus loss
GENE_STATES = 2  # length of what is decoded of all genes together, in multiples of the width


class Smoothed(nn.Module):
    """Vectors of genes, learned, with a share of the mean of their neighbours' in a fixed graph.

    Parameters
    ----------
    pairs
        Neighbours, int64 (2, n_pairs), i < j.
    """

    def __init__(self, n_genes: int, n_hidden: int, pairs: Tensor) -> None:
        super().__init__()
        self.vectors = nn.Parameter(torch.randn(n_genes, n_hidden) / n_hidden**0.5)
        self.lin = nn.Linear(n_hidden, n_hidden)
        degree = torch.bincount(pairs.flatten(), minlength=n_genes).clamp(min=1).float()
        self.register_buffer("source", torch.cat([pairs[0], pairs[1]]), persistent=False)
        self.register_buffer("target", torch.cat([pairs[1], pairs[0]]), persistent=False)
        self.register_buffer("share", 1 / degree, persistent=False)

    def forward(self) -> Tensor:
        """(n_genes, n_hidden)."""
        heard = torch.zeros_like(self.vectors)
        heard = heard.index_add(0, self.target, self.vectors.index_select(0, self.source)) * self.share[:, None]
        return self.vectors + self.lin(heard)


class Gears(nn.Module):
    """Change of the first `n_out` genes by each of a batch of perturbations.

    Parameters
    ----------
    mean
        Where the outputs begin: the mean change, (n_out,).
    """

    def __init__(self, n_genes: int, mean: Tensor, n_hidden: int, *, alike: Tensor, related: Tensor) -> None:
        super().__init__()
        n_out = len(mean)
        self.genes, self.perturbed = Smoothed(n_genes, n_hidden, alike), Smoothed(n_genes, n_hidden, related)
        self.compose = nn.Sequential(nn.Linear(n_hidden, n_hidden), nn.Mish(), nn.Linear(n_hidden, n_hidden))
        self.of_gene, self.of_perturbed = nn.Linear(n_hidden, n_hidden), nn.Linear(n_hidden, n_hidden, bias=False)
        self.inward = nn.Linear(n_hidden, n_hidden)
        self.read = nn.Parameter(torch.randn(n_out, n_hidden) / n_hidden)
        self.across = nn.Sequential(nn.Linear(n_out, GENE_STATES * n_hidden), nn.Mish(),
                                    nn.Linear(GENE_STATES * n_hidden, n_hidden))  # fmt: skip
        self.read_across = nn.Parameter(torch.zeros(n_out, n_hidden))
        self.scale, self.bias = nn.Parameter(torch.ones(n_out)), nn.Parameter(mean.clone())

    def forward(self, mix: Tensor) -> Tensor:
        """(n_batch, n_out).

        Parameters
        ----------
        mix
            How much of each gene's vector a perturbation has, (n_batch, n_genes): 1 at each perturbed gene.
        """
        z = self.compose(mix @ self.perturbed())  # (n_batch, n_hidden)
        h = self.of_gene(self.genes()[: len(self.bias)])  # (n_out, n_hidden)
        state = mish(self.inward(mish(h + self.of_perturbed(z)[:, None])))  # (n_batch, n_out, n_hidden)
        alone = (state * self.read).sum(-1)  # (n_batch, n_out)
        return self.scale * alone + self.across(alone) @ self.read_across.T + self.bias


def autofocus(found: Tensor, true: Tensor) -> Tensor:
    """|true − found|^(2 + γ), which looks hardest at what is most wrong."""
    return (true - found).abs() ** (2 + FOCUS)


def direction(found: Tensor, true: Tensor) -> Tensor:
    """(tanh true − tanh found)²: 4 where the signs of large changes differ, and with a gradient everywhere."""
    return (true.tanh() - found.tanh()).square()

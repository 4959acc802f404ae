"""From vectors and graph of genes to the change that perturbations bring about: mask, attention, an output per gene."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.models.grape.attention import HeteroLayer, Whole
from engine.models.grape.edges import Edges, Rows


class Response(nn.Module):
    """Change ŷ_g = (w_g ⊙ h_g)·1 + b_g of the first `n_out` genes (GRAPE, eq. 11 to 13).

    w and b begin at zero: an untrained network predicts no change.
    """

    def __init__(self, n_out: int, n_hidden: int, *, heads: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(HeteroLayer(n_hidden, heads) for _ in range(layers))
        self.mask = nn.Parameter(torch.zeros(n_hidden))
        self.weight = nn.Parameter(torch.zeros(n_out, n_hidden))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def whole(self, x: Tensor, edges: Edges) -> list[Whole]:
        """Every layer over the whole graph, before any perturbation; `x`, vectors of all genes, (n_genes, n_hidden)."""
        found = []
        for layer in self.layers:
            found.append(layer.whole(x, edges))
            x = found[-1].h
        return found

    def forward(self, x: Tensor, edges: Edges, wholes: list[Whole], of: Tensor, genes: Tensor, n_batch: int) -> Tensor:
        """Change by each of `n_batch` perturbations, (n_batch, n_out).

        Parameters
        ----------
        x
            Vectors of all genes, (n_genes, n_hidden), and `wholes` what `whole` made of them.
        of, genes
            Perturbation and gene of every knocked-out gene, int64 (n_knocked_out,).
        """
        rows = Rows(of, genes, self.mask.expand(len(genes), -1))
        for layer, whole in zip(self.layers, wholes, strict=True):
            rows, x = layer.changed(x, rows, edges, whole, n_batch), whole.h
        return self._read(x, rows, n_batch)

    def _read(self, x: Tensor, rows: Rows, n_batch: int) -> Tensor:
        n_out = len(self.bias)
        whole = (self.weight * x[:n_out]).sum(1) + self.bias  # (n_out,)
        told = rows.gene < n_out
        gene = rows.gene[told]
        own = (self.weight.index_select(0, gene) * rows.h[told]).sum(1) + self.bias.index_select(0, gene)
        return whole.repeat(n_batch).index_copy(0, rows.of[told] * n_out + gene, own).view(n_batch, n_out)

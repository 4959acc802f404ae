"""TransformerConv on a gene graph, edge by edge or as masked dense attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from torch_geometric.nn import GraphNorm, TransformerConv

DENSE_FROM = 0.01  # share of gene pairs joined from which the dense form is faster


class GeneAttention(TransformerConv):
    """Graph transformer layer of Shi et al. (IJCAI 2021), eq. 3–5, with a dense form for dense graphs.

    `graph` is either a bool mask (n_genes, n_genes), whose row i says which genes i attends to, or
    an int64 `edge_index` (2, n_edges); both give the same output.
    """

    def forward(self, x: Tensor, graph: Tensor) -> Tensor:
        """From (n_genes, n_in) to (n_genes, heads · n_out)."""
        if graph.dtype != torch.bool:
            return super().forward(x, graph)
        query, key, value = (self._heads(layer(x)) for layer in (self.lin_query, self.lin_key, self.lin_value))
        out = scaled_dot_product_attention(query, key, value, attn_mask=graph[None, None])  # (1, heads, n_genes, c)
        return out[0].transpose(0, 1).flatten(1) + self.lin_skip(x)  # (n_genes, heads * c)

    def _heads(self, x: Tensor) -> Tensor:
        return x.view(len(x), self.heads, self.out_channels).transpose(0, 1)[None]  # (1, heads, n_genes, c)


class AttentionBlock(nn.Module):
    """Attention, GraphNorm over the genes of one graph, Mish."""

    def __init__(self, n_in: int, n_out: int, heads: int) -> None:
        super().__init__()
        self.attention = GeneAttention(n_in, n_out, heads=heads)
        self.norm = GraphNorm(heads * n_out)

    def forward(self, x: Tensor, graph: Tensor) -> Tensor:
        return nn.functional.mish(self.norm(self.attention(x, graph)))  # (n_genes, heads * n_out)


def attention_graph(edges: Tensor, n_genes: int) -> Tensor:
    """The form of a graph that is faster at its density, with every gene joined to itself.

    `edges` are undirected pairs i < j, int64 (2, n_edges).
    """
    loops = torch.arange(n_genes, device=edges.device).repeat(2, 1)
    index = torch.cat([edges, edges.flip(0), loops], dim=1)
    if 2 * edges.shape[1] < DENSE_FROM * n_genes**2:
        return index
    mask = torch.zeros(n_genes, n_genes, dtype=torch.bool, device=edges.device)
    mask[index[0], index[1]] = True
    return mask

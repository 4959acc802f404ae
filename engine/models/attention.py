"""TransformerConv on gene graphs: many graphs at once as masked dense attention, or edge by edge."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import mish, scaled_dot_product_attention

DENSE_FROM = 0.01  # share of gene pairs joined from which the dense form is faster


@dataclass(frozen=True)
class Ties:
    """Who listens to whom in the graphs of a batch; each gene always listens to itself.

    Dense: float32 (n_graphs, n_genes, n_genes), row i is 0 at the genes that i listens to and −∞ elsewhere.
    Edge-wise: int64 (2, n_ties) of (source, target) rows of all graphs one below the other. `rising` and `opposing`
    are the ties of positive and of negative edges; both are `all` where signs are ignored. `genes` tells
    the rows that hold a gene from those that only pad, bool (n_graphs, n_genes).
    """

    all: Tensor
    rising: Tensor
    opposing: Tensor
    genes: Tensor

    @property
    def dense(self) -> bool:
        """Whether ties are masks."""
        return self.all.is_floating_point()


class GeneAttention(nn.Module):
    """Graph transformer layer of Shi et al. (IJCAI 2021), eq. 3–5, for a batch of gene graphs.

    With two heads or more, the first half hear the genes that rise with a gene and the others those that
    replace it, so that the sign of an edge is attended to. Where the three kinds of ties are the same this
    is PyTorch Geometric's TransformerConv, whose parameters have the same names.
    """

    def __init__(self, n_in: int, n_out: int, heads: int = 1) -> None:
        super().__init__()
        self.heads, self.n_out = heads, n_out
        self.lin_query = nn.Linear(n_in, heads * n_out)
        self.lin_key = nn.Linear(n_in, heads * n_out)
        self.lin_value = nn.Linear(n_in, heads * n_out)
        self.lin_skip = nn.Linear(n_in, heads * n_out)

    def project(self, x: Tensor) -> Tensor:
        """Query, key, value and skip of each gene, (..., n_genes, 4, heads · n_out)."""
        return torch.stack([self.lin_query(x), self.lin_key(x), self.lin_value(x), self.lin_skip(x)], dim=-2)

    def forward(self, x: Tensor, ties: Ties) -> Tensor:
        """From (n_graphs, n_genes, n_in) to (n_graphs, n_genes, heads · n_out)."""
        return attend(self.project(x), ties, self.heads)


def attend(projected: Tensor, ties: Ties, heads: int) -> Tensor:
    """Attention over ties, from (n_graphs, n_genes, 4, heads · c) to (n_graphs, n_genes, heads · c)."""
    query, key, value, skip = projected.unbind(-2)
    half = heads // 2
    parts = [(slice(0, half), ties.rising), (slice(half, heads), ties.opposing)]
    if half == 0 or ties.rising is ties.all:
        parts = [(slice(0, heads), ties.all)]
    split = [t.unflatten(-1, (heads, -1)) for t in (query, key, value)]  # (n_graphs, n_genes, heads, c)
    hear = _hear_dense if ties.dense else _hear_edges
    heard = [hear(*(t[..., which, :] for t in split), joined) for which, joined in parts]
    return torch.cat(heard, dim=-2).flatten(-2) + skip


def _hear_dense(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    query, key, value = (t.transpose(1, 2) for t in (query, key, value))  # (n_graphs, heads, n_genes, c)
    mask = mask[:, None].to(query.dtype)
    return scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(1, 2)


def _hear_edges(query: Tensor, key: Tensor, value: Tensor, edges: Tensor) -> Tensor:
    from torch_geometric.utils import softmax  # 100 MB that dense graphs do without

    shape, (source, target) = query.shape, edges
    query, key, value = (t.flatten(0, 1) for t in (query, key, value))  # (n_rows, heads, c)
    weight = (query[target] * key[source]).sum(-1) / math.sqrt(shape[-1])  # (n_ties, heads)
    message = softmax(weight, target, num_nodes=len(query))[..., None] * value[source]
    return torch.zeros_like(value).index_add(0, target, message).view(shape)


class GraphNorm(nn.Module):
    """GraphNorm (Cai et al., ICML 2021) over the genes of each graph of a batch; padding counts for nothing."""

    def __init__(self, n_channels: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n_channels))
        self.bias = nn.Parameter(torch.zeros(n_channels))
        self.mean_scale = nn.Parameter(torch.ones(n_channels))
        self.eps = eps

    def forward(self, x: Tensor, genes: Tensor) -> Tensor:
        """(n_graphs, n_genes, n_channels) to the same; rows that only pad become 0."""
        held = genes[..., None].to(x.dtype)
        count = held.sum(1, keepdim=True)
        out = (x - self.mean_scale * (x * held).sum(1, keepdim=True) / count) * held
        spread = (out.square().sum(1, keepdim=True) / count + self.eps).rsqrt()
        return (self.weight * out * spread + self.bias) * held


class AttentionBlock(nn.Module):
    """Attention, GraphNorm over the genes of each graph, Mish."""

    def __init__(self, n_in: int, n_out: int, heads: int) -> None:
        super().__init__()
        self.attention = GeneAttention(n_in, n_out, heads=heads)
        self.norm = GraphNorm(heads * n_out)

    def forward(self, x: Tensor, ties: Ties) -> Tensor:
        return mish(self.norm(self.attention(x, ties), ties.genes))  # (n_graphs, n_genes, heads * n_out)


def dense_ties(edges: list[Tensor], signs: list[Tensor], sizes: list[int]) -> Ties:
    """Masks of graphs of like size, padded to the largest.

    Parameters
    ----------
    edges
        Undirected pairs i < j of each graph, integer (2, n_edges).
    signs
        1 or −1 of each edge, or an empty tensor where signs are ignored.
    sizes
        Genes of each graph.
    """
    n, device = max(sizes), edges[0].device
    sign = torch.zeros(len(sizes), n, n, dtype=torch.int8, device=device)
    for graph, (pairs, of_pair) in enumerate(zip(edges, signs, strict=True)):
        i, j = pairs.long()
        value = of_pair if len(of_pair) else torch.ones_like(i, dtype=torch.int8)
        sign[graph, i, j] = value
        sign[graph, j, i] = value
    loops = torch.eye(n, dtype=torch.bool, device=device)
    both = _mask((sign != 0) | loops)
    genes = torch.arange(n, device=device) < torch.tensor(sizes, device=device)[:, None]
    if not any(len(of_pair) for of_pair in signs):
        return Ties(both, both, both, genes)
    return Ties(both, _mask((sign > 0) | loops), _mask((sign < 0) | loops), genes)


def _mask(joined: Tensor) -> Tensor:
    """Added to the logits of attention, made once for all layers: a bool mask is turned to numbers at each."""
    return torch.zeros(joined.shape, device=joined.device).masked_fill_(~joined, -math.inf)


def edgewise_ties(edges: list[Tensor], signs: list[Tensor], sizes: list[int]) -> Ties:
    """The same ties edge by edge; rows of the padded graphs lie one below the other."""
    n, device = max(sizes), edges[0].device
    shifted = [pairs.long() + graph * n for graph, pairs in enumerate(edges)]
    pairs, sign = torch.cat(shifted, dim=1), torch.cat(list(signs))
    loops = torch.arange(len(sizes) * n, device=device).repeat(2, 1)
    genes = torch.arange(n, device=device) < torch.tensor(sizes, device=device)[:, None]

    def both_ways(kept: Tensor) -> Tensor:
        return torch.cat([kept, kept.flip(0), loops], dim=1)

    both = both_ways(pairs)
    if not len(sign):
        return Ties(both, both, both, genes)
    return Ties(both, both_ways(pairs[:, sign > 0]), both_ways(pairs[:, sign < 0]), genes)

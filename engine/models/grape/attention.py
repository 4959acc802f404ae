"""GATv2 with own weights per kind of edge; what changes with a knocked-out gene is worked out for the genes it reaches.

A perturbation masks one gene or two. A layer then differs from that of the whole graph only at their neighbours, the
next at the neighbours of these. So the whole graph goes through a layer once, and for each perturbation its sums over
edges are put right where a sender or a listener differs: the same numbers as of the whole graph once more, at a few
hundredths of the cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

SLOPE = 0.2
FAINT = 1e-6  # least sum of attention left, where the strongest sender counts 1


@dataclass(frozen=True)
class Edges:
    """Directed edges by kind: both ways along each pair, and each gene to itself.

    `of_kind` holds numbers of edges, int64 (n_edges of the kind,), for each kind 2 · type of source + type of target;
    `source` and `target` int64 (n_edges,); `weight` float32 (n_edges,), 1 for a gene to itself.
    """

    source: Tensor
    target: Tensor
    weight: Tensor
    of_kind: list[Tensor]


def edges_of(pairs: Tensor, weight: Tensor, types: Tensor) -> Edges:
    """Edges from pairs (2, n_pairs), their weights, and the type (0 or 1) of each gene (n_genes,)."""
    loops = torch.arange(len(types), device=types.device)
    source, target = torch.cat([pairs[0], pairs[1], loops]), torch.cat([pairs[1], pairs[0], loops])
    kind = 2 * types[source] + types[target]
    every = torch.cat([weight, weight, weight.new_ones(len(types))])
    return Edges(source, target, every, [(kind == k).nonzero().ravel() for k in range(4)])


class Rows(NamedTuple):
    """Genes that a perturbation changed: number of the perturbation, number of the gene, and the new vector."""

    of: Tensor
    gene: Tensor
    h: Tensor


class Touched(NamedTuple):
    """Edges whose sender or listener changed, by perturbation, and the rows that they change.

    `of` and `edge` (n_touched,); `next_of` and `next_gene` the rows after the layer; `row` the one of these that
    an edge ends at; `sender` and `listener` rows before the layer, or −1 where not changed; `before` the row before
    the layer of each row after it, or −1.
    """

    of: Tensor
    edge: Tensor
    next_of: Tensor
    next_gene: Tensor
    row: Tensor
    sender: Tensor
    listener: Tensor
    before: Tensor


@torch.no_grad()
def touched(rows: Rows, edges: Edges, n_batch: int, n_genes: int) -> Touched:
    """What a layer changes after some rows did."""
    number = rows.gene.new_full((n_batch, n_genes), -1)
    number[rows.of, rows.gene] = torch.arange(len(rows.of), device=number.device)
    changed = number >= 0
    of, edge = (changed[:, edges.source] | changed[:, edges.target]).nonzero().T
    source, target = edges.source[edge], edges.target[edge]
    keys, row = torch.unique(of * n_genes + target, return_inverse=True)
    next_of, next_gene = keys // n_genes, keys % n_genes
    return Touched(of, edge, next_of, next_gene, row, number[of, source], number[of, target],
                   number[next_of, next_gene])  # fmt: skip


class EdgeAttention(nn.Module):
    """GATv2 (Brody et al., ICLR 2022) along one kind of edges, with the edge's weight as its one feature.

    The same as PyTorch Geometric's GATv2Conv without a bias, whose parameters have the same names.
    """

    def __init__(self, n_hidden: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.lin_l, self.lin_r = nn.Linear(n_hidden, n_hidden), nn.Linear(n_hidden, n_hidden)
        self.lin_edge = nn.Linear(1, n_hidden, bias=False)
        self.att = nn.Parameter(torch.empty(1, heads, n_hidden // heads))
        for weight in (self.lin_l.weight, self.lin_r.weight, self.lin_edge.weight, self.att):
            nn.init.xavier_uniform_(weight)

    def logits(self, sent: Tensor, heard: Tensor, weight: Tensor) -> Tensor:
        """a · LeakyReLU(W_l h_j + W_r h_i + W_e w) of each edge and head, (n_edges, heads)."""
        mixed = leaky_relu(torch.addmm(sent + heard, weight[:, None], self.lin_edge.weight.T), SLOPE)
        return (mixed.unflatten(1, (self.heads, -1)) * self.att).sum(-1)

    def whole(self, x: Tensor, source: Tensor, target: Tensor, weight: Tensor) -> Heard:
        """Over the whole graph."""
        sent, heard = self.lin_l(x), self.lin_r(x)
        value = sent.index_select(0, source)
        logit = self.logits(value, heard.index_select(0, target), weight)
        shift = _largest(logit.detach(), target, len(x))
        share = (logit - shift.index_select(0, target)).exp()  # (n_edges, heads)
        message = _scaled(value, share)
        total = torch.zeros_like(x).index_add(0, target, message)
        mass = shift.new_zeros(shift.shape).index_add(0, target, share)
        return Heard(sent, heard, shift, share, message, total, mass, _divided(total, mass))


class Heard(NamedTuple):
    """What a kind of edges carried over the whole graph: projections, logits' maxima, and sums by listener.

    `sent`, `heard`, `total` (n_genes, n_hidden); `shift`, `mass` (n_genes, heads); `share` (n_edges, heads);
    `message` (n_edges, n_hidden); `mean` is total over mass, 0 for a gene that hears nobody.
    """

    sent: Tensor
    heard: Tensor
    shift: Tensor
    share: Tensor
    message: Tensor
    total: Tensor
    mass: Tensor
    mean: Tensor


class HeteroLayer(nn.Module):
    """h + mish(Σ over kinds of edges of GATv2 + b), normalised gene by gene (GRAPE, eq. 11).

    The sum with h keeps a gene's own vector; the paper does not tell what stands between its layers.
    """

    def __init__(self, n_hidden: int, heads: int) -> None:
        super().__init__()
        self.kinds = nn.ModuleList(EdgeAttention(n_hidden, heads) for _ in range(4))
        self.bias = nn.Parameter(torch.zeros(n_hidden))
        self.norm = nn.LayerNorm(n_hidden)

    def whole(self, x: Tensor, edges: Edges) -> tuple[Tensor, list[Heard | None], Tensor]:
        """The layer over the whole graph: new vectors, what each kind of edge carried, and the sum of that."""
        each = [kind.whole(x, edges.source[e], edges.target[e], edges.weight[e]) if len(e) else None
                for kind, e in zip(self.kinds, edges.of_kind, strict=True)]  # fmt: skip
        heard = torch.stack([part.mean for part in each if part is not None]).sum(0)
        return self._out(x, heard), each, heard

    def changed(self, x: Tensor, rows: Rows, hit: Touched, edges: Edges, each: list[Heard | None],
                heard: Tensor) -> Rows:
        """The rows after the layer that differ from those of the whole graph."""
        out = heard.index_select(0, hit.next_gene)
        kind_of = edges.source.new_zeros(len(edges.source))
        place = edges.source.new_zeros(len(edges.source))
        for k, e in enumerate(edges.of_kind):
            kind_of[e], place[e] = k, torch.arange(len(e), device=e.device)
        for k, (kind, whole) in enumerate(zip(self.kinds, each, strict=True)):
            at = (kind_of[hit.edge] == k).nonzero().ravel()
            if len(at):
                out = out + _difference(kind, whole, rows, hit, at, edges, place)
        own = _picked(x, rows.h, hit.next_gene, hit.before)
        return Rows(hit.next_of, hit.next_gene, self._out(own, out))

    def _out(self, x: Tensor, heard: Tensor) -> Tensor:
        return self.norm(x + nn.functional.mish(heard + self.bias))


def _difference(kind: EdgeAttention, whole: Heard, rows: Rows, hit: Touched, at: Tensor, edges: Edges,
                place: Tensor) -> Tensor:
    """What rows hear along one kind of edges less what they hear of the whole graph, (n_next_rows, n_hidden)."""
    edge, row, n_rows = hit.edge[at], hit.row[at], len(hit.next_gene)
    value = _picked(whole.sent, kind.lin_l(rows.h), edges.source[edge], hit.sender[at])
    listener = _picked(whole.heard, kind.lin_r(rows.h), edges.target[edge], hit.listener[at])
    logit = kind.logits(value, listener, edges.weight.index_select(0, edge))
    stays = (hit.before < 0).to(value.dtype)[:, None]  # a listener that did not change keeps its other senders
    old_shift = whole.shift.index_select(0, hit.next_gene)
    shift = torch.maximum(_largest(logit.detach(), row, n_rows), old_shift.where(stays > 0, -torch.inf))
    shift = shift.where(shift.isfinite(), 0.0)
    kept = stays * (old_shift - shift).exp()  # (n_rows, heads)
    share = (logit - shift.index_select(0, row)).exp()
    old = whole.share.index_select(0, place[edge]) * kept.index_select(0, row)
    mass = whole.mass.index_select(0, hit.next_gene) * kept
    mass = mass.index_add(0, row, share - old)
    gone = _scaled(whole.message.index_select(0, place[edge]), kept.index_select(0, row))
    total = _scaled(whole.total.index_select(0, hit.next_gene), kept)
    total = total.index_add(0, row, _scaled(value, share) - gone)
    return _divided(total, mass) - whole.mean.index_select(0, hit.next_gene)


def _picked(x: Tensor, changed: Tensor, genes: Tensor, rows: Tensor) -> Tensor:
    """Vector of each gene: the changed one where it has a row, else that of the whole graph."""
    return torch.cat([x, changed]).index_select(0, torch.where(rows < 0, genes, rows + len(x)))


def _largest(values: Tensor, at: Tensor, n: int) -> Tensor:
    """Largest of the rows of `values` by place, (n, heads); −∞ where there is none."""
    found = values.new_full((n, values.shape[1]), -torch.inf)
    return found.scatter_reduce(0, at[:, None].expand_as(values), values, "amax")


def _scaled(x: Tensor, by: Tensor) -> Tensor:
    """Each head of (n, heads · c) times its number of (n, heads)."""
    return (x.unflatten(1, (by.shape[1], -1)) * by[..., None]).flatten(1)


def _divided(total: Tensor, mass: Tensor) -> Tensor:
    return _scaled(total, 1 / mass.clamp(min=FAINT))

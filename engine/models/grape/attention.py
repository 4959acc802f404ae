"""GATv2 with own weights per kind of edge; what changes with a knocked-out gene is worked out for the genes it reaches.

A perturbation masks one gene or two. A layer then differs from that of the whole graph only at their neighbours, the
next at the neighbours of these. So the whole graph goes through a layer once, and for each perturbation its sums over
edges are put right where a sender or a listener differs: the same numbers as of the whole graph once more, at a few
hundredths of the cost.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from engine.models.grape.edges import Edges, Rows, Touched, touched

SLOPE = 0.2
FAINT = 1e-6  # least sum of attention, where the strongest sender counts 1
FRAIL = 0.99  # a listener that loses more of its attention is summed anew: a difference would lose its digits


class EdgeAttention(nn.Module):
    """GATv2 (Brody et al., ICLR 2022) along one kind of edges, with the edge's weight as its one feature.

    The same as PyTorch Geometric's GATv2Conv with its last bias at 0, whose parameters have the same names.
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


class Whole(NamedTuple):
    """A layer over the whole graph: new vectors, what each kind of edge carried, and the sum of that."""

    h: Tensor
    each: list[Heard | None]
    heard: Tensor


class HeteroLayer(nn.Module):
    """h + mish(Σ over kinds of edges of GATv2 + b), normalised gene by gene (GRAPE, eq. 11).

    The sum with h keeps a gene's own vector; the paper does not tell what stands between its layers.
    """

    def __init__(self, n_hidden: int, heads: int) -> None:
        super().__init__()
        self.kinds = nn.ModuleList(EdgeAttention(n_hidden, heads) for _ in range(4))
        self.bias = nn.Parameter(torch.zeros(n_hidden))
        self.norm = nn.LayerNorm(n_hidden)

    def whole(self, x: Tensor, edges: Edges) -> Whole:
        """The layer over the whole graph."""
        each = [kind.whole(x, edges.source[e], edges.target[e], edges.weight[e]) if len(e) else None
                for kind, e in zip(self.kinds, edges.of_kind, strict=True)]  # fmt: skip
        heard = torch.stack([part.mean for part in each if part is not None]).sum(0)
        return Whole(self._out(x, heard), each, heard)

    def changed(self, x: Tensor, rows: Rows, edges: Edges, whole: Whole, n_batch: int) -> Rows:
        """The rows after the layer that differ from those of the whole graph."""
        hit = touched(rows, edges, n_batch, len(x))
        frail = _frail(hit, edges, whole.each, n_batch, len(x))
        if frail.any():
            hit = touched(rows, edges, n_batch, len(x), frail=frail)
        out = whole.heard.index_select(0, hit.next_gene)
        for k, (kind, carried) in enumerate(zip(self.kinds, whole.each, strict=True)):
            at = (edges.kind[hit.edge] == k).nonzero().ravel()
            if len(at):
                out = out + _difference(kind, carried, rows, hit, at, edges)
        own = _picked(x, rows.h, hit.next_gene, hit.before)
        return Rows(hit.next_of, hit.next_gene, self._out(own, out))

    def _out(self, x: Tensor, heard: Tensor) -> Tensor:
        return self.norm(x + nn.functional.mish(heard + self.bias))


def _difference(kind: EdgeAttention, whole: Heard, rows: Rows, hit: Touched, at: Tensor,
                edges: Edges) -> Tensor:
    """What rows hear along one kind of edges less what they hear of the whole graph, (n_next_rows, n_hidden)."""
    edge, row, n_rows = hit.edge[at], hit.row[at], len(hit.next_gene)
    value = _picked(whole.sent, kind.lin_l(rows.h), edges.source[edge], hit.sender[at])
    listener = _picked(whole.heard, kind.lin_r(rows.h), edges.target[edge], hit.listener[at])
    logit = kind.logits(value, listener, edges.weight.index_select(0, edge))
    stays = (~hit.anew).to(value.dtype)[:, None]  # a listener that is not summed anew keeps its other senders
    old_shift = whole.shift.index_select(0, hit.next_gene)
    shift = torch.maximum(_largest(logit.detach(), row, n_rows), old_shift.where(stays > 0, -torch.inf))
    shift = shift.where(shift.isfinite(), 0.0)
    kept = stays * (old_shift - shift).exp()  # (n_rows, heads)
    share = (logit - shift.index_select(0, row)).exp()
    old = whole.share.index_select(0, edges.place[edge]) * kept.index_select(0, row)
    mass = whole.mass.index_select(0, hit.next_gene) * kept
    mass = mass.index_add(0, row, share - old)
    gone = _scaled(whole.message.index_select(0, edges.place[edge]), kept.index_select(0, row))
    total = _scaled(whole.total.index_select(0, hit.next_gene), kept)
    total = total.index_add(0, row, _scaled(value, share) - gone)
    return _divided(total, mass) - whole.mean.index_select(0, hit.next_gene)


@torch.no_grad()
def _frail(hit: Touched, edges: Edges, each: list[Heard | None], n_batch: int, n_genes: int) -> Tensor:
    """Unchanged listeners whose attention went nearly all to changed senders, bool (n_batch, n_genes)."""
    found = torch.zeros(n_batch, n_genes, dtype=torch.bool, device=hit.of.device)
    for k, whole in enumerate(each):
        at = ((edges.kind[hit.edge] == k) & ~hit.anew[hit.row]).nonzero().ravel()
        if whole is None or not len(at):
            continue
        lost = whole.mass.new_zeros(len(hit.next_gene), whole.mass.shape[1])
        lost = lost.index_add(0, hit.row[at], whole.share[edges.place[hit.edge[at]]])
        bad = (lost > FRAIL * whole.mass[hit.next_gene]).any(1) & (lost > 0).any(1)
        found[hit.next_of[bad], hit.next_gene[bad]] = True
    return found


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

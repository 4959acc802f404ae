"""Edges of a graph of genes by kind, and which of them change when the vectors of some genes do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor


@dataclass(frozen=True)
class Edges:
    """Directed edges by kind: both ways along each pair, and each gene to itself.

    `source` and `target` int64 (n_edges,); `weight` float32 (n_edges,), 1 for a gene to itself; `kind` of each edge,
    2 · type of source + type of target; `of_kind`, numbers of the edges of each kind, int64 (n_edges of the kind,);
    `place` of each edge among those of its kind; `leaving` and `arriving`, the edges by source and by target: their
    numbers, and where those of each gene begin, int64 (n_edges,) and (n_genes + 1,).
    """

    source: Tensor
    target: Tensor
    weight: Tensor
    kind: Tensor
    of_kind: list[Tensor]
    place: Tensor
    leaving: tuple[Tensor, Tensor]
    arriving: tuple[Tensor, Tensor]


def edges_of(pairs: Tensor, weight: Tensor, types: Tensor) -> Edges:
    """Edges from pairs (2, n_pairs), their weights, and the type (0 or 1) of each gene (n_genes,)."""
    loops = torch.arange(len(types), device=types.device)
    source, target = torch.cat([pairs[0], pairs[1], loops]), torch.cat([pairs[1], pairs[0], loops])
    kind = 2 * types[source] + types[target]
    every = torch.cat([weight, weight, weight.new_ones(len(types))])
    of_kind, place = [(kind == k).nonzero().ravel() for k in range(4)], torch.zeros_like(source)
    for e in of_kind:
        place[e] = torch.arange(len(e), device=place.device)
    return Edges(source, target, every, kind, of_kind, place, _ordered(source, len(types)),
                 _ordered(target, len(types)))  # fmt: skip


def _ordered(ends: Tensor, n_genes: int) -> tuple[Tensor, Tensor]:
    found, order = torch.sort(ends, stable=True)
    return order, torch.searchsorted(found, torch.arange(n_genes + 1, device=ends.device))


def _at(genes: Tensor, ordered: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Edges at some genes, and the number in `genes` of the one that each is at."""
    order, begin = ordered
    count = begin[genes + 1] - begin[genes]
    number = torch.repeat_interleave(torch.arange(len(genes), device=genes.device), count)
    within = torch.arange(len(number), device=genes.device) - (count.cumsum(0) - count)[number]
    return number, order[begin[genes][number] + within]


class Rows(NamedTuple):
    """Genes that a perturbation changed: number of the perturbation, number of the gene, and the new vector."""

    of: Tensor
    gene: Tensor
    h: Tensor


class Touched(NamedTuple):
    """Edges whose sender or listener changed, by perturbation, and the rows that they change.

    `of` and `edge` (n_touched,); `next_of` and `next_gene` the rows after the layer; `row` the one of these that
    an edge ends at; `sender` and `listener` rows before the layer, or −1 where not changed; `before` the row before
    the layer of each row after it, or −1; `anew` whether a row after it is summed over all of its edges, bool.
    """

    of: Tensor
    edge: Tensor
    next_of: Tensor
    next_gene: Tensor
    row: Tensor
    sender: Tensor
    listener: Tensor
    before: Tensor
    anew: Tensor


@torch.no_grad()
def touched(rows: Rows, edges: Edges, n_batch: int, n_genes: int, *, frail: Tensor | None = None) -> Touched:
    """What a layer changes after some rows did; `frail` listeners, bool (n_batch, n_genes), are summed anew too."""
    number = rows.gene.new_full((n_batch, n_genes), -1)
    number[rows.of, rows.gene] = torch.arange(len(rows.of), device=number.device)
    anew = number >= 0 if frail is None else (number >= 0) | frail
    anew_of, anew_gene = anew.nonzero().T
    sending, sent = _at(rows.gene, edges.leaving)
    hearing, heard = _at(anew_gene, edges.arriving)
    n_edges = len(edges.source)
    hits = torch.unique(torch.cat([rows.of[sending] * n_edges + sent, anew_of[hearing] * n_edges + heard]))
    of, edge = hits // n_edges, hits % n_edges
    source, target = edges.source[edge], edges.target[edge]
    keys, row = torch.unique(of * n_genes + target, return_inverse=True)
    next_of, next_gene = keys // n_genes, keys % n_genes
    return Touched(of, edge, next_of, next_gene, row, number[of, source], number[of, target],
                   number[next_of, next_gene], anew[next_of, next_gene])  # fmt: skip

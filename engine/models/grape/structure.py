"""The gene graph: a mean over modalities, refined by what genes several hops away are like (GRAPE, eq. 5 to 10)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import mish

from engine.models.grape.pairs import places, strongest, union
from engine.models.grape.similarity import HeadSimilarity, alike


@dataclass(frozen=True)
class Selection:
    """Which pairs are in which graph; the values follow from the weights at every step.

    `of_view` and `of_hop` are the pairs kept of each modality and of each hop, `first` those of A, `all` those of A or
    of any hop, `kept` the numbers among `all` of the pairs of A′ that genes listen along.
    """

    of_view: list[Tensor]
    first: Tensor
    of_hop: list[Tensor]
    all: Tensor
    kept: Tensor

    @property
    def pairs(self) -> Tensor:
        """The pairs that genes listen along, (2, n_kept)."""
        return self.all[:, self.kept]


class GraphConv(nn.Module):
    """mish(D^-½ (A + I) D^-½ H W + b) (Kipf and Welling, ICLR 2017), A given by pairs; gradient reaches A."""

    def __init__(self, n_hidden: int) -> None:
        super().__init__()
        self.lin = nn.Linear(n_hidden, n_hidden)

    def forward(self, h: Tensor, pairs: Tensor, values: Tensor) -> Tensor:
        """(n_genes, n_hidden) to the same; `values` of each pair, 0 or more."""
        i, j = pairs
        degree = h.new_ones(len(h)).index_add(0, i, values).index_add(0, j, values)
        scale = degree.rsqrt()
        weight = (values * scale.index_select(0, i) * scale.index_select(0, j))[:, None]
        out = h * scale.square()[:, None]
        out = out.index_add(0, i, weight * h.index_select(0, j)).index_add(0, j, weight * h.index_select(0, i))
        return mish(self.lin(out))


class Structure(nn.Module):
    """A from the modalities, A′ from A and the graphs of K hops by channel attention.

    The paper's text names a channel attention layer and no form of it; here it is a softmax over the channels
    A, S⁽¹⁾ … S⁽ᴷ⁾ with a learned weight each.
    """

    def __init__(self, n_views: int, n_hidden: int, *, heads: int, hops: int, neighbours: int) -> None:
        super().__init__()
        self.neighbours = neighbours
        self.view = nn.ModuleList(HeadSimilarity(n_hidden, heads) for _ in range(n_views))
        self.conv = nn.ModuleList(GraphConv(n_hidden) for _ in range(hops))
        self.hop = nn.ModuleList(HeadSimilarity(n_hidden, heads) for _ in range(hops))
        self.channel = nn.Parameter(torch.zeros(hops + 1))

    @torch.no_grad()
    def select(self, views: list[Tensor], known: list[Tensor], fused: Tensor) -> Selection:
        """The pairs of every graph by the weights of now."""
        n, k = len(fused), self.neighbours
        of_view = [alike(s.units(h), k, known=has) for s, h, has in zip(self.view, views, known, strict=True)]
        first = union(of_view, n)
        a, anyone = self._first(views, of_view, first), torch.stack(known).any(0)
        of_hop = [alike(s.units(h), k, known=anyone)
                  for s, h in zip(self.hop, self._hops(fused, first, a), strict=True)]  # fmt: skip
        whole = Selection(of_view, first, of_hop, union([first, *of_hop], n), first.new_zeros(0))
        _, refined = self._graphs(views, fused, whole)
        return Selection(of_view, first, of_hop, whole.all, strongest(whole.all, refined, n, k))

    def forward(self, views: list[Tensor], fused: Tensor, chosen: Selection) -> tuple[Tensor, Tensor]:
        """Weights A′ of the kept pairs, and ‖A′ − A‖²_F a gene (eq. 10)."""
        a, refined = self._graphs(views, fused, chosen)
        return refined.index_select(0, chosen.kept), departure(a, refined, len(fused))

    def _graphs(self, views: list[Tensor], fused: Tensor, chosen: Selection) -> tuple[Tensor, Tensor]:
        """A and A′ on all pairs of either."""
        n, first = len(fused), self._first(views, chosen.of_view, chosen.first)
        a = _laid(first, chosen.first, chosen.all, n)
        share = self.channel.softmax(0)
        refined = share[0] * a
        hops = self._hops(fused, chosen.first, first)
        for s, h, pairs, weight in zip(self.hop, hops, chosen.of_hop, share[1:], strict=True):
            refined = refined + weight * _laid(s(h, pairs).clamp(min=0), pairs, chosen.all, n)
        return a, refined

    def _first(self, views: list[Tensor], of_view: list[Tensor], first: Tensor) -> Tensor:
        """A on its own pairs: the mean over modalities (eq. 5)."""
        found = [_laid(s(h, pairs).clamp(min=0), pairs, first, len(h))
                 for s, h, pairs in zip(self.view, views, of_view, strict=True)]  # fmt: skip
        return torch.stack(found).mean(0)

    def _hops(self, h: Tensor, pairs: Tensor, values: Tensor) -> list[Tensor]:
        """H⁽ᵏ⁾ = GCN(A, H⁽ᵏ⁻¹⁾) for k = 1 … K (eq. 6 and 7)."""
        found = []
        for conv in self.conv:
            h = conv(h, pairs, values)
            found.append(h)
        return found


def departure(a: Tensor, refined: Tensor, n_genes: int) -> Tensor:
    """‖A′ − A‖²_F over the number of genes, from the values of the pairs of either."""
    return 2 * (refined - a).square().sum() / n_genes


def _laid(values: Tensor, pairs: Tensor, among: Tensor, n: int) -> Tensor:
    """Values of `pairs` on the longer list `among`, 0 elsewhere."""
    return values.new_zeros(among.shape[1]).index_add(0, places(pairs, among, n), values)

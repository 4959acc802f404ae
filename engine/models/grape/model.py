"""GRAPE: a heterogeneous graph of coding and non-coding genes, built from features, that a knockout is read from."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.models.grape.edges import Edges, edges_of
from engine.models.grape.features import Fusion, Views
from engine.models.grape.response import Response
from engine.models.grape.structure import Selection, Structure
from engine.params import GrapeParams


class Grape(nn.Module):
    """The whole network (GRAPE, section 4).

    Parameters
    ----------
    raw, known
        Features of each modality and which genes have them, as `Views` takes them.
    types
        0 for a coding gene and 1 for another, int64 (n_genes,); all 0 tells no types apart.
    n_out
        How many of the genes, the first ones, have their change told.
    """

    def __init__(self, raw: list[Tensor], known: list[Tensor], types: Tensor, n_out: int, params: GrapeParams) -> None:
        super().__init__()
        width, self._only_fused = params.n_hidden, params.features == "only fusion"
        self.register_buffer("types", types, persistent=False)
        self.views = Views(raw, known, width)
        self.fusion = Fusion(len(raw), width)
        self.structure = Structure(1 if self._only_fused else len(raw), width, heads=params.heads, hops=params.hops,
                                   neighbours=params.neighbours)  # fmt: skip
        self.response = Response(n_out, width, heads=params.heads, layers=params.layers)

    def vectors(self) -> tuple[list[Tensor], list[Tensor], Tensor]:
        """What graphs are made of, which genes have it, and the fused vectors."""
        views = self.views()
        known = [self.views.known(m) for m in range(len(views))]
        fused = self.fusion(views)
        return ([fused], [torch.stack(known).any(0)], fused) if self._only_fused else (views, known, fused)

    @torch.no_grad()
    def select(self) -> Selection:
        """The pairs of every graph, by the weights of now."""
        return self.structure.select(*self.vectors())

    def graph(self, chosen: Selection) -> tuple[Tensor, Edges, Tensor]:
        """Fused vectors, the edges that genes listen along, and the regulariser of the structure."""
        views, _, fused = self.vectors()
        weight, departure = self.structure(views, fused, chosen)
        return fused, edges_of(chosen.pairs, weight, self.types), departure

    def forward(self, chosen: Selection, of: Tensor, genes: Tensor, n_batch: int) -> tuple[Tensor, Tensor]:
        """Change by each perturbation, (n_batch, n_out), and the regulariser."""
        fused, edges, departure = self.graph(chosen)
        whole = self.response.whole(fused, edges)
        return self.response(fused, edges, whole, of, genes, n_batch), departure

"""How like two genes are, by several weighted cosines (GRAPE, eq. 3 and 4), and the pairs worth keeping."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from engine.models.grape.pairs import listed

LEAST = 0.05  # ε: a pair less alike than this is none
ROWS = 512  # genes compared with all others at a time


class HeadSimilarity(nn.Module):
    """s_ij = mean over heads of cos(w_h ⊙ h_i, w_h ⊙ h_j), w_h learned."""

    def __init__(self, n_hidden: int, heads: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(1 + 0.3 * torch.randn(heads, n_hidden))

    def units(self, h: Tensor) -> Tensor:
        """Rows whose products are the similarities, (n_genes, heads · n_hidden)."""
        heads = normalize(h[:, None] * self.weight, dim=-1)  # (n_genes, heads, n_hidden)
        return heads.flatten(1) / len(self.weight) ** 0.5

    def forward(self, h: Tensor, pairs: Tensor) -> Tensor:
        """Similarity of listed pairs, (n_pairs,); the gradient goes through these alone."""
        squares = self.weight.square()  # (heads, n_hidden)
        length = (h.square() @ squares.T).clamp(min=1e-16).sqrt()  # (n_genes, heads)
        i, j = pairs
        both = (h.index_select(0, i) * h.index_select(0, j)) @ squares.T  # (n_pairs, heads)
        return (both / (length.index_select(0, i) * length.index_select(0, j))).mean(1)


@torch.no_grad()
def alike(units: Tensor, k: int, *, known: Tensor | None = None, least: float = LEAST) -> Tensor:
    """The pairs among the k most alike of either gene and at least ε alike, a block of rows at a time.

    Parameters
    ----------
    units
        As `HeadSimilarity.units` gives them.
    known
        Genes that may be compared, bool (n_genes,); those without features would all be alike.
    """
    genes = torch.arange(len(units), device=units.device) if known is None else known.nonzero().ravel()
    rows = units[genes]
    k, found = min(k, len(genes) - 1), [genes.new_zeros(2, 0)]
    for start in range(0, len(genes) if k > 0 else 0, ROWS):
        block = rows[start : start + ROWS] @ rows.T
        at = torch.arange(len(block), device=units.device)
        block[at, start + at] = -2.0
        values, columns = block.topk(k, dim=1)
        i, j = (values >= least).nonzero().T
        found.append(torch.stack([genes[start + i], genes[columns[i, j]]]))
    return listed(*torch.cat(found, dim=1), len(units))

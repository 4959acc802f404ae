"""Text and sequence of genes as vectors of one space: projection, InfoNCE alignment, fusion (GRAPE, eq. 1 and 2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize


class Views(nn.Module):
    """h_m = f_m(raw) of each modality; a gene without features of a modality gets a learned vector instead.

    Parameters
    ----------
    raw
        Features of each modality, float32 (n_genes, n_features of it), zero where not known.
    known
        Which genes have them, bool (n_genes,) each.
    """

    def __init__(self, raw: list[Tensor], known: list[Tensor], n_hidden: int) -> None:
        super().__init__()
        for m, (x, has) in enumerate(zip(raw, known, strict=True)):
            self.register_buffer(f"raw_{m}", x, persistent=False)
            self.register_buffer(f"known_{m}", has, persistent=False)
        self.project = nn.ModuleList(nn.Linear(x.shape[1], n_hidden) for x in raw)
        self.stand_in = nn.ParameterList(nn.Parameter(torch.zeros(n_hidden)) for _ in raw)

    def known(self, modality: int) -> Tensor:
        """Which genes have features of a modality, bool (n_genes,)."""
        return getattr(self, f"known_{modality}")

    def forward(self) -> list[Tensor]:
        """Vectors of each modality, (n_genes, n_hidden)."""
        return [self.of(m) for m in range(len(self.project))]

    def of(self, modality: int, genes: Tensor | None = None) -> Tensor:
        """Vectors of one modality, of some genes or of all."""
        raw, known = getattr(self, f"raw_{modality}"), self.known(modality)
        if genes is not None:
            raw, known = raw[genes], known[genes]
        return torch.where(known[:, None], self.project[modality](raw), self.stand_in[modality])


class Fusion(nn.Module):
    """MLP([h_text ; h_seq]) (GRAPE, eq. 2); of one modality, MLP of that."""

    def __init__(self, n_modalities: int, n_hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_modalities * n_hidden, n_hidden), nn.Mish(),
                                    nn.Linear(n_hidden, n_hidden), nn.LayerNorm(n_hidden))  # fmt: skip

    def forward(self, views: list[Tensor]) -> Tensor:
        """(n_genes, n_hidden) from as much of each modality."""
        return self.layers(torch.cat(views, dim=1))


def info_nce(a: Tensor, b: Tensor, temperature: float) -> Tensor:
    """InfoNCE of two views of the same genes (GRAPE, eq. 1), mean of both directions.

    Row i of `a` and row i of `b` are one gene; the other rows of the other view are what it is told from:
    −log exp(cos(a_i, b_i)/τ) / Σ_j exp(cos(a_i, b_j)/τ).
    """
    logits = normalize(a, dim=1) @ normalize(b, dim=1).T / temperature  # (n, n)
    own = torch.arange(len(a), device=a.device)
    return (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2

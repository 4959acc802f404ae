"""The three losses of MuSe-GNN: reconstruction, weighted similarity, contrast."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, normalize


def signed_reconstruction(logits: Tensor, sign: Tensor) -> Tensor:
    """Binary cross-entropy of (positive, negative) edge logits (n_pairs, 2); `sign` is 1, −1 or 0 (no edge)."""
    target = torch.stack([sign > 0, sign < 0], dim=1).to(logits.dtype)
    return binary_cross_entropy_with_logits(logits, target)


def dense_reconstruction(logits: Tensor, adjacency: Tensor) -> Tensor:
    """Binary cross-entropy over all ordered gene pairs (paper, eq. 4)."""
    return binary_cross_entropy_with_logits(logits, adjacency.to(logits.dtype))


def weighted_similarity(z_1: Tensor, z_2: Tensor, weight: Tensor) -> Tensor:
    """−mean over the common genes of λ · cosine (paper, section 3.5, eq. 5); rows are paired."""
    return -(weight * (normalize(z_1, dim=1) * normalize(z_2, dim=1)).sum(1)).mean()


def nt_xent(a: Tensor, b: Tensor, temperature: float) -> Tensor:
    """Symmetric InfoNCE (paper, eq. 6): row i of `a` and of `b` are each other's positive, all else negative.

    One cross-entropy on the dense 2n × 2n cosine matrix; equal to the published form, whose cost is
    cubic in the number of anchors.
    """
    both = normalize(torch.cat([a, b]), dim=1)
    logits = both @ both.T / temperature
    logits = logits.masked_fill(torch.eye(len(both), dtype=torch.bool, device=both.device), float("-inf"))
    positive = torch.arange(len(both), device=both.device).roll(len(a))
    return cross_entropy(logits, positive)

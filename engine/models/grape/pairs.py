"""Pairs of genes as lists: unions of them, values of one list laid on another, the strongest of each gene.

A list of pairs is int64 (2, n_pairs), i < j, in the order of i · n + j, no pair twice.
"""

from __future__ import annotations

import torch
from torch import Tensor


def listed(i: Tensor, j: Tensor, n: int) -> Tensor:
    """Unordered pairs as a list, each once; a gene with itself left out."""
    keys = torch.unique(torch.minimum(i, j) * n + torch.maximum(i, j))
    pairs = torch.stack([keys // n, keys % n])
    return pairs[:, pairs[0] != pairs[1]]


def union(lists: list[Tensor], n: int) -> Tensor:
    """Pairs that are in any of the lists."""
    return listed(*torch.cat(lists, dim=1), n)


def places(pairs: Tensor, among: Tensor, n: int) -> Tensor:
    """Where each pair stands in `among`, which holds it, int64 (n_pairs,)."""
    return torch.searchsorted(among[0] * n + among[1], pairs[0] * n + pairs[1])


def strongest(pairs: Tensor, values: Tensor, n: int, k: int) -> Tensor:
    """Numbers of the pairs that are among the k strongest of either of their genes, sorted."""
    ends, numbers = pairs.flatten(), torch.arange(pairs.shape[1], device=pairs.device).repeat(2)
    order = torch.argsort(values.repeat(2), descending=True, stable=True)
    order = order[torch.argsort(ends[order], stable=True)]
    sorted_ends = ends[order]
    first = torch.searchsorted(sorted_ends, torch.arange(n, device=pairs.device))
    rank = torch.arange(len(order), device=pairs.device) - first[sorted_ends]
    return torch.unique(numbers[order[rank < k]])

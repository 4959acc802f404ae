"""How many datasets go through a step of training together; without torch, for whoever must tell beforehand."""

from __future__ import annotations

BLOCK_DATASETS = 8
BLOCK_PAIRS = 72_000_000  # gene pairs of all datasets of a block, unless it has but two


def block_size(n_genes: list[int]) -> int:
    """How many datasets a block holds at most."""
    return max(2, min(BLOCK_DATASETS, BLOCK_PAIRS // max(n_genes) ** 2))

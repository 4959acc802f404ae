"""How many datasets go through a step of training together; without torch, for whoever must tell beforehand."""

from __future__ import annotations

BLOCK_DATASETS = 8
BLOCK_PAIRS = 72_000_000  # gene pairs of all datasets of a block, unless it has but two


def block_count(n_genes: list[int]) -> int:
    """In how many blocks the datasets of an epoch go: as few as memory is set aside for, each of two at least."""
    most = max(2, min(BLOCK_DATASETS, BLOCK_PAIRS // max(n_genes) ** 2))
    return min(-(-len(n_genes) // most), max(1, len(n_genes) // 2))


def block_size(n_genes: list[int]) -> int:
    """How many datasets the largest block holds."""
    return -(-len(n_genes) // block_count(n_genes))

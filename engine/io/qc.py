"""Quality control: facts of each cell, and which cells the limits keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from engine.types import QcLimits

MITOCHONDRIAL = "MT-"  # how names of mitochondrial genes begin, whatever the case


@dataclass(frozen=True)
class CellFacts:
    """Facts of each cell, each float32 (n_cells,).

    `counts` in all, `genes` seen, `mito` the per cent of counts in mitochondrial genes.
    """

    counts: np.ndarray
    genes: np.ndarray
    mito: np.ndarray


def cell_facts(blocks: Iterable, names: Iterable[str]) -> CellFacts:
    """Facts of the cells in `blocks`, CSR matrices of shape (cells of the block, n_genes), one after the other."""
    mitochondrial = np.array([str(name).upper().startswith(MITOCHONDRIAL) for name in names])
    parts = [_facts_of(block, mitochondrial) for block in blocks]
    joined = [np.concatenate(part).astype(np.float32) for part in zip(*parts, strict=True)]
    return CellFacts(*joined) if joined else CellFacts(*(np.zeros(0, np.float32) for _ in range(3)))


def kept(facts: CellFacts, limits: QcLimits) -> np.ndarray:
    """Cells within all limits, bool (n_cells,)."""
    keep = np.ones(len(facts.counts), dtype=bool)
    for values, low, high in (
        (facts.counts, limits.min_counts, limits.max_counts),
        (facts.genes, limits.min_genes, None),
        (facts.mito, None, limits.max_mito),
    ):
        keep &= (low is None) | (values >= (low or 0))
        keep &= (high is None) | (values <= (high or 0))
    return keep


def _facts_of(block, mitochondrial: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    counts = np.asarray(block.sum(axis=1)).ravel()
    genes = np.asarray((block > 0).sum(axis=1)).ravel()
    mito = np.asarray(block[:, mitochondrial].sum(axis=1)).ravel()
    return counts, genes, 100 * mito / np.maximum(counts, 1e-12)

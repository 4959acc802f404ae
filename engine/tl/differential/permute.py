"""p-values of any statistic of genes, from what it is when the labels of the units are exchanged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.progress import Progress
from engine.tl.adjust import adjusted


@dataclass(frozen=True)
class Tested:
    """A statistic of each gene with its p and its Benjamini–Hochberg FDR over the genes, each float64 (n_genes,)."""

    statistic: np.ndarray
    p: np.ndarray
    fdr: np.ndarray


def permuted_test(statistic: Callable[[np.ndarray], np.ndarray], labellings: np.ndarray, *,
                  progress: Progress | None = None) -> Tested:
    """Test of a statistic that is large where a gene differs, and the same when case and control are exchanged.

    Parameters
    ----------
    statistic
        Gives from labels, bool (n_units,), the statistic of each gene, shape (n_genes,).
    labellings
        Bool (n_labellings, n_units), the observed labels first.
    """
    progress, values = progress or Progress(), []
    for done, labels in enumerate(labellings):
        progress.check()
        progress.step(done / len(labellings))
        values.append(np.asarray(statistic(labels), dtype=np.float64))
    return test_values(np.stack(values))


def test_values(values: np.ndarray) -> Tested:
    """Test of the first row of `values`, shape (n_labellings, n_genes), against all rows, itself among them.

    Each gene's values are taken in standard deviations from their mean and pooled over genes, as SAM does (Tusher,
    Tibshirani and Chu 2001): p is the share of pooled values at least as large. The observed labels are one of the
    labellings, so that over genes without a change p is uniform, however few labellings there are. A gene whose
    statistic is no number, or is always the same, has no p.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = values.std(axis=0)
        known = np.isfinite(sd) & (sd > 1e-9 * np.abs(values).max(axis=0))
        score = (values[:, known] - values[:, known].mean(axis=0)) / sd[known]
    p = np.full(values.shape[1], np.nan)
    pooled = np.sort(score, axis=None)
    below = np.searchsorted(pooled, score[0] - 1e-9, side="left")  # rounding must not part mirror images
    p[known] = (pooled.size - below) / max(pooled.size, 1)
    return Tested(values[0].astype(np.float64), p, adjusted(p))

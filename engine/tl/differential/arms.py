"""How much the partners of each gene differ under each labelling: two statistics in one pass over the pairs.

Which standardisation and pooling finds rewired genes best was measured (tests/benchmarks/rewired.py). Pairs in
standard errors of no correlation find more than in those of the jackknife or of the permutations, which are rough
and grow with the very change that is looked for; root mean square, the mean of the top thirty and the third power
are alike, the largest pair alone is worse; a soft threshold of one standard error serves the neighbourhoods best.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.progress import Progress
from engine.tl.differential.sums import Strip, UnitSums

BATCH = 8  # labellings at a time: with a strip of genes they stay in the processor's cache
THRESHOLD = 1.0  # standard errors of no correlation by which neighbours' weights are lowered


def arm_values(sums: UnitSums, labellings: np.ndarray, *, progress: Progress | None = None):
    """Statistics "partners" and "neighbourhood" of each gene, each float64 (n_labellings, n_genes).

    Partners: root mean square over a gene's pairs of the change of correlation, in the standard error that counting
    alone would give it. Neighbourhood: 1 − Σ min(a, b)/Σ max(a, b) of a gene's neighbours in both conditions, with
    weights |ρ| less one standard error of no correlation in the smaller side, or 0; neighbours of opposite sign have
    nothing in common. Both are the same when case and control are exchanged.

    Parameters
    ----------
    labellings
        Bool (n_labellings, n_units).
    """
    progress = progress or Progress()
    case, control = labellings.astype(np.float32), (~labellings).astype(np.float32)
    share = case @ sums.n_cells / sums.n_cells.sum()
    smaller = np.minimum(share, 1 - share).astype(np.float32)
    scales = sums.scale(control), sums.scale(case)
    change, common, either = np.zeros((3, len(labellings), sums.n_genes))
    for strip, error in strips_with_error(sums):
        progress.check()
        progress.step(strip.rows.start * (2 - strip.rows.start / sums.n_genes) / sums.n_genes)
        for start in range(0, len(labellings), BATCH):
            some = slice(start, start + BATCH)
            before = strip.correlations(control[some], scales[0][some])
            after = strip.correlations(case[some], scales[1][some])
            strip.add(change[some], ((after - before) / error) ** 2)
            for into, values in zip((common, either), _shared(before, after, error, smaller[some]), strict=True):
                strip.add(into[some], values)
    partners = np.sqrt(change / max(sums.n_genes - 1, 1) * (share * (1 - share))[:, None])
    return partners, 1 - np.divide(common, either, out=np.ones_like(common), where=either > 0)


def strips_with_error(sums: UnitSums) -> Iterator[tuple[Strip, np.ndarray]]:
    """Each strip with the standard errors of no correlation over all units; ∞ for a gene with itself."""
    scale = sums.scale(np.ones((1, sums.n_units), np.float32))[0]
    for strip in sums.strips():
        error = strip.independent_error(scale)
        np.fill_diagonal(error, np.inf)
        yield strip, error


def _shared(before: np.ndarray, after: np.ndarray, error: np.ndarray, share: np.ndarray):
    """Weights that a pair has in both conditions, and in either."""
    least = THRESHOLD * error / np.sqrt(share)[:, None, None]
    same = (before > 0) == (after > 0)
    before, after = (np.maximum(np.abs(part) - least, 0) for part in (before, after))
    common = np.minimum(before, after) * same
    return common, before + after - common

"""How much the partners of each gene differ under each labelling: two statistics in one pass over the pairs.

Which standardisation and pooling finds rewired genes best was measured (tests/benchmarks/rewired.py). Pairs in
standard errors of no correlation find more than in those of the jackknife or of the permutations, which are rough
and grow with the very change that is looked for. Weighting pairs by their correlation over all units, which knows no
labels, finds more than counting all alike; the mean of the top thirty and the third power are no better, the largest
pair alone is worse. A soft threshold of one standard error serves the neighbourhoods as well as any.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.progress import Progress
from engine.tl.differential.sums import TINY, Strip, UnitSums

BATCH = 8  # labellings at a time: with a strip of genes they stay in the processor's cache
THRESHOLD = 1.0  # standard errors of no correlation by which neighbours' weights are lowered


def arm_values(sums: UnitSums, labellings: np.ndarray, *, progress: Progress | None = None):
    """Statistics "partners" and "neighbourhood" of each gene, each float64 (n_labellings, n_genes).

    Partners: root mean square over a gene's pairs of the change of correlation, in the standard error that counting
    alone would give it; a pair weighs 1 + z², z its correlation over all units in standard errors of none: where a
    correlation changes, that of all units together is half of it. Neighbourhood: 1 − Σ min(a, b)/Σ max(a, b) of a
    gene's neighbours in both conditions, with weights |ρ| less one standard error of no correlation in the smaller
    side, or 0; neighbours of opposite sign have nothing in common. Both are the same when case and control are
    exchanged.

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
    total = np.zeros((1, sums.n_genes))
    for strip, error in strips_with_error(sums):
        progress.check()
        weight = _pair_weights(sums, strip, error)
        strip.add(total, weight[None])
        progress.step(strip.rows.start * (2 - strip.rows.start / sums.n_genes) / sums.n_genes)
        for start in range(0, len(labellings), BATCH):
            some = slice(start, start + BATCH)
            before = strip.correlations(control[some], scales[0][some])
            after = strip.correlations(case[some], scales[1][some])
            strip.add(change[some], weight * ((after - before) / error) ** 2)
            for into, values in zip((common, either), _shared(before, after, error, smaller[some]), strict=True):
                strip.add(into[some], values)
    partners = np.sqrt(change / np.maximum(total, TINY) * (share * (1 - share))[:, None])
    return partners, 1 - np.divide(common, either, out=np.ones_like(common), where=either > 0)


def strips_with_error(sums: UnitSums) -> Iterator[tuple[Strip, np.ndarray]]:
    """Each strip with the standard errors of no correlation over all units; ∞ for a gene with itself."""
    scale = sums.error_scale()
    for strip in sums.strips():
        error = strip.independent_error(scale)
        np.fill_diagonal(error, np.inf)
        yield strip, error


def _pair_weights(sums: UnitSums, strip: Strip, error: np.ndarray) -> np.ndarray:
    """1 + z² of each pair over all units, (n_rows, n_right); 0 where nothing is known."""
    everything = np.ones((1, sums.n_units), np.float32)
    z = strip.correlations(everything, sums.scale(everything))[0] / error
    return np.where(np.isfinite(error), 1 + z**2, 0)


def _shared(before: np.ndarray, after: np.ndarray, error: np.ndarray, share: np.ndarray):
    """Weights that a pair has in both conditions, and in either."""
    least = THRESHOLD * error / np.sqrt(share)[:, None, None]
    same = (before > 0) == (after > 0)
    before, after = (np.maximum(np.abs(part) - least, 0) for part in (before, after))
    common = np.minimum(before, after) * same
    return common, before + after - common

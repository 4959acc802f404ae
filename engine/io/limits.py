"""Quality limits to try, and what limits drop: behind the plots of a file's cells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.errors import StorageDamaged
from engine.io.qc import CellFacts, kept
from engine.types import QcLimits

MADS = 3
NORMAL = 1.4826  # makes a median absolute deviation the standard deviation of a normal distribution


def read_cells(path: Path) -> CellFacts:
    """Facts of each cell from a `cells.npz` with the float32 arrays counts, genes and mito.

    Raises
    ------
    StorageDamaged
        When the file does not hold the three arrays.
    """
    import zipfile

    try:
        with np.load(path, allow_pickle=False) as arrays:
            return CellFacts(*(arrays[name] for name in ("counts", "genes", "mito")))
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise StorageDamaged("The facts of the cells cannot be read any more. Check the file again.") from error


def dropped_by(facts: CellFacts, limits: QcLimits) -> dict[str, int]:
    """How many cells each limit would drop if it were the only one; the names of the open ones have 0."""
    alone = {name: replace(QcLimits(), **{name: value}) for name, value in vars(limits).items()}
    return {name: int((~kept(facts, one)).sum()) for name, one in alone.items()}


def suggested_limits(facts: CellFacts) -> QcLimits:
    """Median ± 3 scaled MAD: of log1p counts (both ways) and genes (below), and of mito (above, not logged).

    The rule of scater's `isOutlier` (McCarthy et al., Bioinformatics 2017), rounded outwards to whole
    counts and genes and to tenths of a per cent. A limit is left open where the cells do not differ.
    """
    counts, genes, mito = (np.asarray(values, np.float64) for values in vars(facts).values())
    low, high = _ends(np.log1p(counts))
    few, _ = _ends(np.log1p(genes))
    _, most = _ends(mito)
    return QcLimits(
        min_counts=None if low is None else max(float(np.floor(np.expm1(low))), 0.0),
        max_counts=None if high is None else float(np.ceil(np.expm1(high))),
        min_genes=None if few is None else max(float(np.floor(np.expm1(few))), 0.0),
        max_mito=None if most is None else min(float(np.ceil(10 * most) / 10), 100.0),
    )


def _ends(values: np.ndarray) -> tuple[float, float] | tuple[None, None]:
    values = values[np.isfinite(values)]
    if not values.size:
        return None, None
    middle = np.median(values)
    reach = MADS * NORMAL * np.median(np.abs(values - middle))
    return (middle - reach, middle + reach) if reach > 0 else (None, None)

"""The genes that are compared: seen often enough and variable, whatever the conditions."""

from __future__ import annotations

import numpy as np

from engine.errors import InvalidCounts
from engine.params import ContrastParams
from engine.pp.residuals import analytic_model, detected_fraction, most_variable, residual_variance

MIN_GENES = 20


def compared_genes(counts, cell_unit: np.ndarray, case: np.ndarray, params: ContrastParams) -> np.ndarray:
    """Places of the genes, rising: at most `params.n_genes`, those whose Pearson residuals vary most.

    A gene must be seen in `params.min_detected` of the cells of as many units as the smaller side has, whichever
    they are: so one that all donors of one condition have, and none of the other, is kept. The variance is
    over the cells of all units together. No label is looked at, so that the choice makes no difference
    between the conditions that permuted labels would not have.

    Parameters
    ----------
    counts
        CSR (n_cells, n_genes).
    cell_unit
        Unit of each cell, int (n_cells,), −1 for a cell left out.
    case
        Which units are cases, bool (n_units,); only how many there are matters.

    Raises
    ------
    InvalidCounts
        When fewer than 20 genes are seen often enough.
    """
    seen_in = np.zeros(counts.shape[1], int)
    for unit in range(len(case)):
        seen_in += detected_fraction(counts[cell_unit == unit]) >= params.min_detected
    fewest = int(min(case.sum(), (~case).sum()))
    often = np.flatnonzero((seen_in >= fewest) & (np.asarray((counts > 0).sum(axis=0)).ravel() > 0))
    if len(often) < MIN_GENES:
        raise InvalidCounts(
            f"At least {MIN_GENES} genes must be seen in {params.min_detected:.0%} of the cells of {fewest} donors "
            f"or blocks of cells, found {len(often)}. Lower the least detection or add cells."
        )
    used = counts[cell_unit >= 0][:, often]
    model, depth = analytic_model(used)
    return often[most_variable(residual_variance(used, depth, model), params.n_genes)]

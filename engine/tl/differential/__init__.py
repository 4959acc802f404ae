"""Which genes changed their partners between two conditions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.progress import Progress, Span
from engine.tl.differential.arms import arm_values
from engine.tl.differential.design import Design
from engine.tl.differential.jackknife import both_sides
from engine.tl.differential.permute import Tested, test_values
from engine.tl.differential.sums import UnitSums, unit_sums


@dataclass(frozen=True)
class Changes:
    """Correlations of both conditions, and how genes' partners differ.

    `control`, `case`, their standard errors `control_se`, `case_se`, and `change_se` of case − control: float32
    (n_genes, n_genes), see `jackknife.both_sides`; `partners` and `neighbourhood` the tests of each gene; `gained`,
    `lost` partners, int (n_genes,); `net` mean change of |correlation|, float (n_genes,). `n_used` labellings were
    compared, `exact` where they are all there are.
    `sums` is what all of it was made from, for more of the same.
    """

    control: np.ndarray
    case: np.ndarray
    control_se: np.ndarray
    case_se: np.ndarray
    change_se: np.ndarray
    partners: Tested
    neighbourhood: Tested
    gained: np.ndarray
    lost: np.ndarray
    net: np.ndarray
    n_used: int
    exact: bool
    sums: UnitSums


def changed_partners(counts, depth: np.ndarray, design: Design, *, permutations: int, seed: int,
                     progress: Progress | None = None) -> Changes:
    """Test of every gene for a change of its CS-CORE correlations, by exchanged labels of the units.

    Parameters
    ----------
    counts
        CSR, shape (n_cells, n_genes).
    depth
        Total counts of each cell over all genes measured, above 0, shape (n_cells,).
    permutations
        Labellings to compare, the observed one among them; all there are where they are no more.
    """
    progress = progress or Progress()
    progress.stage("Summing the cells of each unit", 0.0)
    sums = unit_sums(counts, depth, design.cell_unit, len(design.names))
    progress.check()
    progress.stage("Exchanging labels", 0.2)
    labellings = design.labellings(permutations, seed)
    values = arm_values(sums, labellings, progress=Span(progress, 0.2, 0.8))
    progress.stage("Finding the intervals of correlations", 0.8)
    sides = both_sides(sums, design)
    partners, neighbourhood = (test_values(each) for each in values)
    exact = len(labellings) == design.n_labellings
    return Changes(sides.control, sides.case, sides.control_se, sides.case_se, sides.change_se, partners,
                   neighbourhood, sides.gained, sides.lost, sides.net, len(labellings), exact, sums)

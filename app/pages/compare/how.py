"""How each figure of a comparison came about, behind a small button."""

from __future__ import annotations

import dash_mantine_components as dmc

from app.components.buttons import how_button

HOW = {
    "maps": "The genes of every donor were placed in one space (MuSe-GNN), and UMAP drew the mean place of each gene "
            "in control and in case. The two pictures share their axes: a gene that lies elsewhere has moved. A ring "
            "marks genes below the chosen FDR of the chosen arm, as in Figure 4 of the paper.",
    "volcano": "Net change of company is the mean change of |correlation| of a gene with all others (CS-CORE, within "
               "donors); the arm of expression has the log2 fold change of pseudobulk in its place. The FDR is that of "
               "the chosen arm, by Benjamini–Hochberg over the compared genes; a dashed line is the smallest that the "
               "number of distinct labellings allows.",
    "modules": "Modules are groups of genes that keep company in control and case together. A cell is the mean "
               "correlation within the module in one unit. Rows stand by average Euclidean distance (dash-bio's "
               "Clustergram), columns by condition.",
    "cells": "The share of each cell type among the cells of a unit. p compares units of the two conditions, FDR is by "
             "Benjamini–Hochberg over cell types. A change of the mix alone can make genes seem to change their "
             "partners.",
    "partners": "Correlations within donors (CS-CORE) with 95 % intervals from jackknife standard errors, Student's t "
                "with as many degrees of freedom as units − 2. A partner is gained or lost where the interval of its "
                "change excludes 0, the change is at least 0.1 and |correlation| grew or shrank.",
    "network": "The partners whose 95 % interval excludes 0, strongest first, those in control on the left and those "
               "in case on the right. Lines are as wide as |correlation|; a hollow point is drawn on that side alone.",
}  # fmt: skip


def how(which: str) -> dmc.Popover:
    """A button that says how the figure came about."""
    return how_button(HOW[which])

"""How each picture of a knockout came about, behind a small button."""

from __future__ import annotations

import dash_mantine_components as dmc

from app.components.buttons import how_button

HOW = {
    "bars": "Hollow bars are predicted, filled ones measured in the screen. An interval is so wide that, on "
            "perturbations left out of learning, it held the chosen share of genes; its unit is the perturbation, and "
            "each class of perturbations has its own. The whiskers of a simulation are the spread of its result when "
            "each of twenty blocks of cells is left out of the fit: no interval that was calibrated.",
    "measured": "Each point is a gene. The prediction was made without this perturbation. The correlation of the mean "
                "of all other perturbations is told beside it, since what all perturbations share is most of any.",
    "alike": "Pearson's correlation of the predicted change with the measured change of every perturbation, perturbed "
             "genes left out and the mean of all perturbations taken off both. p is the share of 200 permutations of "
             "the genes that are as like, FDR is over the perturbations.",
    "pair": "The change of the pair is fitted by a · (change by the first) + b · (change by the second), in "
            "units of their errors. Size, fit, equality and similarity are those of Norman et al. (2019); the "
            "kind is called against what the sum of both would give with the same errors.",
    "path": "Edges come from databases of TF targets and signalling, their weight from a regression in these cells. "
            "Of each of the strongest changes the edge that carried most of it is drawn, and so on back to the gene.",
    "cells": "The simulated change of each cell is compared with the way to each of its neighbours; the arrows are "
             "the mean way it points, against the same sums with the change of each gene given to another gene.",
    "rank": "Each gene that can be asked for is perturbed by itself. The score is how far the predicted change goes "
            "along the wish; p compares with random genes in place of those that were wished for.",
}  # fmt: skip


def how(which: str) -> dmc.Popover:
    """A button that says how the figure came about."""
    return how_button(HOW[which])

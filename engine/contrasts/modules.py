"""Modules of the compared genes, and how closely each keeps together in every donor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.tl.differential import Changes, find_modules, module_togetherness
from engine.tl.differential.design import Design
from engine.tl.differential.sums import unit_sums

SHOWN = 20  # genes named of each module


@dataclass(frozen=True)
class Modules:
    """Module of each gene, "1" the largest, text (n_genes,); and of each module in `names`, what follows.

    `genes` the names of those closest to the rest of it; `control` and `case` the mean correlation within it on
    either side; `units` the same in each unit, (n_modules, n_units).
    """

    labels: np.ndarray
    names: tuple[str, ...]
    genes: tuple[list[str], ...]
    control: np.ndarray
    case: np.ndarray
    units: np.ndarray


def modules_of(counts, depth: np.ndarray, design: Design, changes: Changes, genes: np.ndarray, *,
               seed: int) -> Modules:
    """Modules in the mean correlation of both conditions, so that neither has more say in what a module is."""
    mean = (changes.control + changes.case) / 2
    labels = np.asarray(find_modules(mean, seed)).astype(str)
    names = sorted(np.unique(labels), key=lambda name: (-(labels == name).sum(), name))
    sums = unit_sums(counts, depth, design.cell_unit, len(design.names))
    units = module_togetherness(sums, labels, design)
    order = np.unique(labels).tolist()  # the order of the rows of `units`
    inside = [np.flatnonzero(labels == name) for name in names]
    return Modules(
        labels, tuple(names), tuple(_closest(mean, genes, members) for members in inside),
        np.array([_within(changes.control, members) for members in inside]),
        np.array([_within(changes.case, members) for members in inside]),
        np.asarray(units)[[order.index(name) for name in names]],
    )  # fmt: skip


def _within(correlation: np.ndarray, members: np.ndarray) -> float:
    """Mean correlation of the pairs of a module's genes; not a number with one gene."""
    pairs = correlation[np.ix_(members, members)][np.triu_indices(len(members), 1)]
    return float(np.nanmean(pairs)) if len(pairs) else float("nan")


def _closest(correlation: np.ndarray, genes: np.ndarray, members: np.ndarray) -> list[str]:
    closeness = np.nansum(correlation[np.ix_(members, members)], axis=1)
    return genes[members[np.argsort(-closeness, kind="stable")[:SHOWN]]].tolist()

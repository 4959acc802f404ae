"""Modules of the compared genes, and how closely each keeps together in every donor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.tl.differential import Changes
from engine.tl.differential.design import Design
from engine.tl.differential.modules import find_modules, module_togetherness

SHOWN = 20  # genes named of each module
SMALLEST = 3  # genes of a module that is told of; smaller ones are but labels


@dataclass(frozen=True)
class Modules:
    """Module of each gene, "1" the largest, text (n_genes,); and of each of three genes or more, in `names`:

    `genes` the names of those closest to the rest of it; `control` and `case` the mean correlation within it on
    either side; `units` the same in each unit, (n_modules, n_units).
    """

    labels: np.ndarray
    names: tuple[str, ...]
    genes: tuple[list[str], ...]
    control: np.ndarray
    case: np.ndarray
    units: np.ndarray


def modules_of(changes: Changes, design: Design, genes: np.ndarray, *, seed: int) -> Modules:
    """Modules in the mean correlation of both conditions, so that neither has more say in what a module is."""
    mean = (changes.control + changes.case) / 2
    labels = np.asarray(find_modules(mean, seed)).astype(str)
    sizes = dict(zip(*np.unique(labels, return_counts=True), strict=True))
    names = sorted((name for name, n in sizes.items() if n >= SMALLEST), key=lambda name: (-sizes[name], int(name)))
    inside = [np.flatnonzero(labels == name) for name in names]
    return Modules(
        labels, tuple(names), tuple(_closest(mean, genes, members) for members in inside),
        np.array([_within(changes.control, members) for members in inside]),
        np.array([_within(changes.case, members) for members in inside]),
        module_togetherness(changes.sums, inside, design),
    )  # fmt: skip


def _within(correlation: np.ndarray, members: np.ndarray) -> float:
    """Mean correlation of the pairs of a module's genes; not a number with one gene."""
    pairs = correlation[np.ix_(members, members)][np.triu_indices(len(members), 1)]
    return float(np.nanmean(pairs)) if len(pairs) else float("nan")


def _closest(correlation: np.ndarray, genes: np.ndarray, members: np.ndarray) -> list[str]:
    closeness = np.nansum(correlation[np.ix_(members, members)], axis=1)
    return genes[members[np.argsort(-closeness, kind="stable")[:SHOWN]]].tolist()

"""How well gene vectors bring back gene sets: the rest of a set from a part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.metrics.gene_tasks import FEWEST, Outcome, by_model, chance_auprc, fold_values, skipped, stratified
from engine.progress import Progress

LARGEST = 200  # genes of the study in a set
MOST_SETS = 100
ALIKE = 0.5  # Jaccard index of two sets
GOOD = 0.7


def recover_sets(names: np.ndarray, features: np.ndarray, sets: Mapping[str, Sequence[str]], *, seed: int,
                 progress: Progress | None = None) -> list[Outcome]:
    """AUROC and AUPRC of a logistic regression for every set, in five stratified folds; mean over the sets.

    Genes outside a set count as negatives where any set of the collection knows them; genes that nobody has
    annotated are left out. The value of a set is the mean of its folds, `sd` is over the sets. At most 100 sets
    of 10 to 200 genes are drawn, the same for every map of the same genes, and none that shares more than half
    of its genes with one drawn before. Sets that are left still overlap: their mean is less certain than `sd`
    and their number suggest.

    Parameters
    ----------
    names, features
        As `one_vector_a_gene` gives them.
    sets
        Symbols of each set of a collection.
    seed
        Of the draw and the folds.
    """
    known = np.isin(names, sorted({gene for genes in sets.values() for gene in genes}))
    members = draw(names[known], sets, seed=seed)
    n = int(known.sum())
    if not len(members):
        return skipped(f"No set has {FEWEST} to {LARGEST} genes among the genes of the study.", n, 0)
    progress, found = progress or Progress(), []
    for done, labels in enumerate(members):
        progress.check()
        progress.step(done / len(members))
        scorer, folds = by_model("logistic", features[known], labels, seed=seed), stratified(labels, seed=seed)
        found.append([*fold_values(scorer, labels, folds).mean(axis=0), chance_auprc(labels, folds)])
    return _outcomes(np.array(found), members.sum(axis=1), n)


def draw(names: np.ndarray, sets: Mapping[str, Sequence[str]], *, seed: int) -> np.ndarray:
    """Which of the genes are in each drawn set, bool, shape (n_sets, n_genes)."""
    row = {name: i for i, name in enumerate(names)}
    inside = [[row[gene] for gene in sets[title] if gene in row] for title in sorted(sets)]
    fitting = [rows for rows in inside if FEWEST <= len(rows) <= min(LARGEST, len(names) - FEWEST)]
    members = np.zeros((len(fitting), len(names)), bool)
    for i, rows in enumerate(fitting):
        members[i, rows] = True
    return members[_apart(members, np.random.default_rng(seed).permutation(len(fitting)))]


def _apart(members: np.ndarray, order: np.ndarray) -> list[int]:
    """The first sets of an order, at most 100, that overlap with none before by a Jaccard index above 0.5."""
    chosen: list[int] = []
    size, counts = members.sum(axis=1), members.astype(np.float32)
    for i in order:
        shared = counts[chosen] @ counts[i]
        if len(chosen) < MOST_SETS and (shared <= ALIKE * (size[chosen] + size[i] - shared)).all():
            chosen.append(i)
    return chosen


def _outcomes(found: np.ndarray, sizes: np.ndarray, n: int) -> list[Outcome]:
    """From AUROC, AUPRC and the AUPRC of chance of every set, shape (n_sets, 3)."""
    auroc, auprc, chance = found.T
    return [
        Outcome("logistic", measure, float(value.mean()), float(value.std()), expected, n, round(sizes.mean()),
                n_sets=len(sizes), above=float((value > GOOD).mean()))
        for measure, value, expected in (("auroc", auroc, 0.5), ("auprc", auprc, float(chance.mean())))
    ]  # fmt: skip

"""Whether gene vectors tell two classes of genes apart."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from engine.metrics.gene_tasks import MODELS, Outcome, by_model, over_folds, skipped, stratified, too_few


def tell_classes(names: np.ndarray, features: np.ndarray, positive: Collection[str], negative: Collection[str], *,
                 seed: int) -> list[Outcome]:
    """AUROC and AUPRC of a logistic regression and a random forest, in five stratified folds.

    Parameters
    ----------
    names, features
        As `one_vector_a_gene` gives them.
    positive, negative
        Symbols of the two classes; genes of both are left out.
    seed
        Of the folds and the forest.
    """
    rows, labels = _labelled(names, set(positive), set(negative))
    reason = too_few(labels, "genes")
    if reason:
        return skipped(reason, len(labels), int(labels.sum()))
    folds, known = stratified(labels, seed=seed), features[rows]
    return [outcome for model in MODELS
            for outcome in over_folds(model, by_model(model, known, labels, seed=seed), labels, folds)]  # fmt: skip


def _labelled(names: np.ndarray, positive: set[str], negative: set[str]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the genes of just one class, and whether it is the positive one."""
    rows = [row for row, name in enumerate(names) if (name in positive) != (name in negative)]
    return np.array(rows, int), np.array([names[row] in positive for row in rows], bool)

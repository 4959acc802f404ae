"""Whether gene vectors tell pairs that act on one another from pairs that do not."""

from __future__ import annotations

import numpy as np

from engine.metrics.gene_tasks import MODELS, N_FOLDS, Folds, Outcome, Scorer, by_model, over_folds, skipped, too_few


def tell_pairs(names: np.ndarray, features: np.ndarray, source: np.ndarray, target: np.ndarray, labels: np.ndarray, *,
               seed: int) -> list[Outcome]:
    """AUROC and AUPRC of both models on pairs of genes, and of how often their genes are positive.

    A pair is |a − b| beside a · b, column by column. Folds are parted by source: no source is in training and
    in test. Targets do come back, and some are positive more often than others: random vectors are enough for
    a model to learn which. How far that alone leads is told as the model named "": the product over both
    genes of the share of positives among their pairs in training. Only what exceeds it speaks for a map.

    Parameters
    ----------
    names, features
        As `one_vector_a_gene` gives them.
    source, target
        Symbols of the genes of each pair, shape (n_pairs,); pairs with a gene that is not in `names` are left out.
    labels
        True where the source acts on the target, shape (n_pairs,).
    seed
        Of the folds and the forest.
    """
    there = np.isin(source, names) & np.isin(target, names)
    source, target, labels = source[there], target[there], np.asarray(labels, bool)[there]
    reason = too_few(labels, "pairs") or _too_few_sources(source[labels])
    if reason:
        return skipped(reason, len(labels), int(labels.sum()))
    folds = by_source(source, labels, seed=seed)
    one, two = features[np.searchsorted(names, source)], features[np.searchsorted(names, target)]
    pairs = np.hstack([np.abs(one - two), one * two])
    scorers = {model: by_model(model, pairs, labels, seed=seed) for model in MODELS}
    scorers[""] = by_frequency(source, target, labels)
    return [outcome for name, scorer in scorers.items() for outcome in over_folds(name, scorer, labels, folds)]


def by_source(source: np.ndarray, labels: np.ndarray, *, seed: int) -> Folds:
    """Five folds that share no source, with the positives spread as evenly as that allows.

    Those whose training or test has one label alone are left out.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    folds = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=seed)
    parted = folds.split(np.zeros((len(labels), 1)), labels, groups=source)
    return [fold for fold in parted if all(0 < labels[rows].sum() < len(rows) for rows in fold)]


def by_frequency(source: np.ndarray, target: np.ndarray, labels: np.ndarray) -> Scorer:
    """Score pairs by how often their genes are positive in training, whatever their vectors.

    Each gene's share counts one more pair at the share of all, which is also what a gene has that is not in
    training.
    """
    names, place = np.unique(np.concatenate([source, target]), return_inverse=True)
    ends = place.reshape(2, -1)

    def score(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        base = labels[train].mean()
        met = np.bincount(ends[:, train].ravel(), minlength=len(names))
        positive = np.bincount(ends[:, train[labels[train]]].ravel(), minlength=len(names))
        share = (positive + base) / (met + 1)
        return share[ends[0, test]] * share[ends[1, test]]

    return score


def _too_few_sources(positive: np.ndarray) -> str:
    """Why the sources of the positive pairs cannot be parted into folds; empty where they can."""
    n = len(np.unique(positive))
    if n >= N_FOLDS:
        return ""
    return (
        f"At least {N_FOLDS} regulators with positive pairs are needed among the genes of the study, since none is in "
        f"training and in test; found {n}."
    )

"""How well gene vectors foretell what is known of genes: models, folds and what comes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

N_FOLDS = 5
FEWEST = 10  # positives, and negatives, below which a task says too little
N_TREES = 200
MODELS = ("logistic", "forest")

Folds = list[tuple[np.ndarray, np.ndarray]]
Scorer = Callable[[np.ndarray, np.ndarray], np.ndarray]  # rows of training and of test → score of each test row


@dataclass(frozen=True)
class Outcome:
    """What one model reaches on one task by one measure, on genes or pairs that it was not trained on.

    `model` is logistic, forest, or empty for a score that knows nothing of the vectors; `measure` auroc or
    auprc; `value` the mean and `sd` the standard deviation over folds, or over sets where there are many;
    `chance` what a random order gives on average; `n` the genes or pairs and `positives` those to be found among them.
    `skipped` says why a task was not done, and everything else but the numbers is then empty. For gene sets,
    `n_sets` is their number, `above` the share of them with a value above 0.7, and `positives` the genes of
    a set on average.
    """

    model: str
    measure: str
    value: float | None
    sd: float | None
    chance: float | None
    n: int
    positives: int
    skipped: str = ""
    n_sets: int = 0
    above: float | None = None


def skipped(reason: str, n: int, positives: int) -> list[Outcome]:
    """A task that was not done, with the reason."""
    return [Outcome("", "", None, None, None, n, positives, skipped=reason)]


def too_few(labels: np.ndarray, what: str) -> str:
    """Why a task cannot be done with these labels; empty where it can."""
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if min(positives, negatives) >= FEWEST:
        return ""
    return (
        f"At least {FEWEST} positive and {FEWEST} negative {what} are needed among the genes of the study, "
        f"found {positives} and {negatives}."
    )


def stratified(labels: np.ndarray, *, seed: int) -> Folds:
    """Rows of training and of test, five times, with the share of positives alike in all."""
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    return list(folds.split(np.zeros((len(labels), 1)), labels))


def by_model(model: str, features: np.ndarray, labels: np.ndarray, *, seed: int) -> Scorer:
    """Fit a model on the rows of training, score those of test; columns are standardised on the former alone.

    The logistic regression has an L2 penalty of C = 1, the random forest 200 trees.
    """

    def score(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        fitted = _model(model, seed).fit(features[train], labels[train])
        return fitted.predict_proba(features[test])[:, 1]

    return score


def over_folds(model: str, scorer: Scorer, labels: np.ndarray, folds: Folds) -> list[Outcome]:
    """AUROC and AUPRC of a scorer: mean and standard deviation over the folds."""
    found = fold_values(scorer, labels, folds)
    n, positives, chances = len(labels), int(labels.sum()), (0.5, chance_auprc(labels, folds))
    return [Outcome(model, measure, float(values.mean()), float(values.std()), chance, n, positives)
            for measure, values, chance in zip(("auroc", "auprc"), found.T, chances, strict=True)]  # fmt: skip


def fold_values(scorer: Scorer, labels: np.ndarray, folds: Iterable[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """AUROC and AUPRC (average precision) of the test rows of every fold, shape (n_folds, 2)."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    scored = [(labels[test], scorer(train, test)) for train, test in folds]
    return np.array([(roc_auc_score(y, s), average_precision_score(y, s)) for y, s in scored])


def chance_auprc(labels: np.ndarray, folds: Folds) -> float:
    """Average precision that a random order of the test rows has on average; the mean of the folds.

    With P positives among N it is H/N + (P − 1)/(N − 1) · (1 − H/N), where H = 1 + 1/2 + … + 1/N: above the
    share of positives, and by much where they are few (Bestgen 2015).
    """
    return float(np.mean([_random_precision(len(test), int(labels[test].sum())) for _, test in folds]))


def _random_precision(n: int, positives: int) -> float:
    harmonic = (1 / np.arange(1, n + 1)).sum() / n
    return float(harmonic + (positives - 1) / (n - 1) * (1 - harmonic))


def _model(name: str, seed: int):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if name == "forest":
        return RandomForestClassifier(N_TREES, random_state=seed, n_jobs=1)
    return make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))

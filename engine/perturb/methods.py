"""Every predictor of perturbations by its name, one line each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.perturb.baselines import additive, matching_mean, no_change, train_mean
from engine.perturb.fit import fit_core
from engine.perturb.linear import linear
from engine.perturb.networks import NETWORKS
from engine.types import GeneKnowledge, Screen, targets_of


@dataclass(frozen=True)
class Method:
    """A predictor: `kind` is control, baseline, core, network or ablation; `about`, how it works and where from.

    `predict` is given a screen with the training perturbations alone, canonical names to tell, what is known of genes
    and a seed: changes, float32 (n_names, n_genes).
    """

    name: str
    label: str
    kind: str
    about: str
    predict: Callable[[Screen, Sequence[str], GeneKnowledge, int], np.ndarray]


def core(screen: Screen, names: Sequence[str], known: GeneKnowledge, seed: int, *, by: str = "") -> np.ndarray:
    """The core, or with `by` one of its predictors of single genes, float32 (n_names, n_genes)."""
    genes = sorted({gene for name in names for gene in targets_of(name)})
    fitted = fit_core(screen, known, genes, seed=seed, by=by).core
    return np.stack([fitted.predict(name) for name in names])


METHODS = {method.name: method for method in (
    Method("no-change", "No change", "control", "Nothing changes.",
           lambda screen, names, known, seed: no_change(screen, names)),
    Method("train-mean", "Mean of the screen", "control", "The mean change of all training perturbations.",
           lambda screen, names, known, seed: train_mean(screen, names)),
    Method("additive", "Sum of the singles", "baseline", "The changes of the single perturbations added up; the mean "
           "of the singles stands for one that was not seen.",
           lambda screen, names, known, seed: additive(screen, names)),
    Method("matching-mean", "Mean of the singles", "baseline", "The mean of the changes of the single perturbations; "
           "the mean of the singles stands for one that was not seen.",
           lambda screen, names, known, seed: matching_mean(screen, names)),
    Method("linear", "Low-rank linear", "baseline", "Bilinear in vectors of genes from the training data "
           "(Ahlmann-Eltze, Huber and Anders 2025).",
           lambda screen, names, known, seed: linear(screen, names)),
    Method("ridge", "Multi-kernel ridge", "core", "Genes that are alike by networks, pathways, expression, text or "
           "other screens do alike; how much each counts is chosen by left-out perturbations.",
           lambda screen, names, known, seed: core(screen, names, known, seed, by="ridge")),
    Method("core", "Core", "core", "What left-out perturbations vouch for: no change, the mean, the linear model or "
           "the ridge; pairs as the sum of their parts with a shrunk interaction.", core),
    *(Method(*fields) for fields in NETWORKS),
)}  # fmt: skip

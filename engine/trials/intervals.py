"""Intervals of the core, made of the training perturbations alone, so that held-out ones can say what they hold."""

from __future__ import annotations

import numpy as np

from engine.errors import InvalidParameter
from engine.metrics.perturbation import LEVELS
from engine.trials.splits import UNSEEN, Part
from engine.types import GeneKnowledge, Screen


def told_with_intervals(train: Screen, part: Part, known: GeneKnowledge,
                        seed: int) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """What the core tells of the perturbations held out, and how far it may be off.

    Returns
    -------
    Changes, float32 (n_held_out, n_genes), and by level in per cent half the width of each interval, float64 of that
    shape: conformal over the training perturbations, each left out, by class, as `engine.perturb.intervals` makes
    them; NaN where a class has too few of them to promise the level.
    """
    from engine.perturb.fit import fit_core
    from engine.perturb.intervals import missed_curve, sigmas

    fitted = fit_core(train, known, sorted({gene for name in part.held_out for gene in name.split("+")}), seed=seed)
    left_out = {kind: (one.names, one.residual) for kind, one in fitted.left_out.items()}
    missed, sigma = missed_curve(left_out, own=UNSEEN), sigmas(left_out[UNSEEN][1])
    kinds = [kind for kind, names in part.test.items() for _ in names]
    half = {level: np.array([_width(missed, kind, level / 100) for kind in kinds])[:, None] * sigma for level in LEVELS}
    return np.stack([fitted.core.predict(name) for name in part.held_out]), half


def _width(missed, kind: str, level: float) -> float:
    from engine.perturb.intervals import width

    try:
        return width(missed, kind, level)
    except InvalidParameter:
        return float("nan")

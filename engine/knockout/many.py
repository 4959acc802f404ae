"""Changes: what many single knockouts do, a chunk at a time, so that all of a model never stand in memory at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MEASURED, PREDICTED, SIMULATED, ASSUMED = EVIDENCE = ("measured", "predicted", "simulated", "assumed")
CHUNK = 1000


@dataclass(frozen=True)
class Changes:
    """Single knockouts and what they do.

    `names` of the genes; `delta`, (n, n_genes), NaN where not measured; `targets` their places among the genes, -1
    where not measured; `margin`, half the width of the interval of the score, NaN where none can be given; `evidence`,
    one of `EVIDENCE` each; `shared`, score of the mean of all perturbations, NaN without one; `nearest` and `likeness`
    of the most like perturbation, "" and NaN without one.
    """

    names: np.ndarray
    delta: np.ndarray
    targets: np.ndarray
    margin: np.ndarray
    evidence: np.ndarray
    shared: np.ndarray
    nearest: np.ndarray
    likeness: np.ndarray

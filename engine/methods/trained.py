"""What a method leaves, whichever it is: vectors of every dataset, and how the run went."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Trained:
    """Vectors of each dataset, float32 (n_genes, n_latent) each, in the order of the study.

    `untrained` are those before training, None where nothing is learned by steps; `history` holds a
    value a loss and epoch; `epoch_seconds` the median, 0 without epochs.
    """

    vectors: list[np.ndarray]
    device: str = "CPU"
    untrained: list[np.ndarray] | None = None
    history: dict[str, list[float]] = field(default_factory=dict)
    epoch_seconds: float = 0.0

"""What a map of a study will take on this machine: time, memory, and whether the memory is there."""

from __future__ import annotations

from dataclasses import dataclass

from engine.calibration.costs import Calibration, DatasetSize, estimate, roughly
from engine.methods.memory import SHARE, training_bytes
from engine.params import EmbedParams
from engine.train.device import free_memory

DENSITY = 0.5  # of a network, assumed: those of mixed cell types at p < 0.005 have a third to a half of all pairs


@dataclass(frozen=True)
class Forecast:
    """What a map will take, and what is there.

    `seconds` None where nobody knows; `memory` of its training at the peak, in bytes, 0 where nothing is
    trained; `free` the bytes to be had, None where no system tells.
    """

    seconds: float | None
    memory: float
    free: float | None

    @property
    def fits(self) -> bool:
        """Whether the memory will suffice, as `need_memory` will judge it."""
        return self.free is None or self.memory <= SHARE * self.free

    def in_words(self) -> str:
        """Time and memory: about 40 s and 1.2 GB of memory."""
        time = "time not known" if self.seconds is None else roughly(self.seconds)
        return f"{time} and {_gb(self.memory)} of memory" if self.memory else time

    def shortage(self, what: str = "This") -> str:
        """The sentence about too little memory for `what`; empty when there is enough."""
        if self.fits:
            return ""
        return (
            f"{what} would take about {_gb(self.memory)} of memory, and {_gb(SHARE * self.free)} can be had. "
            "Choose fewer genes per dataset, or close other programs."
        )


def forecast(calibration: Calibration | None, sizes: list[DatasetSize], params: EmbedParams) -> Forecast:
    """What `params` will take; without a calibration the time is not known."""
    seconds = estimate(calibration, sizes, params) if calibration else None
    free = calibration.device_bytes if calibration and calibration.device_bytes else free_memory()
    return Forecast(seconds, _memory(sizes, params), free)


def _memory(sizes: list[DatasetSize], params: EmbedParams) -> float:
    if params.method.method not in ("muse-gnn", "untrained"):
        return 0.0
    n_genes = [size.genes for size in sizes]
    n_edges = [int(DENSITY * n * (n - 1) / 2) for n in n_genes]
    return training_bytes(n_genes, n_edges, [min(size.cells, params.network.feature_cells) for size in sizes], params)


def _gb(n_bytes: float) -> str:
    return f"{n_bytes / 1e9:.2g} GB"

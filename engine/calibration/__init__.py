"""How long a gene map will take on this machine: stages timed once, and what follows for a study."""

from engine.calibration.costs import Calibration, DatasetSize, estimate, roughly, stages

__all__ = ["Calibration", "DatasetSize", "estimate", "roughly", "stages"]

"""What a predicted perturbation is worth beside the measured one; each measure knows its best value and chance."""

from engine.metrics.perturbation.measures import BY_NAME, HEADLINE, LEVELS, MEASURES, PerturbationMeasure
from engine.metrics.perturbation.score import HeldOut, coverage, score

__all__ = ["BY_NAME", "HEADLINE", "LEVELS", "MEASURES", "HeldOut", "PerturbationMeasure", "coverage", "score"]

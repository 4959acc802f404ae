"""The words that carry the project: from Study and Dataset to Contrast, CausalExplanation and KnockoutEffect."""

from engine.types.causes import CausalExplanation
from engine.types.contrast import ARMS, Contrast
from engine.types.maps import GeneEmbedding, GeneGraph
from engine.types.meta import META
from engine.types.perturbations import (
    BASES,
    CLASSES,
    PERTURBED_BY,
    CellShift,
    GeneFeatures,
    GeneKernel,
    GeneKnowledge,
    KnockoutEffect,
    KnockoutModel,
    Screen,
    perturbation_name,
    targets_of,
)
from engine.types.studies import MODALITIES, ROLES, Dataset, DatasetSource, Perturbed, QcLimits, Roles, Study

__all__ = ["ARMS", "BASES", "CLASSES", "META", "MODALITIES", "PERTURBED_BY", "ROLES", "CausalExplanation",
           "CellShift", "Contrast", "Dataset", "DatasetSource", "GeneEmbedding", "GeneFeatures", "GeneGraph",
           "GeneKernel", "GeneKnowledge", "KnockoutEffect", "KnockoutModel", "Perturbed", "QcLimits", "Roles",
           "Screen", "Study", "perturbation_name", "targets_of"]  # fmt: skip

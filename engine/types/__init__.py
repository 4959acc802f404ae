"""The words that carry the project: Study, Dataset, GeneGraph, GeneEmbedding, Contrast, CausalExplanation."""

from engine.types.causes import CausalExplanation
from engine.types.contrast import ARMS, Contrast
from engine.types.maps import GeneEmbedding, GeneGraph
from engine.types.meta import META
from engine.types.studies import MODALITIES, ROLES, Dataset, DatasetSource, QcLimits, Roles, Study

__all__ = ["ARMS", "META", "MODALITIES", "ROLES", "CausalExplanation", "Contrast", "Dataset", "DatasetSource",
           "GeneEmbedding", "GeneGraph", "QcLimits", "Roles", "Study"]  # fmt: skip

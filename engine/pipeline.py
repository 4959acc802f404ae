"""The use cases, each a few lines: prepare networks, embed genes, evaluate a map."""

from __future__ import annotations

from engine.params import EmbedParams, NetworkParams
from engine.progress import Progress
from engine.store import Store
from engine.types import DatasetSource, GeneEmbedding, GeneGraph, Roles, Study


def prepare(source: DatasetSource, params: NetworkParams, *, roles: Roles, store: Store) -> str:
    """Id of the stored `GeneGraph` of one dataset, computed when it is not there yet."""


def embedding_id(study: Study, params: EmbedParams, *, store: Store) -> str:
    """Id that `embed` will store its result under; needs the files, not the computation."""


def embed(study: Study, params: EmbedParams, *, store: Store, device: str = "auto",
          progress: Progress | None = None) -> str:
    """Id of the stored `GeneEmbedding` of a study, computed when it is not there yet.

    Goes on from the last checkpoint of an interrupted run of the same request.
    """


def load_embedding(name: str, *, store: Store) -> GeneEmbedding:
    """A stored gene map."""


def load_graph(name: str, *, store: Store) -> GeneGraph:
    """A stored co-expression network."""

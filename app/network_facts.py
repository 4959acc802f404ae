"""The networks of a study as pages tell them: which are there, their numbers, their genes; read once and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine import pipeline
from engine.errors import GeneweaveError
from engine.params import NetworkParams
from engine.tl.network_stats import NetworkStats, degree_table, degrees, gene_table, network_stats

if TYPE_CHECKING:
    import pandas as pd

    from app.services import Services
    from engine.store import Store
    from engine.types import DatasetSource, Study

VERSION = 1  # of what is kept


@dataclass(frozen=True)
class DatasetNetwork:
    """The network of one dataset: its id and numbers when it is there, a sentence when it cannot be told."""

    source: DatasetSource
    id: str = ""
    stats: NetworkStats | None = None
    fault: str = ""


@dataclass(frozen=True)
class NetworkDetail:
    """What the pictures and the table of one network are made of; `genes` as `gene_table`, hubs first."""

    degree: pd.DataFrame
    statistic: np.ndarray
    genes: pd.DataFrame


def networks_of(services: Services, study: Study, params: NetworkParams) -> list[DatasetNetwork]:
    """The networks of a study's datasets, in its order, with those that are not there yet."""
    return [_network(services.store, source, study, params) for source in study.datasets]


def detail(store: Store, graph_id: str) -> NetworkDetail:
    """The parts of a stored network that the page shows."""
    return store.memo(f"network-detail-{VERSION}:{graph_id}", lambda: _detail(store, graph_id))


def _network(store: Store, source: DatasetSource, study: Study, params: NetworkParams) -> DatasetNetwork:
    try:
        graph_id = pipeline.graph_id(source, params, roles=study.roles, store=store)
        if not store.has(graph_id):
            return DatasetNetwork(source, graph_id)
        key = f"network-stats-{VERSION}:{graph_id}"
        stats = store.memo(key, lambda: network_stats(pipeline.load_graph(graph_id, store=store)))
        return DatasetNetwork(source, graph_id, stats)
    except GeneweaveError as fault:
        return DatasetNetwork(source, fault=str(fault))


def _detail(store: Store, graph_id: str) -> NetworkDetail:
    graph = pipeline.load_graph(graph_id, store=store)
    return NetworkDetail(degree_table(degrees(graph)), graph.statistic.astype(np.float32), gene_table(graph))

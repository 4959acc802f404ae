"""Methods, nulls and ablations on one study by one protocol: a score each a seed, and the table of all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.assemble import peak_mb
from engine.errors import unknown
from engine.io.vectors import outside_content
from engine.methods import METHODS, split_all, train
from engine.params import EmbedParams
from engine.progress import Progress
from engine.store import Store, artifact_id
from engine.types import META, GeneGraph

if TYPE_CHECKING:
    import pandas as pd

SCORE_VERSION = 1


@dataclass(frozen=True)
class Contender:
    """What is scored under one name: a method, or MuSe-GNN with a part taken away.

    `kind` is model, rival, null or ablation; `change` makes the contender's parameters of a study's.
    """

    name: str
    label: str
    kind: str
    about: str
    change: Callable[[EmbedParams], EmbedParams]


def _method(name: str) -> Contender:
    method = METHODS[name]
    return Contender(name, method.label, method.kind, method.about,
                     lambda params: replace(params, method=replace(params.method, method=name)))  # fmt: skip


CONTENDERS = {contender.name: contender for contender in (*map(_method, METHODS),)}


def find_contender(name: str) -> Contender:
    """The contender of that name; raises `UnknownName` when there is none."""
    if name not in CONTENDERS:
        raise unknown("method", name, CONTENDERS, where="among those that can be compared")
    return CONTENDERS[name]


def score_id(graphs: list[str], params: EmbedParams) -> str:
    """Id of the score of one contender at one seed on networks of these ids."""
    return artifact_id("score", SCORE_VERSION, params.to_dict(), graphs + outside_content(params))


def score(names: list[str], graphs: list[GeneGraph], params: EmbedParams, *, store: Store, device: str = "auto",
          progress: Progress | None = None) -> str:
    """Id of the stored score of one contender at one seed, computed when it is not there yet.

    A score is an AnnData with the vectors in `X`, dataset, gene and cluster of each row in `obs`, and
    under `uns['geneweave']` values (measure → number or None), seconds, epoch_seconds, peak_mb, device,
    params and graphs.

    Parameters
    ----------
    names, graphs
        Ids of the networks, and the networks.
    params
        Of the contender, with its seed.
    """
    from engine.tl.place import cluster

    progress, name = progress or Progress(), score_id(names, params)
    if store.has(name):
        return name
    started, seed, splits = time.monotonic(), params.training.seed, split_all(graphs, params)
    checkpoint = store.checkpoint(name)
    trained = train(graphs, splits, params, device=device, checkpoint=checkpoint, progress=progress)
    seconds = time.monotonic() - started
    vectors = np.concatenate(trained.vectors).astype(np.float32)
    clusters, connectivities = cluster(vectors, seed=seed)
    facts = {
        "values": _values(vectors, clusters, connectivities, graphs, splits, params), "seconds": seconds,
        "epoch_seconds": trained.epoch_seconds, "peak_mb": peak_mb(), "device": trained.device,
        "params": params.to_dict(), "graphs": names,
    }  # fmt: skip
    store.write(name, _as_adata(vectors, clusters, graphs, facts))
    checkpoint.unlink(missing_ok=True)
    return name


def read_score(name: str, *, store: Store) -> dict[str, Any]:
    """The facts of a stored score."""
    return json.loads(store.read(name).uns[META])


def table(scores: dict[tuple[str, int], dict[str, Any]]) -> pd.DataFrame:
    """A row a contender, seed and measure.

    Parameters
    ----------
    scores
        Facts of scores by name of the contender and seed.

    Returns
    -------
    Columns method, label, kind, seed, measure, value; the measures `seconds` and `peak_mb` among them.
    """
    import pandas as pd

    rows = [
        (name, CONTENDERS[name].label, CONTENDERS[name].kind, seed, measure, value)
        for (name, seed), facts in scores.items()
        for measure, value in {**facts["values"], "seconds": facts["seconds"], "peak_mb": facts["peak_mb"]}.items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["method", "label", "kind", "seed", "measure", "value"])


def _values(vectors, clusters, connectivities, graphs, splits, params: EmbedParams) -> dict[str, float | None]:
    from engine.metrics.report import DatasetEdges, measures_of

    edges = [DatasetEdges.of(graph, split.kept, split.held_out) for graph, split in zip(graphs, splits, strict=True)]
    signed = METHODS[params.method.method].signed
    return measures_of(vectors, edges, clusters=clusters, connectivities=connectivities, signed=signed)


def _as_adata(vectors: np.ndarray, clusters: np.ndarray, graphs: list[GeneGraph], facts: dict):
    import pandas as pd
    from anndata import AnnData

    obs = pd.DataFrame({
        "dataset": np.repeat([graph.name for graph in graphs], [graph.n_genes for graph in graphs]),
        "gene": np.concatenate([graph.genes for graph in graphs]), "cluster": clusters,
    })  # fmt: skip
    obs.index = obs["dataset"] + "|" + obs["gene"]
    return AnnData(vectors, obs=obs.astype("category"), uns={META: json.dumps(facts)})

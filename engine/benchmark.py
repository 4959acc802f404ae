"""Methods, nulls and ablations by one protocol: a score each a seed, and the table of all."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.assemble import peak_mb
from engine.contenders import CONTENDERS, Contender, find_contender
from engine.graph.split import EdgeSplit
from engine.io.vectors import located, outside_content
from engine.methods import reads_signs, split_all, train
from engine.metrics.report import DatasetEdges, measures_of, values_of_scorer
from engine.params import EmbedParams, matters
from engine.progress import Progress
from engine.store import Store, artifact_id
from engine.types import META, GeneGraph

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

__all__ = ["CONTENDERS", "Contender", "find_contender", "read_score", "score", "score_id", "table"]

SCORE_VERSION = 4
NO_MODEL = "none"


def score_id(graphs: list[str], params: EmbedParams, *, store: Store, scorer: str = "") -> str:
    """Id of the score of one contender at one seed on networks of these ids; what has no say in it is left out."""
    method, training = params.method.method, params.training
    asked = {group: {name: value for name, value in values.items() if matters(method, group, name)}
             for group, values in params.to_dict().items()}  # fmt: skip
    if scorer:
        asked = {"scorer": scorer, "seed": training.seed, "held_out": training.held_out, "stop_by": training.stop_by}
    return artifact_id("score", SCORE_VERSION, asked, graphs + outside_content(params, store.settings))


def score(names: list[str], graphs: list[GeneGraph], params: EmbedParams, *, store: Store, scorer: str = "",
          device: str = "auto", progress: Progress | None = None) -> str:
    """Id of the stored score of one contender at one seed, computed when it is not there yet.

    A score is an AnnData with the vectors in `X`, dataset, gene and cluster of each row in `obs`, and
    under `uns['geneweave']` values (measure → number or None), seconds, epoch_seconds, peak_mb, device,
    params and graphs. Of a scorer of pairs it has neither vectors nor clusters, and only the measures
    that pairs have.

    Parameters
    ----------
    names, graphs
        Ids of the networks, and the networks.
    params
        Of the contender, with its seed.
    scorer
        One of `engine.metrics.report.SCORERS` in place of a method.
    """
    name = score_id(names, params, store=store, scorer=scorer)
    if not store.has(name):
        started, splits = time.monotonic(), split_all(graphs, params)
        if scorer:
            adata, facts = _pairs_scored(graphs, splits, scorer)
        else:
            checkpoint = store.checkpoint(name)
            adata, facts = _vectors_scored(graphs, splits, located(params, store.settings), device=device,
                                           checkpoint=checkpoint, progress=progress or Progress())  # fmt: skip
        facts = {"seconds": time.monotonic() - started, **facts, "peak_mb": peak_mb(), "params": params.to_dict(),
                 "graphs": names}  # fmt: skip
        adata.uns[META] = json.dumps(facts)
        store.write(name, adata)
        store.checkpoint(name).unlink(missing_ok=True)
    return name


def read_score(name: str, *, store: Store) -> dict[str, Any]:
    """The facts of a stored score."""
    return store.memo(f"score-facts:{name}", lambda: json.loads(store.read(name).uns[META]))


def table(scores: dict[tuple[str, int], dict[str, Any]],
          tasks: dict[tuple[str, int], list[dict[str, Any]]] | None = None) -> pd.DataFrame:
    """A row a contender, seed and measure.

    Parameters
    ----------
    scores
        Facts of scores by name of the contender and seed.
    tasks
        Rows of gene-level tasks by the same; they become measures named `task/model/measure`, with `none` for a
        score that knows nothing of the vectors.

    Returns
    -------
    Columns method, label, kind, seed, measure, value; the measures `seconds` and `peak_mb` among them.
    """
    import pandas as pd

    values = {key: {**f["values"], "seconds": f["seconds"], "peak_mb": f["peak_mb"]} for key, f in scores.items()}
    for key, rows in (tasks or {}).items():
        values[key] |= {f"{row['task']}/{row['model'] or NO_MODEL}/{row['measure']}": row["value"]
                        for row in rows if not row["skipped"]}  # fmt: skip
    rows = [(name, CONTENDERS[name].label, CONTENDERS[name].kind, seed, measure, value)
            for (name, seed), measured in values.items() for measure, value in measured.items()]  # fmt: skip
    found = pd.DataFrame(rows, columns=["method", "label", "kind", "seed", "measure", "value"])
    return found.astype({"seed": int, "value": float})


def _vectors_scored(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str,
                    checkpoint: Path, progress: Progress) -> tuple[AnnData, dict[str, Any]]:
    from engine.tl.place import cluster

    started = time.monotonic()
    trained = train(graphs, splits, params, device=device, checkpoint=checkpoint, progress=progress)
    seconds = time.monotonic() - started
    vectors = np.concatenate(trained.vectors).astype(np.float32)
    clusters, connectivities = cluster(vectors, seed=params.training.seed)
    values = measures_of(vectors, _edges(graphs, splits), clusters=clusters, connectivities=connectivities,
                         signed=reads_signs(params))  # fmt: skip
    facts = {"values": values, "seconds": seconds, "epoch_seconds": trained.epoch_seconds, "device": trained.device}
    adata = _rows(graphs, vectors)
    adata.obs["cluster"] = clusters
    adata.obs["cluster"] = adata.obs["cluster"].astype("category")
    return adata, facts


def _pairs_scored(graphs: list[GeneGraph], splits: list[EdgeSplit], scorer: str) -> tuple[AnnData, dict[str, Any]]:
    return _rows(graphs, None), {"values": values_of_scorer(scorer, _edges(graphs, splits)), "epoch_seconds": 0.0,
                                 "device": "CPU"}  # fmt: skip


def _edges(graphs: list[GeneGraph], splits: list[EdgeSplit]) -> list[DatasetEdges]:
    return [DatasetEdges.of(graph, split.seen, split.held_out) for graph, split in zip(graphs, splits, strict=True)]


def _rows(graphs: list[GeneGraph], vectors: np.ndarray | None) -> AnnData:
    import pandas as pd
    from anndata import AnnData

    obs = pd.DataFrame({
        "dataset": np.repeat([graph.name for graph in graphs], [graph.n_genes for graph in graphs]),
        "gene": np.concatenate([graph.genes for graph in graphs]),
    })  # fmt: skip
    obs.index = obs["dataset"] + "|" + obs["gene"]
    return AnnData(vectors, obs=obs.astype("category"))

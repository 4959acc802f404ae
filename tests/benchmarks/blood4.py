"""MuSe-GNN on the golden study beside the published code and by its measures: `python -m tests.benchmarks.blood4`.

Clusters are made as there: scanpy's 15 Euclidean neighbours, Leiden by leidenalg; of vectors at length 1, since only
their directions are learned. The published code ran 272 epochs in 20 minutes on two cores. Seeds are given as
arguments; without, 0 to 9.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

PUBLISHED = {"edge AUC": 0.756, "ASW": 0.893, "GC": 0.994, "iLISI": 0.763, "CGR": 0.468, "NO": 0.400, "minutes": 20.0}


def main() -> None:
    """Print mean and standard deviation over seeds of both forms, and the published values."""
    from engine.params import EmbedParams

    seeds = [int(text) for text in sys.argv[1:]] or list(range(10))
    kept = EmbedParams()
    forms = {"signs kept": kept, "signs ignored": replace(kept, model=replace(kept.model, signs="ignored"))}
    print(f"{'':16}" + "".join(f"{name:>17}" for name in [*PUBLISHED, "|cos| AUC"]))
    print(f"{'published':16}" + "".join(f"{value:>17.3f}" for value in PUBLISHED.values()))
    for form, params in forms.items():
        found = [_one(replace(params, training=replace(params.training, seed=seed))) for seed in seeds]
        rows = {name: [measured[name] for measured in found] for name in found[0]}
        told = [f"{statistics.mean(v):.3f} ± {statistics.stdev(v) if len(v) > 1 else 0:.3f}" for v in rows.values()]
        print(f"{form:16}" + "".join(f"{text:>17}" for text in told), flush=True)


def _one(params) -> dict[str, float]:
    from engine.methods import split_all, train
    from engine.progress import Progress
    from tests.small_graphs import blood4_graphs

    graphs, started = blood4_graphs(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        trained = train(graphs, split_all(graphs, params), params, device="cpu", checkpoint=Path(folder) / "run.pt",
                        progress=Progress())  # fmt: skip
    return _measures(graphs, trained.vectors, (time.monotonic() - started) / 60)


def _measures(graphs, vectors: list[np.ndarray], minutes: float) -> dict[str, float]:
    import scanpy as sc
    from anndata import AnnData

    from engine.metrics import edges
    from engine.metrics.clusters import common_gene_ratio, neighbour_overlap, neighbour_sets
    from engine.metrics.mixing import asw, graph_connectivity
    from engine.metrics.overlap import adjacency
    from engine.metrics.path_mixing import ilisi_scib1
    from engine.tl.neighbours import unit_rows

    adata = AnnData(unit_rows(np.concatenate(vectors)))
    sc.pp.neighbors(adata, use_rep="X")
    sc.tl.leiden(adata, flavor="leidenalg")
    clusters = adata.obs["leiden"].to_numpy(str)
    genes = np.concatenate([graph.genes for graph in graphs])
    datasets = np.repeat(np.arange(len(graphs)), [graph.n_genes for graph in graphs])
    _, place, count = np.unique(genes, return_inverse=True, return_counts=True)
    common = np.flatnonzero(count[place] == len(graphs))
    sets = neighbour_sets([adjacency(graph.edges, graph.n_genes) for graph in graphs], [g.genes for g in graphs])
    scores = [edges.cosine(z) for z in vectors]
    aucs = [[edges.published_edge_auc(s, graph.edges, graph.edges) for s in (score, np.abs(score))]
            for score, graph in zip(scores, graphs, strict=True)]  # fmt: skip
    inner = adata.obsp["connectivities"][common][:, common]
    return {
        "edge AUC": float(np.mean([auc[0] for auc in aucs])),
        "ASW": asw(adata.X[common], datasets[common], clusters[common]),
        "GC": graph_connectivity(inner, clusters[common]),
        "iLISI": ilisi_scib1(adata.X[common], datasets[common]),
        "CGR": common_gene_ratio(genes, clusters),
        "NO": neighbour_overlap(sets, datasets, clusters),
        "minutes": minutes,
        "|cos| AUC": float(np.mean([auc[1] for auc in aucs])),
    }  # fmt: skip


if __name__ == "__main__":
    main()

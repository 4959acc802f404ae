"""Seconds an epoch and peak memory of MuSe-GNN, beside the published code: `python -m tests.benchmarks.training`.

Three datasets of 500 cells (1,000 at 2,000 genes), as in the measurement of the published code on two cores.
Each size runs in a process of its own, so that peaks do not mix.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

PUBLISHED = {250: (3.20, 1684), 500: (3.46, 1792), 1000: (4.70, 2234), 2000: (13.9, 4274)}  # genes: s, MB
DENSITY = 0.2
EPOCHS = 10


def main() -> None:
    """Print a row a size."""
    print(" genes   ours s  published s  times faster   ours MB  published MB")
    for n_genes, (seconds, megabytes) in PUBLISHED.items():
        command = [sys.executable, "-m", "tests.benchmarks.training", str(n_genes)]
        ours, peak = map(float, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
        faster = seconds / ours
        print(f"{n_genes:>6,}  {ours:>7.3f}  {seconds:>11.2f}  {faster:>12.1f}  {peak:>8,.0f}  {megabytes:>12,}")


def one(n_genes: int) -> None:
    """Print the median seconds of an epoch and the peak memory in MB."""
    import torch

    from engine.assemble import peak_mb

    task = _task(n_genes, n_cells=500 if n_genes < 2000 else 1000)
    optimizer, seconds = torch.optim.Adam(task.model.parameters(), lr=1e-3), []
    for epoch in range(EPOCHS + 2):
        started = time.perf_counter()
        total = torch.stack(list(task.losses(epoch).values())).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        seconds.append(time.perf_counter() - started)
    print(statistics.median(seconds[2:]), peak_mb())


def _task(n_genes: int, *, n_cells: int):
    import numpy as np

    from engine.graph.to_torch import graph_tensors
    from engine.methods.muse import overlaps
    from engine.params import MuseParams
    from engine.train.muse_task import MuseTask

    graphs = [_network(n_genes, n_cells, seed=seed) for seed in range(3)]
    kept = [np.arange(graph.edges.shape[1]) for graph in graphs]
    tensors = [graph_tensors(graph, edges) for graph, edges in zip(graphs, kept, strict=True)]
    return MuseTask(tensors, overlaps(graphs, kept, device="cpu"), MuseParams(), seed=0)


def _network(n_genes: int, n_cells: int, *, seed: int):
    """A random network; three of four genes are common to all datasets."""
    import numpy as np
    from anndata import AnnData
    from scipy import sparse

    from engine.types import GeneGraph

    rng = np.random.default_rng(seed)
    upper = sparse.triu(sparse.random(n_genes, n_genes, DENSITY, random_state=rng, data_rvs=rng.standard_normal), k=1)
    adata = AnnData(rng.standard_normal((n_genes, n_cells)).astype(np.float32))
    shared = 3 * n_genes // 4
    adata.obs_names = [f"G{i}" if i < shared else f"G{i}-{seed}" for i in range(n_genes)]
    adata.obsp["statistic"] = (upper + upper.T).tocsr()
    return GeneGraph(adata)


if __name__ == "__main__":
    one(int(sys.argv[1])) if len(sys.argv) > 1 else main()

"""Seconds an epoch and peak memory of MuSe-GNN, beside the published code: `python -m tests.benchmarks.training`.

First three datasets of 500 cells (1,000 at 2,000 genes), as in the measurement of the published code on two
cores, in the fast and the paper profile; then how cost grows with genes, datasets and edges. Networks are
simulated. Each size runs in a process of its own, so that peaks do not mix; a peak counts the libraries too.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

PUBLISHED = {250: (3.20, 1684), 500: (3.46, 1792), 1000: (4.70, 2234), 2000: (13.9, 4274)}  # genes: s, MB
DENSITY = 0.2
EPOCHS = 5
CURVES = {
    "genes, 3 datasets, density 0.05": [("fast", n, 3, 500, 0.05) for n in (250, 500, 1000, 2000, 3000, 5000)],
    "datasets of 500 genes, density 0.05": [("fast", 500, t, 500, 0.05) for t in (3, 6, 12, 24, 48, 82)],
    "density at 1,000 genes, 3 datasets": [("fast", 1000, 3, 500, d) for d in (0.002, 0.005, 0.02, 0.1, 0.5)],
    "the largest": [("fast", 1000, 82, 500, 0.2), ("fast", 3000, 82, 1000, 0.05)],
}


def main() -> None:
    """Print a row a size."""
    print(" genes  profile   ours s  published s  times faster   ours MB  published MB")
    for profile in ("fast", "paper"):
        for n_genes, (seconds, megabytes) in PUBLISHED.items():
            ours, peak = _measured(profile, n_genes, 3, 500 if n_genes < 2000 else 1000, DENSITY)
            print(f"{n_genes:>6,}  {profile:>7}  {ours:>7.3f}  {seconds:>11.2f}  {seconds / ours:>12.1f}  "
                  f"{peak:>8,.0f}  {megabytes:>12,}", flush=True)  # fmt: skip
    for title, sizes in CURVES.items():
        print(f"\n{title}\n  genes  datasets  density   seconds an epoch   peak MB   told MB")
        for profile, n_genes, n_datasets, n_cells, density in sizes:
            ours, peak = _measured(profile, n_genes, n_datasets, n_cells, density)
            told = _told(profile, n_genes, n_datasets, n_cells, density)
            print(f"{n_genes:>7,}  {n_datasets:>8}  {density:>7}  {ours:>17.3f}  {peak:>8,.0f}  {told:>8,.0f}",
                  flush=True)  # fmt: skip


def _told(profile: str, n_genes: int, n_datasets: int, n_cells: int, density: float) -> float:
    """What such a training is said to take, in MB."""
    from engine.methods.memory import training_bytes
    from engine.profiles import PROFILES

    edges = int(density * n_genes * (n_genes - 1) / 2)
    each = ([size] * n_datasets for size in (n_genes, edges, n_cells))
    return training_bytes(*each, PROFILES[profile]) / 1e6


def _measured(*size) -> list[float]:
    command = [sys.executable, "-m", "tests.benchmarks.training", *map(str, size)]
    return [*map(float, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())]


def one(profile: str, n_genes: int, n_datasets: int, n_cells: int, density: float) -> None:
    """Print the median seconds of an epoch and the peak memory in MB."""
    import torch

    from engine.assemble import peak_mb
    from engine.profiles import PROFILES

    params = PROFILES[profile]
    task, seconds = _task(params, n_genes, n_datasets, n_cells, density), []
    optimizer = torch.optim.Adam(task.groups(1e-3, 1.0))
    for epoch in range(EPOCHS + 1 if n_datasets * n_genes < 50_000 else 2):
        started = time.perf_counter()
        for step in task.steps(epoch):
            total = torch.stack(list(task.losses(step).values())).sum()
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
        seconds.append(time.perf_counter() - started)
    print(statistics.median(seconds[1:]), peak_mb())


def _task(params, n_genes: int, n_datasets: int, n_cells: int, density: float):
    from engine.methods.muse import muse_task
    from engine.train.device import make_fabric

    graphs = Simulated(n_genes, n_datasets, n_cells, density)
    return muse_task(graphs, graphs.splits, params, make_fabric("cpu"))


class Simulated:
    """Random networks, each made when it is asked for; three of four genes are common to all datasets."""

    def __init__(self, n_genes: int, n_datasets: int, n_cells: int, density: float) -> None:
        self._size, self._n = (n_genes, n_cells, density), n_datasets
        self.splits = [_split(graph) for graph in self]

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, i: int):
        if not 0 <= i < self._n:
            raise IndexError(i)
        return _network(*self._size, seed=i)


def _split(graph):
    from engine.graph.split import split_edges

    return split_edges(graph.edges.shape[1], 0.05, validation=0.02, seed=0)


def _network(n_genes: int, n_cells: int, density: float, *, seed: int):
    import json

    import numpy as np
    from anndata import AnnData
    from scipy import sparse

    from engine.types import META, GeneGraph

    rng = np.random.default_rng(seed)
    n_edges = int(density * n_genes * (n_genes - 1) / 2)
    keys = np.unique(rng.integers(n_genes**2, size=int(2.6 * n_edges)))
    i, j = keys // n_genes, keys % n_genes
    i, j = i[i < j], j[i < j]
    kept = np.sort(rng.choice(len(i), min(n_edges, len(i)), replace=False))
    values = rng.standard_normal(len(kept)).astype(np.float32)
    upper = sparse.csr_matrix((values, (i[kept], j[kept])), shape=(n_genes, n_genes))
    adata = AnnData(rng.standard_normal((n_genes, n_cells), dtype=np.float32))
    shared = 3 * n_genes // 4
    adata.obs_names = [f"G{g}" if g < shared else f"G{g}-{seed}" for g in range(n_genes)]
    adata.obsp["statistic"] = (upper + upper.T).tocsr()
    adata.uns[META] = json.dumps({"dataset": f"d{seed}", "modality": "rna"})
    return GeneGraph(adata)


if __name__ == "__main__":
    profile, *numbers = sys.argv[1:] or [""]
    if profile:
        one(profile, *(int(n) for n in numbers[:3]), float(numbers[3]))
    else:
        main()

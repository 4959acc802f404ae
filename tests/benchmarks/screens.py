"""A simulated screen of Norman's size, made and summed up: `python -m tests.benchmarks.screens`.

105 singles and 131 pairs, 5,000 genes, 50,000 cells. Seconds and peak memory of each step, in a process of its own,
and how far the measured changes are from the true ones, in their own standard errors (1 is right).
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

SIZE = {"n_perturbations": 105, "n_pairs": 131, "n_genes": 5000, "n_cells": 50_000}


def main() -> None:
    """Print a line a step."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "norman-size.h5ad"
        for step in (_simulate, _screen):
            _alone(step, path)


def _alone(step: Callable[[Path], str], path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_timed, args=(step, path))
    process.start()
    process.join()


def _timed(step: Callable[[Path], str], path: Path) -> None:
    started, cpu = time.perf_counter(), time.process_time()
    said = step(path)
    seconds, busy = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    name = step.__name__.strip("_")
    print(f"  {name:<10}{seconds:6.1f} s ({busy:.1f} s of a core), {peak:.2f} GB  {said}", flush=True)


def _simulate(path: Path) -> str:
    from engine.simulate import simulate_screen

    simulate_screen(**SIZE, out=path)
    return f"{path.stat().st_size / 1e6:,.0f} MB on disk"


def _screen(path: Path) -> str:
    import anndata

    from engine.params import ScreenParams
    from engine.screens import compute_screen, study_of_file

    found = compute_screen(study_of_file(path), ScreenParams())
    uns = anndata.read_h5ad(path, backed="r").uns
    rows = {name: i for i, name in enumerate(uns["true_names"])}
    often = (found.adata.var["detected"] > 0.02).to_numpy()
    truth = uns["true_change"][[rows[name] for name in found.names]][:, : len(often)]
    z = (found.delta[:, often] - truth[:, often]) / found.se[:, often]
    r = np.corrcoef(found.delta[:, often].ravel(), truth[:, often].ravel())[0, 1]
    did = int((found.adata.obs["e_fdr"] < 0.05).sum())
    return (f"{len(found.names)} perturbations, {did} moved their cells; error in standard errors {z.std():.2f}, "
            f"r with the truth {r:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()

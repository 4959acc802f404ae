"""CS-CORE and SPARK-X beside the reference tools: `python -m tests.benchmarks.coexpression`.

Cells are made up (negative binomial), written to an h5ad in blocks, and read back from the disk. Each size
runs in a process of its own on one thread. Seconds are of the processor, from opening the file until estimate,
statistic and p of all pairs are known; the reference's are of dense input that is in memory already. Memory is
the peak, the writing of the result included, less what was taken before a first tiny run had ended.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# genes: seconds and MB of the reference in Python (1,000 cells, one thread), then of the original in R (base, Rcpp)
REFERENCE = {500: (0.23, 41, 0.90, 1.27), 1000: (0.68, 129, 2.36, 4.56), 2000: (1.59, 415, 7.49, 19.68)}
SIZES = ((500, 1_000), (1000, 1_000), (2000, 1_000), (5000, 1_000), (500, 2_000), (1000, 2_000),
         (2000, 2_000), (5000, 2_000), (500, 10_000), (1000, 10_000), (2000, 10_000),
         (5000, 10_000), (500, 100_000), (1000, 100_000), (2000, 100_000), (5000, 100_000))  # fmt: skip
SPARK_X_SECONDS = 16.7  # the original in R on the olfactory bulb, 262 spots, 15,928 genes
POOL = 5  # blocks of different cells; larger files repeat them
BLOCK = 2_000  # cells
BULB = "data/multimodal/spatial/st_mouse_olfactory_bulb.h5ad"


def main() -> None:
    """Print a row a size."""
    print(" genes    cells  ours s  python s  R s (base, Rcpp)  times faster  ours MB  python MB  times less")
    with tempfile.TemporaryDirectory() as folder:
        for n_genes, n_cells in SIZES:
            path = Path(folder) / "cells.h5ad"
            _run("make", str(path), n_genes, n_cells)
            seconds, megabytes = min(_run("one", str(path)) for _ in range(3 if n_cells <= 1000 else 1))
            row = f"{n_genes:>6,} {n_cells:>8,} {seconds:>7.3f} "
            if n_cells == 1000 and n_genes in REFERENCE:
                theirs, peak, base, rcpp = REFERENCE[n_genes]
                row += f"{theirs:>9.2f} {f'{base:.2f}, {rcpp:.2f}':>17} {theirs / seconds:>13.1f}"
                row += f" {megabytes:>8.1f} {peak:>10} {peak / megabytes:>11.1f}"
            else:
                row += f"{'':>9} {'':>17} {'':>13} {megabytes:>8.1f}"
            print(row.rstrip(), flush=True)
    bulb = Path(os.environ.get("GENEWEAVE_TEST_DATA", "../shared")) / BULB
    if bulb.exists():
        seconds, megabytes = _run("spark_x", str(bulb))
        print(f"SPARK-X on the olfactory bulb: {seconds:.3f} s, {megabytes:.0f} MB; the original in R: "
              f"{SPARK_X_SECONDS} s ({SPARK_X_SECONDS / seconds:.0f} times)")  # fmt: skip


def _run(*words) -> tuple[float, ...]:
    command = [sys.executable, "-m", "tests.benchmarks.coexpression", *map(str, words)]
    alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=alone).stdout
    return tuple(map(float, said.split()))


def make(path: str, n_genes: str, n_cells: str) -> None:
    """Write cells whose genes are seen in 5 to 100 % of them, as real ones are."""
    import h5py
    import numpy as np
    from scipy import sparse

    rng, genes, cells = np.random.default_rng(0), int(n_genes), int(n_cells)
    rate = np.sort(rng.lognormal(-8.9, 1.0, genes) + 1.5e-5)[::-1]
    pool = []
    for _ in range(min(POOL, -(-cells // BLOCK))):
        depth = rng.lognormal(8.2, 0.4, min(BLOCK, cells))
        level = rng.gamma(2, 0.5, (len(depth), 8))[:, np.arange(genes) % 8]
        counts = sparse.csr_matrix(rng.poisson(depth[:, None] * rate * level).astype(np.float32))
        pool.append((counts, depth))
    with h5py.File(path, "w") as file:
        parts = {name: file.create_dataset(f"X/{name}", (0,), kind, maxshape=(None,), chunks=(100_000,))
                 for name, kind in (("data", "f4"), ("indices", "i4"))}  # fmt: skip
        ends, depths = [np.zeros(1, np.int64)], []
        for i in range(-(-cells // BLOCK)):
            counts, depth = pool[i % len(pool)]
            for name in parts:
                length = len(parts[name])
                parts[name].resize((length + counts.nnz,))
                parts[name][length:] = getattr(counts, name)
            ends.append(counts.indptr[1:] + ends[-1][-1])
            depths.append(depth)
        file["X/indptr"], file["depth"] = np.concatenate(ends), np.concatenate(depths)
        file["X"].attrs["shape"] = np.array([cells, genes])


def one(path: str) -> None:
    """Print the seconds and the MB of the co-expression of one file."""
    import h5py
    import numpy as np

    from engine.commands.coexpression import write_npz
    from engine.graph.cscore import STRIP, cs_core
    from engine.io.matrix import OnDisk

    def run(source: Path) -> float:
        started = time.process_time()
        with h5py.File(source) as file:
            found = cs_core(OnDisk(file["X"]), file["depth"][:])
        for start in range(0, len(found.estimate), STRIP):
            found.p_rows(start, start + STRIP)
        seconds = time.process_time() - started
        write_npz(source.with_suffix(".npz"), np.arange(len(found.estimate)), found)
        return seconds

    tiny = Path(path).with_name("tiny.h5ad")
    make(str(tiny), "20", "100")
    run(tiny)
    before = _peak_mb()
    print(run(Path(path)), _peak_mb() - before)


def spark_x(path: str) -> None:
    """Print the seconds and the MB of SPARK-X on the spots of an h5ad file."""
    import anndata
    from scipy import stats  # noqa: F401

    from engine.pp.spark_x import spark_x as test

    adata = anndata.read_h5ad(path)
    before, started = _peak_mb(), time.process_time()
    test(adata.X, adata.obsm["spatial"])
    print(time.process_time() - started, _peak_mb() - before)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    {"make": make, "one": one, "spark_x": spark_x}[sys.argv[1]](*sys.argv[2:]) if len(sys.argv) > 1 else main()

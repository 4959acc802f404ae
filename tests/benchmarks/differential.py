"""What a comparison of two conditions takes: `python -m tests.benchmarks.differential`.

Made-up negative binomial cells, 12 donors, 100 labellings, both arms and the jackknife, on one thread. Seconds of the
clock by stage, then all of them by the clock and of the processor, which other work on the machine does not stretch;
memory is the peak of the process less what it held before the comparison. To be met: 1,000 genes and 10,000 cells
within 60 s on two cores (diff_CSCORE: about 33 min for 100 permutations of 20 s).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

SIZES = ((500, 5_000), (1_000, 10_000), (2_000, 10_000), (1_000, 50_000))
DONORS, PERMUTATIONS = 12, 100


def main() -> None:
    """Print a row a size, each in a process of its own on one thread."""
    print(" genes    cells   sums s  labels s  jackknife s  tests s  together s  processor s  peak MB")
    for n_genes, n_cells in SIZES:
        command = [sys.executable, "-m", "tests.benchmarks.differential", str(n_genes), str(n_cells)]
        alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        print(subprocess.run(command, capture_output=True, text=True, check=True, env=alone).stdout, end="", flush=True)


def one(n_genes: int, n_cells: int) -> None:
    """Print the row of one size."""
    import numpy as np
    from scipy import stats  # noqa: F401

    from engine.tl.differential.arms import arm_values
    from engine.tl.differential.design import design_of
    from engine.tl.differential.jackknife import both_sides
    from engine.tl.differential.permute import test_values
    from engine.tl.differential.sums import unit_sums

    counts, depth = _cells(n_genes, n_cells)
    donors = np.arange(n_cells) % DONORS
    design = design_of(donors < DONORS // 2, donors, seed=0)
    before, times = _peak_mb(), [time.perf_counter()]
    busy = time.process_time()
    sums = unit_sums(counts, depth, design.cell_unit, DONORS)
    times.append(time.perf_counter())
    values = arm_values(sums, design.labellings(PERMUTATIONS, 0))
    times.append(time.perf_counter())
    both_sides(sums, design)
    times.append(time.perf_counter())
    for each in values:
        test_values(each)
    times.append(time.perf_counter())
    stages, busy = np.diff(times), time.process_time() - busy
    print(f"{n_genes:>6,} {n_cells:>8,} {stages[0]:>8.2f} {stages[1]:>9.2f} {stages[2]:>12.2f} {stages[3]:>8.2f}"
          f" {stages.sum():>11.2f} {busy:>12.2f} {_peak_mb() - before:>8.0f}")  # fmt: skip


def _cells(n_genes: int, n_cells: int):
    import numpy as np
    from scipy import sparse

    rng = np.random.default_rng(0)
    rate, depth, parts = rng.lognormal(-8.9, 1.0, n_genes) + 1.5e-5, rng.lognormal(8.2, 0.4, n_cells), []
    for start in range(0, n_cells, 500):
        s = depth[start : start + 500, None]
        level = rng.gamma(2, 0.5, (len(s), 8))[:, np.arange(n_genes) % 8]
        parts.append(sparse.csr_matrix(rng.poisson(s * rate * level).astype(np.float32)))
    return sparse.vstack(parts, format="csr"), depth


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    one(int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else main()

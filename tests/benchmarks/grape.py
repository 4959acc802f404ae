"""What learning GRAPE takes at the size of Norman's screen: `python -m tests.benchmarks.grape`.

A made-up screen of 105 single genes and 131 pairs over 5,000 genes in modules that text and sequence tell with
error, on two threads. Told are seconds, peak memory, a warm click, and what the gate found; then the ablations
on a small screen, where the features tell the change and where the changes were dealt out at random.
"""

from __future__ import annotations

import sys
import time

import numpy as np

N_SINGLES, N_PAIRS, N_GENES, MODULES = 105, 131, 5000, 25
MOST_SECONDS, MOST_MB = 600, 8000
SMALL = (90, 0, 120)


def main() -> None:
    """Print the large screen, then a row an ablation."""
    import torch

    torch.set_num_threads(2)
    if "--small" not in sys.argv:
        _large()
    print(f"\n{'':26} {'learnable':>20} {'shuffled':>20}\n{'':26} {'gate  new genes':>20} {'gate  new genes':>20}")
    for title, change in _variants():
        cells = [f"{gate:.2f}  {share:+9.1%}" for gate, share in (_small(change, shuffled=s) for s in (False, True))]
        print(f"{title:26} {cells[0]:>20} {cells[1]:>20}", flush=True)


def _large() -> None:
    from engine.assemble import peak_mb
    from engine.params import GrapeParams
    from engine.perturb.grape import train_grape
    from tests.local_screen import local_screen, seen_of

    screen, known = local_screen(N_SINGLES, N_PAIRS, N_GENES, modules=MODULES)
    began = time.process_time()
    trained = train_grape(screen, known, GrapeParams(), seen=seen_of(screen), device="cpu")
    worked = time.process_time() - began
    facts, name = trained.facts, screen.names[0]
    trained.correction([name])
    started = time.perf_counter()
    trained._change([[trained.nodes.index(name)]])  # what a click costs, whether the gate is open or not
    click = time.perf_counter() - started
    print(f"{N_SINGLES} singles and {N_PAIRS} pairs of {N_GENES:,} genes, {facts['n_edges']:,} edges: "
          f"{facts['seconds']:.0f} s (at most {MOST_SECONDS}; {worked:.0f} s of both cores together), "
          f"{peak_mb():,.0f} MB (at most {MOST_MB:,}), "
          f"best epoch {facts['epoch']} of {facts['epochs']}, a click {1000 * click:.0f} ms")  # fmt: skip
    for found in facts["gates"].values():
        print("   ", found["says"])
    if facts["seconds"] > MOST_SECONDS or peak_mb() > MOST_MB or click > 1:
        sys.exit("GRAPE takes more than it may.")


def _small(change: dict, *, shuffled: bool) -> tuple[float, float]:
    """Gate, and by how much the squared error on genes that were never seen changes against the core's."""
    from engine.params import GrapeParams
    from engine.perturb.grape import train_grape
    from tests.local_screen import local_screen, mean_of, seen_of

    screen, known = local_screen(*SMALL, modules=6, shuffled=shuffled)
    train, new = screen.of(screen.names[:65]), screen.names[65:]
    params = GrapeParams(**{"learning_rate": 1e-2, "epochs": 40, **change})
    trained = train_grape(train, known, params, seen=seen_of(train), device="cpu")
    core, truth = mean_of(train, new), screen.of(new).delta
    errors = [np.square(told - truth).mean() for told in (core, trained.predict(new, core))]
    return trained.strength["single"], float(errors[1] / errors[0] - 1)


def _variants() -> list[tuple[str, dict]]:
    from engine.perturb.networks import ABLATIONS

    return [("GRAPE", {}), *((name, change) for name, _, _, change in ABLATIONS)]


if __name__ == "__main__":
    main()

"""How often causes are called where there are none, what is found on Kang's cells, and the time it takes.

`python -m tests.benchmarks.causes [repeats]`. Kang's table: stimulated against control cells, Welch's t on log1p
counts per 10,000. Nulls: signs shuffled among the changed genes; labels of the genes shuffled.
"""

from __future__ import annotations

import sys
import tempfile
import time

import numpy as np
import pandas as pd

from engine.causal.changes import changes_of
from engine.causal.edges import join
from engine.causal.regulators import LEAST_FOR_Z, regulators
from engine.causal.roots import roots
from engine.knowledge import Knowledge
from engine.settings import Settings
from tests.kang import kang_table, labels_shuffled, signs_shuffled
from tests.shared_data import shared

NETWORKS = (("collectri",), ("trrust-human",), ("dorothea-human",), ("collectri", "omnipath"))
MEASURES = ("|z| ≥ 2", "called", "roots p_bias < .05", "roots called")


def main(repeats: int = 20) -> None:
    """Print a table of rates for each network, and the first regulators and roots of the real table."""
    table, rng = kang_table(), np.random.default_rng(0)
    print(f"{len(table):,} genes, {int((table['fdr'] <= 0.05).sum()):,} changed; {repeats} repeats of each null")
    with tempfile.TemporaryDirectory() as home:
        mirror = str(shared("data/MANIFEST.md").parents[1])
        library = Knowledge(Settings.from_environment({"GENEWEAVE_HOME": home, "GENEWEAVE_MIRROR": mirror}))
        for names in NETWORKS:
            for name in names:
                library.fetch(name)
            _one(table, {name: library.network(name) for name in names},
                 {name: library.entry(name).kind for name in names}, rng, repeats)  # fmt: skip


def rates(table: pd.DataFrame, network, depth: int) -> list[float]:
    """Shares of `MEASURES`: of regulators with four or more signed changed targets, all regulators, roots, roots."""
    changes = changes_of(table)
    of_regulators, of_roots = regulators(changes, network), roots(changes, network, depth=depth, permutations=200)
    enough, tested = of_regulators["n_signed"] >= LEAST_FOR_Z, of_roots["p_bias"].notna()
    return [(of_regulators["z"].abs()[enough] >= 2).mean(), (of_regulators["call"] != "").mean(),
            (of_roots["p_bias"][tested] < 0.05).mean(), (of_roots["call"] != "")[tested].mean()]  # fmt: skip


def _one(table: pd.DataFrame, networks: dict, kinds: dict, rng: np.random.Generator, repeats: int) -> None:
    network, changes = join(networks, kinds), changes_of(table)
    print(f"\n{' + '.join(networks)}: {len(network.edges):,} edges")
    for depth in (1, 2, 3) if len(network.edges) < 100_000 else ():
        started = time.monotonic()
        found = roots(changes, network, depth=depth)
        first = ", ".join(found["root"].head(6))
        print(f"  roots, depth {depth}: {len(found):,} in {time.monotonic() - started:.1f} s; first {first}")
    started = time.monotonic()
    found = regulators(changes, network)
    called = found[found["call"] == "activated"].head(8)["regulator"]
    print(f"  regulators: {len(found):,} in {time.monotonic() - started:.2f} s; activated {', '.join(called)}")
    if len(network.edges) > 100_000:
        return
    print(f"  {'':16}" + "".join(f"{name:>20}" for name in MEASURES))
    print(f"  {'as measured':16}" + "".join(f"{value:>20.2%}" for value in rates(table, network, 2)))
    for title, null in (("signs shuffled", signs_shuffled), ("labels shuffled", labels_shuffled)):
        values = np.array([rates(null(table, rng), network, 2) for _ in range(repeats)])
        print(f"  {title:16}" + "".join(f"{value:>20.2%}" for value in values.mean(axis=0)), flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))

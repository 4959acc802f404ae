"""How long a click on a gene waits, and a ranking of all: a screen of Norman's size, and a network of many cells.

`python -m tests.benchmarks.knockout_click`. A made-up screen of 100 genes × 5,000 genes, whose 20,000 candidates are
known by three kernels; a made-up study of 5,000 cells × 2,000 genes with 300 regulators of 40 targets each, in two cell
types. Nothing is downloaded.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine import knockout
from engine.knockout.from_screen import fit_screen_model
from engine.knockout.rank import load_rank, rank
from engine.knockout.wish import Wish
from engine.knowledge import Knowledge
from engine.library import Library
from engine.params import KnockoutParams
from engine.settings import Settings
from engine.store import Store
from engine.types import META, Screen
from tests.made_up_screen import made_up_screen
from tests.simulated import write_study

CLICKS = 20
SCREEN = "knockout-screen"


def main() -> None:
    """Print seconds of each step."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_environment({"GENEWEAVE_HOME": home})
        of_screen(Store(settings))
        of_network(settings, Path(home))


def of_screen(store: Store) -> None:
    """A screen of 100 singles and 130 pairs × 5,000 genes; 20,000 candidates."""
    screen, known, _ = made_up_screen(100, 130, 10_000, seed=0)
    screen = Screen(screen.adata[:, :5000].copy())
    adata = _timed("screen: core fitted", lambda: fit_screen_model(screen, known, KnockoutParams()))
    adata.uns[META] = json.dumps(json.loads(adata.uns[META]) | {"id": SCREEN})
    _timed("screen: model kept", lambda: store.write(SCREEN, adata))
    model = _clicks("screen", SCREEN, store)
    genes = tuple(model.genes[:100])
    _ranked("screen", SCREEN, Wish("lower", genes=genes, title="a hundred genes"), store)


def of_network(settings: Settings, home: Path) -> None:
    """A study of 5,000 cells × 2,000 genes, with 300 regulators."""
    write_study(settings.folder("studies"), name="cells", n_cells=2500, n_genes=2000)
    rng, store, knowledge = np.random.default_rng(0), Store(settings), Knowledge(settings)
    edges = [f"GENE{i}\tGENE{j}\t1" for i in range(300) for j in rng.choice(np.arange(300, 1999), 40, replace=False)]
    (home / "n.tsv").write_text("\n".join(["source\ttarget\tsign", *edges]) + "\n")
    knowledge.add_own(home / "n.tsv", "TF targets", "Regulators")
    params, study = KnockoutParams(networks="regulators"), Library(settings).study("cells")
    name = _timed("network: fitted", lambda: knockout.fit(study, params, store=store, knowledge=knowledge))
    _clicks("network", name, store)
    _ranked("network", name, Wish("towards", to="high", start="low"), store)
    _ranked("network", name, Wish("towards", to="high"), store)


def _clicks(what: str, name: str, store: Store) -> Any:
    model = _timed(f"{what}: model read", lambda: knockout.load_model(name, store=store))
    can = _timed(f"{what}: candidates listed", lambda: knockout.candidates(model)).query("can")["gene"]
    genes = can.sample(CLICKS + 1, random_state=0).tolist()
    _timed(f"{what}: first click", lambda: knockout.knock_out(model, genes[-1], store=store))
    for kind, asked in (("warm click", genes[:-1]), ("warm click on two", list(zip(genes, genes[1:], strict=False)))):
        took = [_seconds(lambda one=one: knockout.knock_out(model, one, store=store))[0] for one in asked]
        print(f"{what}: {kind}, median {np.median(took):.3f} s, slowest of {len(took)} {max(took):.3f} s", flush=True)
    return model


def _ranked(what: str, name: str, wish: Wish, store: Store) -> None:
    found = _timed(f"{what}: ranked to {wish.words}", lambda: rank(name, wish, store=store))
    facts = load_rank(found, store=store).facts
    print(f"{what}: {facts['n_candidates']:,} candidates; p < 0.05 of {facts['shuffled']:.1%} where the wish is dealt "
          "at random", flush=True)  # fmt: skip


def _timed(what: str, work: Callable[[], Any]) -> Any:
    seconds, found = _seconds(work)
    print(f"{what}: {seconds:.2f} s", flush=True)
    return found


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


if __name__ == "__main__":
    main()

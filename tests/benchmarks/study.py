"""The bundled study from nothing and from the store: `python -m tests.benchmarks.study`."""

from __future__ import annotations

import tempfile
import time

from engine.progress import Progress
from engine.settings import Settings


class Stages(Progress):
    """When each stage began."""

    def __init__(self) -> None:
        self.began: list[tuple[str, float]] = []

    def stage(self, name: str, fraction: float) -> None:
        self.began.append((name, time.perf_counter()))


def main() -> None:
    """Print seconds a stage, the epoch, the peak memory and the measures with their best null."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_environment({"GENEWEAVE_HOME": home})
        settings.limit_threads()
        _run(settings)


def _run(settings: Settings) -> None:
    from engine import pipeline
    from engine.library import Library
    from engine.params import EmbedParams
    from engine.store import Store
    from engine.tl import warm_up

    warm_up()  # as the worker does before its first job
    study, store, stages = Library(settings).study("pbmc68k-lineages"), Store(settings), Stages()
    started = time.perf_counter()
    name = pipeline.embed(study, EmbedParams(), store=store, progress=stages)
    whole = time.perf_counter()
    for (stage, begin), (_, end) in zip(stages.began, [*stages.began[1:], ("", whole)], strict=True):
        print(f"{end - begin:7.2f} s  {stage}")
    print(f"{whole - started:7.2f} s  in all")
    pipeline.load_embedding(pipeline.embed(study, EmbedParams(), store=store), store=store)
    print(f"{time.perf_counter() - whole:7.2f} s  from the store")
    _tell(pipeline.load_embedding(name, store=store).facts)


def _tell(facts: dict) -> None:
    made = facts["made"]
    print(f"{made['epoch_seconds']:7.3f} s  an epoch ({made['device']}), peak {made['peak_mb']:,.0f} MB")
    for measure in facts["metrics"]:
        nulls = {name: value for name, value in measure["nulls"].items() if value is not None}
        best = (max if measure["best"] else min)(nulls, key=nulls.get)
        print(f"{measure['value']:7.3f}    {measure['label']} (best rival: {best} {nulls[best]:.3f})")


if __name__ == "__main__":
    main()

"""What a map was said to take beside what it took, on the bundled study: `python -m tests.benchmarks.estimates`.

On one thread all is in seconds of the processor, so that other programs do not blur it.
"""

from __future__ import annotations

import tempfile
import time

from engine.progress import Progress
from engine.settings import Settings

RUN = ("quick", "standard")
STAGES = {"Finding co-expression": "networks", "Learning": "training", "Drawing": "placing", "Measuring": "measuring"}
HELD_OUT = (800, 1000, 1000)  # cells, genes seen, genes kept: a size that nothing was fitted on


class Stages(Progress):
    """Seconds by stage, and the epochs that were trained."""

    def __init__(self, clock) -> None:
        self._clock, self._now, self._began = clock, "", 0.0
        self.seconds, self.epochs = dict.fromkeys(STAGES.values(), 0.0), 0.0

    def stage(self, name: str, fraction: float) -> None:
        self.end()
        self._now = next((short for words, short in STAGES.items() if name.startswith(words)), "")
        self._began = self._clock()

    def step(self, fraction: float, **losses: float) -> None:
        self.epochs = losses.get("epoch", self.epochs)

    def end(self) -> None:
        if self._now:
            self.seconds[self._now] += self._clock() - self._began


def main() -> None:
    """Print the calibration's error at a size it has not seen, then a table a preset."""
    settings = Settings.from_environment()
    settings.limit_threads()
    import torch

    from engine.calibration.timing import calibrate

    clock = time.process_time if torch.get_num_threads() == 1 and settings.device == "cpu" else time.perf_counter
    calibration = calibrate(device=settings.device, clock=clock)
    print(f"Calibrated in {calibration.seconds:.1f} s on {calibration.device}, by {clock.__name__}")
    _held_out(calibration, settings.device, clock)
    with tempfile.TemporaryDirectory() as home:
        _presets(calibration, Settings.from_environment({"GENEWEAVE_HOME": home}), settings.device, clock)


def _held_out(calibration, device: str, clock) -> None:
    from pathlib import Path

    from engine.calibration import costs, timing
    from engine.params import EmbedParams
    from engine.train.device import make_fabric

    size, params, fabric = costs.DatasetSize(*HELD_OUT), EmbedParams(), make_fabric(device)
    with tempfile.TemporaryDirectory() as folder:
        seconds, graph = timing.time_network(size, Path(folder), device=device, clock=clock)
    pair = timing.pair_of(size, graph)
    setup, task = timing.time_setup(pair, params, fabric, clock=clock)
    placing, measuring = timing.time_drawing(pair, clock=clock)
    width = params.model.components
    rows = (
        ("network", costs.network_terms(size), seconds), ("setup", costs.setup_terms(size, size.cells), setup),
        ("epoch", costs.epoch_terms(size, width, dense_decoder=False),
         timing.time_epoch(task, params, fabric, clock=clock)),
        ("look", costs.look_terms(size), timing.time_look(pair, params, task, clock=clock)),
        ("place", costs.place_terms([size] * 2), placing), ("measure", costs.measure_terms([size] * 2), measuring),
    )  # fmt: skip
    print(f"At {size.cells:,} cells × {size.genes:,} genes, which nothing was fitted on:")
    for name, terms, actual in rows:
        _row(name, costs.cost(getattr(calibration, name), terms), actual)


def _presets(calibration, settings: Settings, device: str, clock) -> None:
    from engine import pipeline
    from engine.calibration.costs import stages
    from engine.calibration.sizes import study_sizes
    from engine.library import Library
    from engine.profiles import PRESETS
    from engine.store import Store

    study, store = Library(settings).study("pbmc68k-lineages"), Store(settings)
    for preset in PRESETS:
        said = stages(calibration, study_sizes(study, preset.params.network, store=store), preset.params)
        print(f"{preset.label}: {sum(said.values()):.1f} s said")
        if preset.name not in RUN:
            continue
        took = Stages(clock)
        pipeline.embed(study, preset.params, store=store, device=device, progress=took)
        took.end()
        for name, seconds in took.seconds.items():
            _row(name, said[name], seconds)
        _row(f"in all, {took.epochs:g} of {preset.params.training.epochs} epochs", sum(said.values()),
             sum(took.seconds.values()))  # fmt: skip


def _row(name: str, said: float, took: float) -> None:
    print(f"  {name:<28}{said:>8.2f} s said {took:>8.2f} s taken   ratio {said / took:.2f}", flush=True)


if __name__ == "__main__":
    main()

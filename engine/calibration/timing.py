"""The calibration run: every stage of a map timed on made-up data of a few sizes, and its cost fitted."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.calibration import costs
from engine.calibration.costs import Calibration, DatasetSize
from engine.params import EmbedParams, NetworkParams
from engine.progress import Progress
from engine.settings import Settings
from engine.types import META, DatasetSource, GeneGraph, Roles

if TYPE_CHECKING:
    from engine.train.muse_task import MuseTask

Clock = Callable[[], float]
Timing = tuple[tuple[float, ...], float]  # terms of a stage, seconds

FIRST = DatasetSize(60, 60, 40)  # goes before all, untimed: imports and first calls
SMALL = DatasetSize(300, 300, 150)
MIDDLE = DatasetSize(1000, 1500, 300)
DEEP = DatasetSize(2000, 1000, 1000)
WIDE = DatasetSize(400, 1100, 1100)
SIZES = (SMALL, MIDDLE, DEEP, WIDE)
MODULES = 4  # of genes that rise and fall together in the made-up cells
SHARED = 0.7  # of the genes of two datasets
EPOCHS = 2  # timed, after one that makes ready


@dataclass(frozen=True)
class Pair:
    """Two networks of one size, that share most of their genes."""

    size: DatasetSize
    graphs: list[GeneGraph]


def calibrate(*, device: str = "auto", clock: Clock = time.perf_counter, progress: Progress | None = None,
              sizes: tuple[DatasetSize, ...] = SIZES) -> Calibration:
    """Time the stages of a map on this machine; some seconds on one core, once the libraries are loaded.

    Networks go through a store in a temporary folder, so that reading and writing count.

    Raises
    ------
    DeviceUnavailable
        When the device is not there.
    """
    from engine.tl import warm_up
    from engine.train.device import describe, free_bytes, make_fabric

    progress, fabric = progress or Progress(), make_fabric(device)
    progress.device(describe(fabric))
    progress.stage("Loading what a map needs", 0.0)
    warm_up()
    _time_all((FIRST,) * 4, fabric, device, clock, Progress())
    began = clock()
    network, setup, epoch, look, place, measure = _time_all(sizes, fabric, device, clock, progress)
    free = free_bytes(fabric) if fabric.device.type == "cuda" else None
    return Calibration(network, setup, epoch, look, place, measure, describe(fabric), free, clock() - began)


def _time_all(sizes: tuple[DatasetSize, ...], fabric, device: str, clock: Clock, progress: Progress):
    """Coefficients of the stages, in the order of `Calibration`."""
    progress.stage("Timing networks", 0.3)
    pairs, network = _networks(sizes, device, clock)
    progress.check()
    progress.stage("Timing training", 0.5)
    setup, epoch, look = _training(pairs, fabric, clock)
    progress.check()
    progress.stage("Timing the drawing and the measures", 0.7)
    return network, setup, epoch, look, *_drawing(pairs[:2], clock)


def timed(work: Callable[[], Any], clock: Clock) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    began = clock()
    found = work()
    return max(clock() - began, 1e-6), found


def time_network(size: DatasetSize, folder: Path, *, device: str, clock: Clock) -> tuple[float, GeneGraph]:
    """Seconds of one network from a file of made-up counts to the store and back, and the network."""
    from engine import pipeline
    from engine.store import Store

    store = Store(Settings.from_environment({"GENEWEAVE_HOME": str(folder)}))
    path, params = folder / f"{size.cells}-{size.seen}.h5ad", NetworkParams(n_genes=size.genes, min_detected=0.0)
    _counts(size).write_h5ad(path)
    source = DatasetSource("made up", str(path))

    def work() -> GeneGraph:
        name = pipeline.prepare(source, params, roles=Roles(), store=store, device=device)
        return pipeline.load_graph(name, store=store)

    return timed(work, clock)


def time_setup(pair: Pair, params: EmbedParams, fabric, *, clock: Clock) -> tuple[float, MuseTask]:
    """Seconds that one dataset takes to get ready for training, and the task."""
    from engine.methods import split_all
    from engine.methods.muse import muse_task

    splits = split_all(pair.graphs, params)
    seconds, task = timed(lambda: muse_task(pair.graphs, splits, params, fabric), clock)
    return seconds / len(pair.graphs), task


def time_epoch(task: MuseTask, params: EmbedParams, fabric, *, clock: Clock) -> float:
    """Seconds of one dataset in an epoch, the least of a few, by the loop that trains."""
    import torch

    from engine.train.loop import run_epoch

    optimizer = torch.optim.Adam(task.groups(params.training.learning_rate, params.training.decoder_rate))
    _, optimizer = fabric.setup(task.model, optimizer)
    seconds = [timed(partial(run_epoch, task, epoch, optimizer, fabric), clock)[0] for epoch in range(EPOCHS + 1)]
    return min(seconds[1:]) / len(task.graphs)


def time_look(pair: Pair, params: EmbedParams, task: MuseTask, *, clock: Clock) -> float:
    """Seconds of one dataset in a look at the edges to stop by."""
    from engine.methods import split_all
    from engine.methods.validation import Validation

    stop_by = Validation.of(pair.graphs, split_all(pair.graphs, params), seed=0)
    return min(timed(lambda: stop_by.auc(task.output()), clock)[0] for _ in range(2)) / len(pair.graphs)


def time_drawing(pair: Pair, *, clock: Clock) -> tuple[float, float]:
    """Seconds of placing and of measuring the genes of a pair, with vectors of the leading components."""
    from engine.assemble import measure, place_genes
    from engine.graph.to_torch import leading_components
    from engine.methods import Trained, split_all

    vectors = [leading_components(graph.features, 32) for graph in pair.graphs]
    trained, splits = Trained(vectors, untrained=vectors), split_all(pair.graphs, EmbedParams())
    placing, adata = timed(lambda: place_genes(pair.graphs, trained, seed=0), clock)
    measuring, _ = timed(lambda: measure(adata, pair.graphs, splits, trained, EmbedParams()), clock)
    return placing, measuring


def pair_of(size: DatasetSize, graph: GeneGraph) -> Pair:
    """A network and its like, in which some genes have other names."""
    other = graph.adata.copy()
    other.obs_names = [name if i < SHARED * graph.n_genes else f"{name}-2" for i, name in enumerate(other.obs_names)]
    other.uns[META] = json.dumps(graph.facts | {"dataset": f"{graph.name}, again"})
    return Pair(size, [graph, GeneGraph(other)])


def _networks(sizes: tuple[DatasetSize, ...], device: str, clock: Clock) -> tuple[list[Pair], tuple[float, ...]]:
    timings, pairs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for i, size in enumerate(sizes):
            seconds, graph = time_network(size, Path(folder, str(i)), device=device, clock=clock)
            timings.append((costs.network_terms(size), seconds))
            pairs.append(pair_of(size, graph))
    return pairs, _fitted(timings)


def _training(pairs: list[Pair], fabric, clock: Clock) -> tuple[tuple[float, ...], ...]:
    """Set-up of all sizes; epochs and looks of the first, second and last; one epoch each of the paper's ways."""
    params, setups, timings, looks = EmbedParams(), [], [], []
    for pair in pairs:
        seconds, task = time_setup(pair, params, fabric, clock=clock)
        setups.append((costs.setup_terms(pair.size, pair.size.cells), seconds))
        if pair is not pairs[2]:
            looks.append((costs.look_terms(pair.size), time_look(pair, params, task, clock=clock)))
            timings.append(_epoch_of(task, pair, params, fabric, clock))
    for model in (replace(params.model, components=0), replace(params.model, decoder="mlp")):
        other = replace(params, model=model)
        task = time_setup(pairs[1], other, fabric, clock=clock)[1]
        timings.append(_epoch_of(task, pairs[1], other, fabric, clock))
    return _fitted(setups), _fitted(timings), _fitted(looks)


def _epoch_of(task: MuseTask, pair: Pair, params: EmbedParams, fabric, clock: Clock) -> Timing:
    width, dense = task.graphs[0].features.shape[1], params.model.decoder == "mlp"
    seconds = time_epoch(task, params, fabric, clock=clock)
    return costs.epoch_terms(pair.size, width, dense_decoder=dense), seconds


def _fitted(timings: list[Timing]) -> tuple[float, ...]:
    return costs.fit([terms for terms, _ in timings], [seconds for _, seconds in timings])


def _drawing(pairs: list[Pair], clock: Clock) -> tuple[tuple[float, ...], tuple[float, ...]]:
    place, measure = [], []
    for pair in pairs:
        placing, measuring = time_drawing(pair, clock=clock)
        place.append((costs.place_terms([pair.size] * 2), placing))
        measure.append((costs.measure_terms([pair.size] * 2), measuring))
    return _fitted(place), _fitted(measure)


def _counts(size: DatasetSize):
    """Made-up counts, every gene seen in many cells; gene i belongs to module i mod `MODULES`."""
    from anndata import AnnData
    from scipy import sparse

    rng = np.random.default_rng(0)
    level = rng.gamma(3, 1 / 3, (size.cells, MODULES)).astype(np.float32)
    rate = level[:, np.arange(size.seen) % MODULES] * rng.uniform(0.2, 2, size.seen).astype(np.float32)
    adata = AnnData(sparse.csr_matrix(rng.poisson(rate).astype(np.float32)))
    adata.obs_names = [f"cell{i}" for i in range(size.cells)]
    adata.var_names = [f"G{i}" for i in range(size.seen)]
    return adata

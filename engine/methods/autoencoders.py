"""GAE, VGAE, MAE and WSMAE: from networks or features to vectors by the loop that trains MuSe-GNN.

GAE and VGAE learn the kept edges of either sign, so genes of a negative edge come together too. MAE and
WSMAE learn the features, where genes that replace each other have opposite rows. Each runs for the epochs
of the parameters, at a step size of its own: so that GAE and VGAE are level by 200; MAE and WSMAE go on to
memorise the features then, but the order of their cosines has come to rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from engine.graph.split import EdgeSplit
from engine.methods.trained import Trained
from engine.methods.validation import Validation
from engine.params import EmbedParams
from engine.progress import Progress, Span
from engine.types import GeneGraph

GRAPH_RATE = 0.01
FEATURE_RATE = 0.001
GRAPH_WIDTH = 2  # hidden width over the length of a vector
FEATURE_WIDTH = 4
MASKED = 0.5  # share of entries hidden in training


def train_gae(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str, checkpoint: Path,
              progress: Progress) -> Trained:
    """A graph autoencoder per dataset (Kipf and Welling, 2016), inner-product decoder."""
    make = partial(_graph_task, params=params, variational=False)
    return _one_by_one(make, graphs, splits, params, GRAPH_RATE, device, checkpoint, progress)


def train_vgae(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str,
               checkpoint: Path, progress: Progress) -> Trained:
    """A variational graph autoencoder per dataset; the vectors are its means."""
    make = partial(_graph_task, params=params, variational=True)
    return _one_by_one(make, graphs, splits, params, GRAPH_RATE, device, checkpoint, progress)


def train_mae(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str, checkpoint: Path,
              progress: Progress) -> Trained:
    """A masked autoencoder per dataset (after He et al., CVPR 2022), a gene's features as its input.

    Mended, the vectors come of the whole input and are centred; published, of an input with as much hidden
    as in training, as they are.
    """

    def make(graph: GeneGraph, split: EdgeSplit, fabric):
        return _feature_task([graph], params, masked=MASKED)

    return _one_by_one(make, graphs, splits, params, FEATURE_RATE, device, checkpoint, progress)


def train_wsmae(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str,
                checkpoint: Path, progress: Progress) -> Trained:
    """A weight-sharing autoencoder of all datasets together (after Yang et al., 2021).

    Mended, it sees the whole input always and the vectors are centred; published, half of the input is
    hidden in training and afterwards.
    """
    from engine.train.device import describe, make_fabric

    fabric = make_fabric(device)
    progress.device(describe(fabric))
    masked = MASKED if params.method.form == "published" else 0.0
    task = _feature_task(graphs, params, masked=masked)
    return _fitted(task, graphs, splits, params, FEATURE_RATE, fabric, checkpoint, progress)


def _graph_task(graph: GeneGraph, split: EdgeSplit, fabric, *, params: EmbedParams, variational: bool):
    from engine.graph.to_torch import graph_tensors
    from engine.train.autoencoder_task import GraphAutoencoderTask

    tensors, n_latent = graph_tensors(graph, split.kept, signed=False).to(fabric.device), params.model.n_latent
    return GraphAutoencoderTask(
        tensors.features, tensors.adjacency(), n_hidden=GRAPH_WIDTH * n_latent, n_latent=n_latent,
        variational=variational, published=params.method.form == "published", seed=params.training.seed,
    )  # fmt: skip


def _feature_task(graphs: list[GeneGraph], params: EmbedParams, *, masked: float):
    from engine.train.autoencoder_task import FeatureAutoencoderTask

    n_latent = params.model.n_latent
    return FeatureAutoencoderTask(
        [graph.features for graph in graphs], n_hidden=FEATURE_WIDTH * n_latent, n_latent=n_latent, masked=masked,
        published=params.method.form == "published", seed=params.training.seed,
    )  # fmt: skip


class _Quiet(Span):
    """The part of one dataset: how far it is, without losses whose epochs begin again with every dataset."""

    def step(self, fraction: float, **losses: float) -> None:
        super().step(fraction)


def _one_by_one(make: Callable, graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, rate: float,
                device: str, checkpoint: Path, progress: Progress) -> Trained:
    """A model per dataset, one after the other; the network of one is in memory at a time.

    All begin at the same weights, as far as the layers have the same shape.
    A run that was broken off goes on in the dataset where it stood; those before are trained again.
    """
    from engine.train.device import describe, make_fabric

    fabric, parts = make_fabric(device), []
    progress.device(describe(fabric))
    for i, (graph, split) in enumerate(zip(graphs, splits, strict=True)):
        own, span = checkpoint.with_name(f"{i}-{checkpoint.name}"), _Quiet(progress, i / len(graphs), 1 / len(graphs))
        task = make(graph, split, fabric)
        parts.append(_fitted(task, [graph], [split], params, rate, fabric, own, span))
        own.unlink(missing_ok=True)
    return Trained(
        [part.vectors[0] for part in parts], describe(fabric), [part.untrained[0] for part in parts],
        _mean_history([part.history for part in parts]), float(sum(part.epoch_seconds for part in parts)),
    )  # fmt: skip


def _fitted(task, graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, rate: float, fabric,
            checkpoint: Path, progress: Progress) -> Trained:
    from engine.train.device import describe
    from engine.train.loop import fit

    fabric.to_device(task.model)
    untrained = task.output()
    training = replace(params.training, learning_rate=rate, schedule="constant", patience=0)
    curve = Validation.of(graphs, splits, seed=training.seed)
    run = fit(task, training, fabric=fabric, checkpoint=checkpoint, progress=progress, validate=curve.auc)
    return Trained(task.output(), describe(fabric), untrained, run.history, run.epoch_seconds)


def _mean_history(histories: list[dict[str, list[float | None]]]) -> dict[str, list[float | None]]:
    """Mean over the datasets of every value of every epoch; None where none has one."""

    def mean(values: tuple[float | None, ...]) -> float | None:
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if known else None

    return {name: list(map(mean, zip(*(h[name] for h in histories), strict=True))) for name in histories[0]}

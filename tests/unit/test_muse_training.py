"""Training of MuSe-GNN: what it refuses, when it stops, what is rewired, and that blocks and batches change nothing."""

import numpy as np
import pytest
import torch

from engine.errors import InvalidStudy, TrainingDiverged
from engine.graph.split import split_edges
from engine.methods import reads_signs, split_all, train
from engine.methods.muse import muse_task, stacks
from engine.methods.rewired import rewired, swapped
from engine.methods.validation import Validation
from engine.metrics.overlap import NeighbourBits, adjacency, neighbour_jaccard
from engine.params import EmbedParams, MuseParams, TrainParams
from engine.profiles import PAPER
from engine.progress import Progress
from engine.train.device import make_fabric
from engine.train.loop import fit
from tests import blood4
from tests.small_graphs import blood4_graphs, graph_of, module_auc, planted

SHORT = EmbedParams(training=TrainParams(epochs=30, patience=0))


def trained(graphs, params, tmp_path):
    return train(graphs, split_all(graphs, params), params, device="cpu", checkpoint=tmp_path / "run.pt",
                 progress=Progress())  # fmt: skip


def task_of(graphs, params=SHORT):
    return muse_task(graphs, split_all(graphs, params), params, make_fabric("cpu"))


def test_modules_are_found_with_and_without_signs_and_with_any_sharing(tmp_path):
    graphs = planted()
    for model in (MuseParams(), MuseParams(signs="ignored"), MuseParams(sharing="none"), MuseParams(components=0)):
        found = trained(graphs, EmbedParams(model=model, training=SHORT.training), tmp_path / str(hash(model)))
        assert module_auc(graphs, found.vectors) > 0.9


def test_the_profile_of_the_paper_trains_with_stacks_by_modality_and_dense_decoders(tmp_path):
    graphs = planted()
    params = EmbedParams(model=PAPER.model, training=TrainParams(epochs=3, step_of="pair", schedule="constant"))
    found = trained(graphs, params, tmp_path)
    assert len(found.history["reconstruction"]) == 3 and all(np.isfinite(z).all() for z in found.vectors)
    assert not reads_signs(PAPER) and reads_signs(EmbedParams())


def test_stacks_are_by_modality_or_dataset_and_never_by_condition():
    facts = [{"dataset": "b", "modality": "rna", "condition": "ill"}, {"dataset": "a", "modality": "rna",
             "condition": "well"}, {"dataset": "c", "modality": "atac", "condition": "well"}]  # fmt: skip
    assert stacks(facts, "one") == [0, 0, 0]
    assert stacks(facts, "modality") == [1, 1, 0]
    assert stacks(facts, "none") == [1, 0, 2]


def test_every_dataset_has_a_partner_in_every_epoch_in_blocks_and_in_pairs():
    graphs = planted(5)
    for step_of, n_steps in (("block", 1), ("pair", 5)):
        task = task_of(graphs, EmbedParams(training=TrainParams(step_of=step_of)))
        steps = list(task.steps(3))
        assert len(steps) == n_steps
        firsts = [i for step in steps for i, _ in step.pairs]
        assert sorted(firsts) == list(range(5))
        assert all(i != j and {i, j} <= set(step.datasets) for step in steps for i, j in step.pairs)
        assert [s.pairs for s in task.steps(3)] == [s.pairs for s in steps] != [s.pairs for s in task.steps(4)]


def test_blocks_hold_at_least_two_datasets_and_no_more_than_memory_is_set_aside_for(monkeypatch):
    monkeypatch.setattr("engine.train.blocks.BLOCK_DATASETS", 2)
    task = task_of(planted(5))
    assert sorted(len(step.datasets) for step in task.steps(0)) == [2, 3]
    whole = task.output()
    monkeypatch.setattr("engine.train.blocks.BLOCK_DATASETS", 8)
    for one, other in zip(whole, task.output(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_network_without_an_edge_is_refused_with_its_name():
    empty = graph_of(np.ones((60, 9)), np.zeros((2, 0), int), np.zeros(0), name="bare")
    with pytest.raises(InvalidStudy, match="the network of 'bare' has no edge"):
        task_of([planted()[0], empty])


def test_a_gene_alone_in_its_dataset_gets_a_vector_too(tmp_path):
    graph = planted()[0]
    kept = graph.edges[:, (graph.edges != 3).all(axis=0)]
    sign = np.ones(kept.shape[1])
    alone = graph_of(graph.features, kept, sign, genes=graph.genes, name="alone")
    assert np.isfinite(trained([alone, planted()[1]], SHORT, tmp_path).vectors[0][3]).all()


def test_a_loss_that_is_no_number_stops_training_says_where_and_keeps_the_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.train.loop.CHECKPOINT_SECONDS", 0.0)
    task, right = task_of(planted()), None
    right = task.losses

    def losses(step):
        parts = right(step)
        return parts | {"contrast": parts["contrast"] * float("nan")} if losses.epoch == 4 else parts

    def steps(epoch, own=task.steps):
        losses.epoch = epoch
        return own(epoch)

    task.losses, task.steps = losses, steps
    path = tmp_path / "run.pt"
    with pytest.raises(TrainingDiverged, match="epoch 5: the loss of contrast.*last good checkpoint is kept.*lower"):
        fit(task, SHORT.training, fabric=make_fabric("cpu"), checkpoint=path, progress=Progress(),
            validate=lambda vectors: None)  # fmt: skip
    assert torch.load(path, weights_only=True)["epoch"] == 4


def test_training_stops_when_nothing_is_gained_and_takes_the_best_weights(tmp_path):
    values = iter([0.6, 0.8, 0.7, 0.8, 0.7, 0.9])
    task, seen = task_of(planted()), []

    def validate(vectors):
        seen.append(vectors[0])
        return next(values)

    run = fit(task, TrainParams(epochs=20, patience=3), fabric=make_fabric("cpu"), checkpoint=tmp_path / "run.pt",
              progress=Progress(), validate=validate)  # fmt: skip
    assert len(run.history["epoch"]) == 5 and run.best == 0.8
    np.testing.assert_allclose(task.output()[0], seen[1], atol=1e-6)


def test_edges_to_measure_on_do_not_depend_on_those_to_stop_by():
    one, two = split_edges(1000, 0.05, seed=3), split_edges(1000, 0.05, validation=0.1, seed=3)
    assert np.array_equal(one.held_out, two.held_out) and len(two.validation) == 100
    assert not set(two.kept) & set(two.validation) and np.array_equal(one.kept, two.seen)


def test_validation_tells_spaces_that_lie_apart_though_each_is_right():
    graphs, params = planted(), SHORT
    stop_by = Validation.of(graphs, split_all(graphs, params), seed=0)
    module = np.arange(60) % 4
    right = np.eye(4)[module].astype(np.float32)
    assert stop_by.auc([right, right]) > 0.95
    assert stop_by.auc([right, np.roll(right, 1, axis=1)]) < 0.8


def test_rewiring_keeps_the_degree_of_either_sign_and_little_else():
    graph = blood4_graphs()[0]
    split = split_edges(graph.edges.shape[1], 0.05, seed=0)
    other = rewired(graph, split, seed=0)
    kept, sign = graph.edges[:, split.kept], np.sign(graph.statistic[split.kept])
    before = np.bincount(kept[:, sign < 0].ravel(), minlength=500)
    after = np.bincount(other.edges[:, other.statistic < 0].ravel(), minlength=500)
    assert np.corrcoef(before, after)[0, 1] > 0.9
    pairs = swapped(kept[:, sign > 0], 500, np.random.default_rng(0))
    keys = pairs[0] * 500 + pairs[1]
    assert np.array_equal(np.bincount(pairs.ravel(), minlength=500),
                          np.bincount(kept[:, sign > 0].ravel(), minlength=500))  # fmt: skip
    assert len(np.unique(keys)) == len(keys) and (pairs[0] < pairs[1]).all()
    same = np.isin(keys, kept[0] * 500 + kept[1]).mean()
    assert same < 0.8


def test_neighbour_bits_count_what_the_sparse_form_counts():
    graphs = [(blood4.edges_of(d)[0], blood4.genes_of(d)) for d in blood4.donors()]
    bits = NeighbourBits([edges for edges, _ in graphs], [names for _, names in graphs])
    for i, j in ((0, 1), (3, 2)):
        expected = neighbour_jaccard(*(adjacency(graphs[k][0], 500) for k in (i, j)), *(graphs[k][1] for k in (i, j)))
        for ours, theirs in zip(bits.jaccard(i, j), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_training_takes_the_threads_that_the_settings_allow_whatever_ran_before(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    torch.set_num_threads(2)
    make_fabric("cpu")
    assert torch.get_num_threads() == 1

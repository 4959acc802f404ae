"""GRAPE trained: the gate on what can be learned and what cannot, what is kept, what is refused; and the rival."""

from dataclasses import replace

import numpy as np
import pytest
from anndata import AnnData

from engine.errors import InvalidParameter, InvalidStudy, JobCancelled
from engine.params import GearsParams, GrapeParams
from engine.perturb.baselines import train_mean
from engine.perturb.gate import gate
from engine.perturb.gears import train_gears
from engine.perturb.gene_nodes import gene_nodes
from engine.perturb.grape import train_grape
from engine.perturb.held_out import roles
from engine.perturb.methods import METHODS
from engine.perturb.neighbours import related_pairs
from engine.perturb.networks import gears, grape_alone
from engine.perturb.trained_grape import Trained
from engine.progress import Progress
from engine.types import GeneFeatures, GeneKernel, GeneKnowledge
from tests.local_screen import local_screen, mean_of, seen_of

SMALL = GrapeParams(n_hidden=16, heads=2, layers=1, hops=1, neighbours=16, alignment_epochs=5, learning_rate=0.03,
                    epochs=20, batch=32)  # fmt: skip

BLANK = "GENE2"  # a gene that nothing is known of


def grape_of(screen, known, params=SMALL, **more):
    return train_grape(screen, known, params, seen=seen_of(screen), device="cpu", **more)


@pytest.fixture(scope="module")
def local():
    screen, known = local_screen(80, 0, 80, modules=5)
    new, train = screen.names[60:], screen.of(screen.names[:60])
    known = replace(known, text=_less(known.text, BLANK), sequence=_less(known.sequence, BLANK))
    return train, known, new, screen.of(new).delta, grape_of(train, known)


def test_the_gate_opens_where_features_tell_the_residual_and_new_genes_are_told_better(local):
    train, known, new, truth, trained = local
    found = trained.facts["gates"]["single"]
    assert found["strength"] > 0.5 and found["both"] < found["core"] and trained.facts["refit"]
    core = mean_of(train, new)
    errors = [np.square(told - truth).mean() for told in (core, trained.predict(new, core))]
    assert errors[1] < 0.7 * errors[0]


def test_the_gate_stays_shut_where_changes_were_shuffled_and_says_so():
    for seed in range(2):
        screen, known = local_screen(40, 0, 40, modules=3, shuffled=True, seed=seed)
        trained = grape_of(screen, known, replace(SMALL, seed=seed, epochs=10))
        assert trained.strength == {"single": 0, "pair": 0} and not trained.facts["refit"]
        assert "Core alone for single genes" in trained.facts["gates"]["single"]["says"]
        core = mean_of(screen, screen.names)
        np.testing.assert_array_equal(trained.predict(screen.names, core), core)


def test_alone_it_corrects_the_mean_with_its_gate_open(local):
    train, known, new, truth, _ = local
    told, mean = grape_alone(train, [*new, BLANK], known, 0, params=SMALL), train_mean(train, new)
    assert np.square(told[:-1] - truth).mean() < 0.7 * np.square(mean - truth).mean()
    np.testing.assert_array_equal(told[-1], train_mean(train, [BLANK])[0])


def test_the_same_seed_gives_the_same_result_and_arrays_keep_it(local):
    train, known, new, _, trained = local
    again = grape_of(train, known)
    np.testing.assert_array_equal(again.correction(new), trained.correction(new))
    arrays = trained.to_arrays()
    assert all(isinstance(values, np.ndarray) for values in arrays.values())
    np.testing.assert_array_equal(Trained.from_arrays(arrays).correction(new), trained.correction(new))


def test_a_trained_grape_survives_a_file(local, tmp_path):
    import anndata

    adata = AnnData(np.zeros((1, 1), np.float32))
    adata.uns["grape"] = local[4].to_arrays()
    adata.write_h5ad(tmp_path / "kept.h5ad")
    kept = Trained.from_arrays(anndata.read_h5ad(tmp_path / "kept.h5ad").uns["grape"])
    np.testing.assert_array_equal(kept.correction(local[2]), local[4].correction(local[2]))
    assert kept.facts == local[4].facts


def test_targets_and_genes_without_features_are_left_to_the_core(local):
    *_, new, _, trained = local
    known = next(name for name in new if trained.knows(name))
    told = trained.correction([known, "NOSUCH", f"{known}+NOSUCH"])
    assert told[0].any() and not told[1:].any()
    assert told[0, trained.genes.index(known)] == 0
    assert BLANK in trained.nodes and not trained.knows(BLANK) and not trained.correction([BLANK]).any()


def test_a_perturbed_gene_that_is_not_measured_is_a_node_without_an_output():
    screen, known = local_screen(30, 0, 40, modules=3)
    hidden = next(name for name in screen.names if name in known.text.genes)
    rest = type(screen)(screen.adata[:, screen.genes != hidden].copy())
    nodes = gene_nodes(rest, known, SMALL)
    assert nodes.genes[-1] == hidden and len(nodes.genes) == 40
    trained = grape_of(rest, known, replace(SMALL, epochs=1, alignment_epochs=0))
    assert trained.knows(hidden) and trained.correction([hidden]).shape == (1, 39)


def test_features_and_biotypes_follow_the_parameters():
    screen, known = local_screen(30, 0, 40, modules=3)
    for name, n in (("fusion", 2), ("text", 1), ("sequence", 1), ("only fusion", 2)):
        assert len(gene_nodes(screen, known, replace(SMALL, features=name)).raw) == n
    types = {b: gene_nodes(screen, known, replace(SMALL, biotype=b)).types for b in ("kept", "ignored", "shuffled")}
    assert types["kept"].tolist() == [not known.coding[gene] for gene in screen.genes]
    assert not types["ignored"].any() and types["shuffled"].sum() == types["kept"].sum()
    assert (types["shuffled"] != types["kept"]).any()
    with pytest.raises(InvalidStudy, match="text features of genes, and no gene of this screen has any"):
        gene_nodes(screen, replace(known, text=None), replace(SMALL, features="text"))
    odd = GeneFeatures("text", "made up", np.array(["A"]), np.ones((1, 3), np.float32))
    assert list(gene_nodes(screen, replace(known, text=odd), SMALL).sources) == ["sequence"]


def test_genes_held_out_are_in_no_perturbation_that_is_learned_from():
    screen, _ = local_screen(60, 80, 80)
    role = roles(screen.names, 0.15, 0)
    of = {r: {g for name, own in zip(screen.names, role, strict=True) if own == r and "+" not in name
              for g in name.split("+")} for r in ("train", "stop", "gate")}  # fmt: skip
    assert len(of["stop"]) == len(of["gate"]) == 9
    learned = {g for name, own in zip(screen.names, role, strict=True) if own == "train" for g in name.split("+")}
    assert not learned & (of["stop"] | of["gate"])
    assert sum(r != "train" and set(n.split("+")) <= of["train"] for n, r in zip(screen.names, role, strict=True)) > 5


def test_the_gate_takes_the_least_squares_strength_and_needs_perturbations_and_no_doubt():
    rng = np.random.default_rng(0)
    told = rng.normal(size=(12, 300))
    half = gate(0.5 * told + 0.1 * rng.normal(size=told.shape), told, what="pairs")
    assert half.strength == pytest.approx(0.5, abs=0.02) and half.both < half.core
    assert gate(3 * told, told, what="pairs").strength == 1
    assert gate(-told, told, what="pairs").strength == 0
    assert gate(told[:4], told[:4], what="pairs").strength == 0
    opened = [gate(*rng.normal(size=(2, 12, 300)), what="pairs").strength > 0 for _ in range(200)]
    assert np.mean(opened) < 0.1
    missing = told.copy()
    missing[:, 5] = np.nan
    assert gate(missing, told, what="pairs").strength == pytest.approx(1)


def test_training_is_refused_for_few_perturbations_and_can_be_stopped():
    screen, known = local_screen(30, 0, 30)
    with pytest.raises(InvalidStudy, match="at least 20 perturbations, and this one has 10"):
        grape_of(screen.of(screen.names[:10]), known)
    with pytest.raises(InvalidParameter, match="'Heads' must divide"):
        GrapeParams(n_hidden=10, heads=4)

    class Stop(Progress):
        def check(self):
            raise JobCancelled("stopped")

    with pytest.raises(JobCancelled):
        grape_of(screen, known, progress=Stop())


def test_the_rival_learns_what_its_graph_tells_and_falls_back_for_names_outside():
    screen, known = local_screen(60, 20, 60, modules=3)
    test = [name for name in screen.names if "+" not in name][50:]
    train = screen.of([name for name in screen.names if not set(name.split("+")) & set(test)])
    go = GeneKernel("go", "GO", "made up", known.text.genes, _unit(known.text.vectors))
    params = GearsParams(n_hidden=16, learning_rate=0.02, epochs=40, neighbours=8)
    trained = train_gears(train, GeneKnowledge((go,)), params, device="cpu")
    known_test = [name for name in test if go.knows(name)]
    mean = train.of([name for name in train.names if "+" not in name]).delta.mean(axis=0)
    truth = screen.of(known_test).delta
    assert np.square(trained.predict(known_test) - truth).mean() < 0.9 * np.square(mean - truth).mean()
    assert np.isfinite(trained.predict(["NOSUCH", f"{test[0]}+NOSUCH"])).all()
    blank = train_gears(train, GeneKnowledge(), replace(params, epochs=2), device="cpu")
    assert np.isfinite(blank.predict(test)).all()


def test_the_rival_learns_from_cells_and_asks_for_them():
    screen, known = local_screen(30, 0, 30, modules=2)
    params = GearsParams(n_hidden=8, level="cell", epochs=3)
    with pytest.raises(InvalidStudy, match="the cells of the screen are needed"):
        train_gears(screen, known, params, device="cpu")
    cells = AnnData(np.repeat(screen.delta + 1, 4, axis=0), obs={"perturbation": np.repeat(screen.names, 4)})
    cells.var_names = screen.genes
    assert np.isfinite(train_gears(screen, known, params, cells=cells, device="cpu").predict(["GENE1"])).all()


def test_neighbours_by_a_kernel_are_those_of_the_dense_form():
    rng = np.random.default_rng(0)
    kernel = GeneKernel("go", "GO", "made up", np.array([f"G{i}" for i in range(20)]), _unit(rng.normal(size=(20, 5))))
    genes = ["other", *kernel.genes]
    like = kernel.between(genes, genes)
    np.fill_diagonal(like, 0)
    expected = {tuple(sorted((i, j))) for i in range(21) for j in np.argsort(-like[i])[:3] if like[i, j] >= 0.05}
    assert set(map(tuple, related_pairs(kernel, genes, 3).T.tolist())) == expected


def test_the_table_has_grape_its_ablations_and_the_rival_and_they_run():
    kinds = {name: METHODS[name].kind for name in METHODS if name.startswith(("grape", "gears"))}
    assert [name for name, kind in kinds.items() if kind == "network"] == ["grape", "grape-alone", "gears"]
    ablations = {name: METHODS[name].predict.keywords["params"] for name, kind in kinds.items() if kind == "ablation"}
    assert len(set(ablations.values())) == 6 and GrapeParams() not in ablations.values()
    screen, known = local_screen(30, 0, 30, modules=2)
    train, names = screen.of(screen.names[:25]), screen.names[25:]
    for params in ablations.values():
        quick = replace(params, n_hidden=8, epochs=1, heads=2, alignment_epochs=0, neighbours=4)
        told = grape_alone(train, names, known, 0, params=quick)
        assert told.shape == (5, 30) and told.dtype == np.float32 and np.isfinite(told).all()
    assert gears(train, names, known, 0, params=GearsParams(n_hidden=8, epochs=1)).shape == (5, 30)


def _less(features, gene):
    kept = features.genes != gene
    return replace(features, genes=features.genes[kept], vectors=features.vectors[kept])


def _unit(x):
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)

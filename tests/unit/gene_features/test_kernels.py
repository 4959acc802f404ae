"""Likeness by gene sets, co-expression, vectors and other screens."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from sklearn.metrics import jaccard_score

from engine.errors import UnknownName
from engine.gene_features.expression import expression_kernel
from engine.gene_features.memberships import indicator, pathway_kernel, process_kernel
from engine.gene_features.names import names_in
from engine.gene_features.screens import screens_kernel
from engine.gene_features.vectors import map_kernel, table_kernels
from engine.io.vectors import GeneVectors, write_vectors
from engine.types import META
from engine.types.perturbations import GeneKernel
from tests.small_knowledge import GENES, screen_of


def test_likeness_by_gene_sets_is_the_jaccard_index_of_scikit_learn():
    rng = np.random.default_rng(0)
    sets = [set(rng.choice(GENES[:12], rng.integers(3, 9), replace=False).tolist()) for _ in range(15)]
    genes, member = indicator(sets)
    found = GeneKernel("p", "P", "s", genes, member, by="jaccard").between(genes.tolist(), genes.tolist())
    dense = member.toarray() > 0
    expected = [[jaccard_score(a, b) for b in dense] for a in dense]
    np.testing.assert_allclose(found, expected, atol=1e-7)
    np.testing.assert_array_equal(np.diag(found), 1)


def test_sets_that_link_nobody_or_everybody_are_left_out(world, names, monkeypatch):
    import engine.gene_features.memberships as memberships

    kernel = pathway_kernel(names, world.knowledge)
    assert kernel.by == "jaccard" and kernel.features.shape[1] == 5 and not kernel.knows(GENES[23])
    monkeypatch.setattr(memberships, "MOST", 5)
    assert not len(pathway_kernel(names, world.knowledge).genes)
    assert process_kernel(names, world.knowledge).source == "Jaccard index over 0 sets of go-processes"


def test_co_expression_is_the_cosine_of_control_vectors_and_unseen_genes_are_not_known(names):
    rng = np.random.default_rng(0)
    control = rng.standard_normal((6, 4))
    control[2] = 0
    screen = screen_of(np.zeros((1, 6)), ["G00"], GENES[:6], control=control)
    kernel = expression_kernel(names, screen)
    a, b = control[0] / np.linalg.norm(control[0]), control[5] / np.linalg.norm(control[5])
    assert kernel.between(["G00"], ["G05"])[0, 0] == pytest.approx(a @ b, abs=1e-6)
    assert not kernel.knows("G02")
    table = screen_of(np.zeros((1, 6)), ["G00"], GENES[:6])
    assert "only a table of changes is known" in expression_kernel(names, table)


def stored_map(store, name: str, study: str, created: str, vectors: dict[tuple[str, str], list[float]]) -> None:
    obs = pd.DataFrame({"dataset": [key[0] for key in vectors], "gene": [key[1] for key in vectors]})
    obs.index = obs["dataset"] + "|" + obs["gene"]
    adata = AnnData(np.array(list(vectors.values()), dtype=np.float32), obs=obs)
    adata.uns[META] = json.dumps({"study": study, "title": name, "made": {"created": created}})
    store.write(name, adata)


def test_the_newest_map_of_the_study_is_taken_and_a_gene_is_the_mean_over_its_datasets(world, names):
    vectors = {("x", "G00"): [2, 0], ("y", "G00"): [0, 5], ("x", "G01"): [3, 3], ("x", "G02"): [0, -1]}
    stored_map(world.store, "embedding-b", "mine", "2026-01-02", vectors)
    stored_map(world.store, "embedding-a", "mine", "2026-01-01", {("x", "G00"): [1, 0], ("x", "G09"): [1, 0]})
    stored_map(world.store, "embedding-c", "other", "2026-01-03", {("x", "G00"): [1, 0], ("x", "G09"): [1, 0]})
    kernel = map_kernel(names, world.store, study="mine")
    np.testing.assert_allclose(kernel.between(["G00"], ["G01", "G02"]), [[1, -np.sqrt(0.5)]], atol=1e-6)
    assert map_kernel(names, world.store, asked="embedding-c", study="mine").knows("G09")
    assert "There is no gene map of this study" in map_kernel(names, world.store, study="third")
    with pytest.raises(UnknownName, match="no gene map 'embedding-z'"):
        map_kernel(names, world.store, asked="embedding-z")


def test_own_tables_of_vectors_are_kernels_of_their_own(world, names, tmp_path):
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((24, 5)).astype(np.float32)
    content = io.BytesIO()
    write_vectors(content, GeneVectors(np.array(GENES), vectors))
    path = tmp_path / "mine.npz"
    path.write_bytes(content.getvalue())
    world.knowledge.add_own(path, "gene vectors", "My vectors")
    (kernel,) = table_kernels(names, world.knowledge)
    assert (kernel.name, kernel.label) == ("vectors-my-vectors", "My vectors")
    centred = vectors - vectors.mean(axis=0)
    cosine = centred @ centred.T / np.outer(*[np.linalg.norm(centred, axis=1)] * 2)
    np.testing.assert_allclose(kernel.between(GENES, GENES), cosine, atol=1e-5)


# other screens


def changes(seed: int, n: int, m: int = 150) -> tuple[np.ndarray, list[str]]:
    return np.random.default_rng(seed).standard_normal((n, m)), [f"M{j:03d}" for j in range(m)]


def test_other_screens_say_how_like_genes_are_by_what_perturbing_them_did(world, names):
    delta, genes = changes(0, 6)
    delta[1] = delta[0] + 0.1 * delta[1]
    world.store.write("screen-a", screen_of(delta, [*GENES[:5], "G05+G06"], genes, study="other").adata)
    kernel = screens_kernel(names, world.knowledge, world.store, screen=None, study="mine")
    centred = delta[:5] - delta[:5].mean(axis=0)
    expected = centred @ centred.T / np.outer(*[np.linalg.norm(centred, axis=1)] * 2)
    np.testing.assert_allclose(kernel.between(GENES[:5], GENES[:5]), expected, atol=1e-5)
    assert not kernel.knows("G05") and "150 genes in 1 other screen" in kernel.source


def test_a_screen_is_never_its_own_evidence(world, names):
    delta, genes = changes(0, 6)
    mine = screen_of(delta, GENES[:6], genes, study="mine", content="hash-1")
    world.store.write("screen-a", mine.adata)
    assert isinstance(screens_kernel(names, world.knowledge, world.store, screen=mine), str)
    assert isinstance(screens_kernel(names, world.knowledge, world.store, screen=None, study="mine"), str)
    copy = screen_of(delta, GENES[:6], genes, study="a copy under another name", content="hash-1")
    assert isinstance(screens_kernel(names, world.knowledge, world.store, screen=copy), str)
    other = screen_of(delta, GENES[:6], genes, study="other", content="hash-2")
    assert isinstance(screens_kernel(names, world.knowledge, world.store, screen=other), GeneKernel)


def test_an_activation_counts_with_the_other_sign_and_screens_meet_on_common_genes(world, names):
    delta, genes = changes(0, 6)
    world.store.write("screen-a", screen_of(delta, GENES[:6], genes, study="a").adata)
    world.store.write("screen-b", screen_of(-delta[:4, 40:], GENES[:4], genes[40:], study="b", kind="activation").adata)
    few = screen_of(delta[:2, :50], ["G10", "G11"], genes[:50], study="c")
    world.store.write("screen-c", few.adata)
    kernel = screens_kernel(names, world.knowledge, world.store, screen=None, study="mine")
    assert "110 genes in 2 other screens" in kernel.source and not kernel.knows("G10")
    alone = delta[:, 40:]
    a, b = alone - alone.mean(axis=0), alone[:4] - alone[:4].mean(axis=0)
    unit = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (a, b)]
    both = unit[0].copy()
    both[:4] += unit[1]
    both /= np.linalg.norm(both, axis=1, keepdims=True)
    np.testing.assert_allclose(kernel.between(GENES[:6], GENES[:6]), both @ both.T, atol=1e-5)


def test_screens_of_mouse_and_people_meet_through_orthologs(world):
    delta, genes = changes(0, 4, 20)
    world.store.write("screen-a", screen_of(delta, ["g00", "g01", "g02", "g22"], [g.lower() for g in GENES[:20]],
                                            study="a", species="mouse").adata)  # fmt: skip
    human = screens_kernel(names_in("human", GENES, world.knowledge), world.knowledge, world.store, screen=None)
    mouse = screens_kernel(names_in("mouse", [], world.knowledge), world.knowledge, world.store, screen=None)
    assert human.genes.tolist() == ["G00", "G01", "G02"] and mouse.genes.tolist() == ["g00", "g01", "g02", "g22"]
    np.testing.assert_allclose(human.between(GENES[:3], GENES[:3]), mouse.between(["g00", "g01", "g02"],
                               ["g00", "g01", "g02"]), atol=1e-5)  # fmt: skip

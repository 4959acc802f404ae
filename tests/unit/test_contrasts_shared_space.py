"""The shared space never sees the conditions: labels change what is compared in it, not where genes lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.contrasts.shared_space import MOST, _placed, _units, cosine_distance, mean_places, places
from engine.params import ContrastParams
from engine.progress import Progress
from engine.tl.differential.design import Design
from tests.simulated import N_MODULES, two_conditions

PARAMS = ContrastParams(epochs=15, permutations=100)


@pytest.fixture(scope="module")
def cells():
    return two_conditions(donors=4, n_cells=80, n_genes=60)


def design_for(cells, case: np.ndarray) -> Design:
    names, unit = np.unique(cells.obs["donor"], return_inverse=True)
    return Design("donors", tuple(names), np.asarray(case), None, unit)


def placed(cells, design: Design, folder, **change):
    return places(cells.X, cells.var_names.to_numpy(str), cells.obs["depth"].to_numpy(), design,
                  replace(PARAMS, **change), device="cpu", checkpoint=folder / "c.pt", progress=Progress())  # fmt: skip


@pytest.fixture(scope="module")
def found(cells, tmp_path_factory):
    return placed(cells, design_for(cells, np.arange(8) >= 4), tmp_path_factory.mktemp("found"))


def test_genes_that_lost_their_module_move_and_the_others_stay(found):
    space, said = found
    module = np.arange(60) % N_MODULES
    statistic = space.tested.statistic
    assert said == [] and space.n_units == 8 and space.labellings == 35
    assert np.median(statistic[module == 0]) > 3 * np.median(statistic[module > 1])
    assert (space.tested.fdr[module > 1] < 0.05).sum() <= 2
    assert space.umap_control.shape == space.umap_case.shape == (60, 2) and space.control.shape == (60, 32)


def test_the_vectors_are_the_same_whichever_donors_are_called_cases(cells, found, tmp_path):
    space = found[0]
    other = placed(cells, design_for(cells, np.arange(8) % 2 == 1), tmp_path)[0]
    np.testing.assert_allclose(space.control + space.case, other.control + other.case, atol=1e-5)
    turned = placed(cells, design_for(cells, np.arange(8) < 4), tmp_path)[0]
    np.testing.assert_allclose(turned.case, space.control, atol=1e-6)
    np.testing.assert_allclose(turned.tested.statistic, space.tested.statistic, atol=1e-6)


def test_means_and_distances_by_hand():
    vectors = np.array([[[1, 0]], [[0, 1]], [[0, -1]]], np.float32)
    control, case = mean_places(vectors, np.array([False, False, True]))
    np.testing.assert_allclose(control, [[0.5, 0.5]])
    np.testing.assert_allclose(case, [[0, -1]])
    np.testing.assert_allclose(cosine_distance(control, case), [1 + np.sqrt(0.5)], rtol=1e-6)


def test_donors_that_lie_anywhere_give_even_p():
    vectors = np.random.default_rng(0).normal(size=(12, 400, 6)).astype(np.float32)
    design = Design("donors", tuple(map(str, range(12))), np.arange(12) >= 6, None, np.repeat(np.arange(12), 50))
    tested = _placed(vectors, design, PARAMS, Progress()).tested
    assert 0.02 <= (tested.p < 0.05).mean() <= 0.08 and (tested.fdr > 0.05).all()
    assert np.mean(tested.p) == pytest.approx(0.5, abs=0.04)


def test_donors_with_few_cells_take_no_part_and_are_named(cells, tmp_path):
    few = cells[~((cells.obs["donor"] == "D1") & (np.arange(cells.n_obs) % 4 > 0))]
    space, said = placed(few, design_for(few, np.arange(8) >= 4), tmp_path, epochs=1)
    assert space.n_units == 7 and said == ["No part in the shared space, for fewer than 50 cells: D1."]
    tiny = cells[cells.obs["donor"].isin(["D0", "D1", "D6"])]
    space, said = placed(tiny, design_for(tiny, np.array([False, False, True])), tmp_path)
    assert space is None and "fewer than 2 donors a side can take part" in said[0]


def test_of_many_donors_the_largest_are_placed_and_pairs_stay_whole():
    size = np.arange(60, 60 + 30)
    names, unit = tuple(f"D{i}" for i in range(30)), np.repeat(np.arange(30), size)
    design = Design("donors", names, np.arange(30) >= 15, None, unit)
    kept, said = _units(design, 50)
    assert kept == [*range(3, 15), *range(18, 30)] and f"{MOST} largest donors a side; 6 others" in said[0]
    paired = replace(design, pair=np.repeat(np.arange(15), 2), case=np.arange(30) % 2 == 1, unit="paired donors")
    kept, _ = _units(paired, 63)  # units 0 to 2 are too small, and so unit 3 stays away too
    assert kept == list(range(6, 30))

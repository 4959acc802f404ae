"""E-distances against their definition, and a test that keeps its level."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial.distance import cdist, pdist

from engine.params import ScreenParams
from engine.screens import compute_screen, study_of_file
from engine.screens.energy import e_distance, permuted_p
from tests.shared_data import shared


def cells(n: int, shift: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1, (n, 6)) * np.arange(1, 7)


def test_e_distance_is_twice_the_mean_between_minus_the_means_within():
    x, y = cells(40, 0, 0), cells(55, 0.4, 1)
    expected = 2 * cdist(x, y, "sqeuclidean").mean() - pdist(x, "sqeuclidean").mean() - pdist(y, "sqeuclidean").mean()
    assert e_distance(x, y) == pytest.approx(expected, rel=1e-10)
    assert permuted_p(x, y, permutations=5, seed=0)[0] == pytest.approx(expected, rel=1e-10)


def test_two_halves_of_one_group_pass_as_often_as_the_level_says():
    p = [permuted_p(cells(30, 0, 2 * i), cells(60, 0, 2 * i + 1), permutations=99, seed=i)[1] for i in range(200)]
    assert stats.kstest(p, "uniform").pvalue > 0.01 and 0.01 <= np.mean(np.array(p) <= 0.05) <= 0.1


def test_a_real_difference_gets_the_smallest_p():
    assert permuted_p(cells(50, 0, 1), cells(50, 1, 2), permutations=199, seed=0)[1] == pytest.approx(1 / 200)


def test_batches_that_the_groups_share_unevenly_make_no_difference():
    rng, p = np.random.default_rng(0), []
    for i in range(100):
        x_batch, y_batch = rng.random(60) < 0.2, rng.random(60) < 0.8
        x, y = cells(60, 0, 2 * i) + 3 * x_batch[:, None], cells(60, 0, 2 * i + 1) + 3 * y_batch[:, None]
        p.append(permuted_p(x, y, strata=(x_batch.astype(int), y_batch.astype(int)), permutations=99, seed=i)[1])
    assert np.mean(np.array(p) <= 0.05) <= 0.12


def test_distances_of_norman_from_control_rank_as_the_published_ones():
    published = pd.read_csv(shared("data2/reference/scperturb_edist/pairwise_edist_NormanWeissman2019_filtered.csv.gz"),
                            index_col=0)["control"]  # fmt: skip
    study = study_of_file(shared("data/perturb/norman19_mcfaline23_devel.h5ad"))
    obs = compute_screen(study, ScreenParams(kind="activation", permutations=20)).adata.obs
    names = {"+".join(sorted(str(name).split("_"))): value for name, value in published.items()}
    both = [name for name in obs.index if name in names]
    assert len(both) >= 25
    assert stats.spearmanr(obs.loc[both, "e_distance"], [names[name] for name in both])[0] > 0.6  # 500 genes, 100 cells

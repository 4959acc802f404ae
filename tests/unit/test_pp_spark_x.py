"""SPARK-X against the original tool's table, its own null, and a pattern that is there."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from engine.errors import InvalidCounts
from engine.pp.spark_x import KERNELS, cauchy_combination, spark_x
from tests.shared_data import shared


@pytest.fixture(scope="module")
def bulb():
    """The mouse olfactory bulb: our test, and the original's table in the same order."""
    import anndata

    table = shared("golden/sparkx/mouse_olfactory_bulb.tsv.gz")
    adata = anndata.read_h5ad(shared("data/multimodal/spatial/st_mouse_olfactory_bulb.h5ad"))
    golden = pd.read_csv(table, sep="\t", keep_default_na=False, index_col="gene")
    assert len(golden) == 15928
    return spark_x(adata.X, adata.obsm["spatial"]), golden.loc[adata.var_names]


def test_statistics_of_every_kernel_equal_the_original_ones(bulb):
    ours, golden = bulb
    for i, kernel in enumerate(KERNELS):
        np.testing.assert_allclose(ours.statistic[:, i], golden[f"stat_{kernel}"].astype(float), rtol=1e-6)


def test_p_values_agree_as_far_as_the_originals_approximation_goes(bulb):
    ours, golden = bulb
    for i, kernel in enumerate(KERNELS):
        np.testing.assert_allclose(ours.p[:, i], golden[f"p_{kernel}"].astype(float), atol=5e-5)
    np.testing.assert_allclose(ours.combined, golden["combinedPval"].astype(float), atol=0.02)
    np.testing.assert_allclose(ours.adjusted, golden["adjustedPval"].astype(float), atol=0.02)
    found, theirs = ours.adjusted < 0.05, golden["adjustedPval"].astype(float).to_numpy() < 0.05
    assert found[theirs].all() and (found.sum(), theirs.sum()) == (2015, 1984)
    first = set(np.argsort(ours.combined)[:1000]) & set(np.argsort(golden["combinedPval"].astype(float))[:1000])
    assert len(first) > 900


def tissue(seed: int, n_spots: int = 400, n_genes: int = 600):
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 10, (n_spots, 2))
    return rng, places, rng.poisson(rng.gamma(2, 1, n_genes), (n_spots, n_genes))


def test_p_is_uniform_where_places_mean_nothing():
    _, places, counts = tissue(0)
    p = spark_x(sparse.csr_matrix(counts), places).p
    assert min(stats.kstest(p[:, i], "uniform").pvalue for i in range(len(KERNELS))) > 1e-3
    assert (spark_x(sparse.csr_matrix(counts), places).adjusted < 0.05).sum() == 0


def test_a_gene_in_one_corner_is_found_and_one_everywhere_is_not():
    rng, places, counts = tissue(1)
    counts[:, 0] = rng.poisson(np.where(places.sum(1) < 6, 4.0, 0.5))
    found = spark_x(sparse.csr_matrix(counts), places).adjusted
    assert found[0] < 1e-6 and (found[1:] < 0.05).sum() == 0


def test_empty_spots_and_genes_change_nothing():
    _, places, counts = tissue(2, n_spots=90, n_genes=40)
    more = np.zeros((95, 41))
    more[:90, :40] = counts
    whole, padded = spark_x(counts, places), spark_x(more, np.concatenate([places, np.full((5, 2), 99.0)]))
    np.testing.assert_allclose(padded.combined[:40], whole.combined, rtol=1e-10)
    assert np.isnan(padded.combined[40]) and np.isnan(padded.adjusted[40])


def test_blocks_give_the_same_as_all_at_once(monkeypatch):
    _, places, counts = tissue(3, n_spots=90, n_genes=30)
    whole = spark_x(counts, places)
    monkeypatch.setattr("engine.pp.spark_x.BLOCK", 17)
    np.testing.assert_allclose(spark_x(counts, places).p, whole.p, rtol=1e-10)


def test_the_cauchy_combination_keeps_a_single_p_and_the_smallest_ones():
    p = np.array([0.5, 0.03, 1e-9, 1e-40])
    np.testing.assert_allclose(cauchy_combination(p[:, None]), p, rtol=1e-6)


@pytest.mark.parametrize("places", [np.zeros((20, 2)), np.full((20, 2), np.nan), np.arange(20.0)[:, None]])
def test_places_that_are_none_are_refused_in_words(places):
    with pytest.raises(InvalidCounts, match="Spatial genes need.*obsm"):
        spark_x(np.ones((20, 5)), places)

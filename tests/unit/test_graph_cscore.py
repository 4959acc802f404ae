"""CS-CORE against the published tool's numbers and a simulation with a known answer."""

import numpy as np
import pandas as pd
import pytest

from engine.graph.cscore import cs_core
from tests.shared_data import shared


def test_the_published_example_of_two_genes_gives_the_published_numbers():
    table = pd.read_csv(shared("golden/cscore/ind_gene_pair.csv"))
    counts = table[["gene_1", "gene_2"]].to_numpy(float)
    result = cs_core(counts, table["seq_depth"].to_numpy(float))
    assert result.estimate[0, 1] == pytest.approx(0.0078201236, abs=1e-8)
    assert result.statistic[0, 1] == pytest.approx(0.04766783604, abs=1e-8)
    assert result.p_value()[0, 1] == pytest.approx(0.96198097, abs=1e-8)


def test_five_hundred_genes_of_blood_cells_agree_with_the_reference_tool():
    import anndata

    adata = anndata.read_h5ad(shared("data/multimodal/rna/kang_pbmc_ctrl_stim.h5ad"))
    adata = adata[adata.obs["batch"] == "ctrl"]
    genes = pd.read_csv(shared("golden/cscore/kang_ctrl_500_genes.tsv"), sep="\t", keep_default_na=False)
    depth = np.asarray(adata.X.sum(1)).ravel().astype(float)
    result = cs_core(adata[:, genes.iloc[:, 0].to_numpy()].X, depth)
    golden = np.load(shared("golden/cscore/kang_ctrl_500.npz"))
    off = ~np.eye(500, dtype=bool)
    np.testing.assert_allclose(result.estimate, golden["est"], atol=1e-6)
    np.testing.assert_allclose(result.statistic[off], golden["test_stat"][off], rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(result.p_value()[off], golden["p"][off], atol=1e-7)
    assert (np.triu(result.p_value() < 0.005, 1)).sum() == 42821


def test_a_known_correlation_is_found_whatever_the_depth():
    rng = np.random.default_rng(0)
    depth = rng.lognormal(8, 0.8, 6000)
    common = rng.gamma(2, 1, 6000)
    rate = np.stack([common, common, rng.gamma(2, 1, 6000)], 1) / 2
    counts = rng.poisson(depth[:, None] * 2e-3 * rate)
    estimate = cs_core(counts.astype(float), depth).estimate
    assert estimate[0, 1] == pytest.approx(1.0, abs=0.05)
    assert abs(estimate[0, 2]) < 0.06


def test_independent_genes_are_called_joined_as_often_as_the_level_says():
    rng = np.random.default_rng(1)
    depth = rng.lognormal(8, 0.5, 1500)
    counts = rng.poisson(depth[:, None] * 1e-3 * rng.gamma(2, 0.5, (1500, 60)))
    p = cs_core(counts.astype(float), depth).p_value()[np.triu_indices(60, 1)]
    assert 0.02 < (p < 0.05).mean() < 0.08


def test_cells_in_blocks_give_the_same_as_all_at_once(monkeypatch):
    rng = np.random.default_rng(2)
    depth = rng.lognormal(7, 0.3, 300)
    counts = rng.poisson(depth[:, None] * 2e-3 * rng.gamma(2, 0.5, (300, 8))).astype(float)
    whole = cs_core(counts, depth)
    monkeypatch.setattr("engine.graph.cscore.BLOCK", 37)
    parts = cs_core(counts, depth)
    np.testing.assert_allclose(parts.estimate, whole.estimate, rtol=1e-10)

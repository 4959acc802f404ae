"""Pearson residuals against scanpy, sctransform's fitted model, and the tables of both."""

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from engine.pp import residuals
from engine.pp.kernel_smoother import sheather_jones, smooth
from engine.pp.regularised import fit_genes, regularised_model
from engine.pp.residuals import GeneModel, analytic_model, log_mean, residual_features, residual_variance
from tests.shared_data import shared


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(shared(f"golden/sctransform/{name}.tsv.gz"), sep="\t", index_col=0, keep_default_na=False)


@pytest.fixture(scope="module")
def hao():
    """300 blood cells by 1,000 genes: counts, depth, gene names."""
    counts = table("hao300_counts")
    matrix = sparse.csr_matrix(counts.to_numpy(float).T)
    return matrix, np.asarray(matrix.sum(1)).ravel(), counts.index


def made_up(n_cells=120, n_genes=30, seed=0):
    rng = np.random.default_rng(seed)
    return sparse.csr_matrix(rng.poisson(rng.gamma(1, 1, (n_cells, n_genes)) * rng.lognormal(0, 0.5, (n_cells, 1))))


def test_residuals_and_their_variance_equal_scanpys():
    from scanpy.experimental.pp import normalize_pearson_residuals

    for n_cells in (40, 120):  # with 40 cells the clip at √n bites
        counts = made_up(n_cells)
        counts[0, 0] = 400
        adata = anndata.AnnData(counts.toarray().astype(float))
        normalize_pearson_residuals(adata, theta=100)
        model, depth = analytic_model(counts)
        ours = residual_features(counts, depth, model, clip=np.sqrt(n_cells))
        np.testing.assert_allclose(ours, adata.X, atol=1e-5)
        np.testing.assert_allclose(residual_variance(counts, depth, model), adata.X.var(axis=0), rtol=1e-9)


def test_residuals_of_blood_cells_equal_the_golden_ones_of_scanpy(hao):
    counts, _, genes = hao
    golden = table("hao300_scanpy_theta100_residuals_50genes").astype(float)
    model, depth = analytic_model(counts)
    ours = model.residuals(counts.toarray(), depth, clip=np.sqrt(300))[:, genes.get_indexer(golden.index)]
    np.testing.assert_allclose(ours.T, golden, atol=1e-6)
    known = table("hao300_v2_gene_attributes").loc[genes, "scanpy_theta100_residual_variance"].astype(float)
    np.testing.assert_allclose(residual_variance(counts, depth, model) * 300 / 299, known, rtol=1e-6)


def test_the_residual_formula_of_sctransform_v2_gives_its_residuals_from_its_parameters(hao):
    counts, depth, genes = hao
    fitted = table("hao300_v2_gene_attributes").loc[genes]
    model = GeneModel(np.exp(fitted["(Intercept)"].to_numpy(float)), fitted["theta"].to_numpy(float), 0.36)
    golden = table("hao300_v2_residuals_50genes").astype(float)
    ours = model.residuals(counts.toarray(), depth, clip=np.sqrt(300))[:, genes.get_indexer(golden.index)].T
    np.testing.assert_allclose(ours, golden, rtol=6e-8, atol=6e-8)


def test_our_own_fit_of_v2_comes_near_the_original(hao):
    counts, depth, genes = hao
    fitted = table("hao300_v2_gene_attributes").loc[genes]
    model = regularised_model(counts, depth)
    assert model.min_variance == pytest.approx(0.36)
    assert np.median(model.theta / fitted["theta"].astype(float)) == pytest.approx(1, abs=0.05)
    variance = residual_variance(counts, depth, model)
    golden = fitted["residual_variance"].astype(float).to_numpy()
    assert np.corrcoef(variance, golden)[0, 1] > 0.98
    assert len(set(np.argsort(-variance)[:200]) & set(np.argsort(-golden)[:200])) >= 185
    known = table("hao300_v2_residuals_50genes").astype(float)
    ours = residual_features(counts, depth, model, clip=np.sqrt(300))[:, genes.get_indexer(known.index)].T
    assert np.corrcoef(ours.ravel(), known.to_numpy().ravel())[0, 1] > 0.998


def test_a_known_overdispersion_is_found_again_and_poisson_genes_stay_poisson():
    rng = np.random.default_rng(0)
    depth, theta = rng.lognormal(8, 0.3, 4000), np.repeat([0.5, 2.0, 10.0], 10)
    rate = rng.uniform(5e-4, 3e-3, 30)
    mu = depth[:, None] * rate
    counts = rng.poisson(mu * rng.gamma(theta, 1 / theta, mu.shape))
    beta, fitted = fit_genes(sparse.csr_matrix(counts), depth)
    np.testing.assert_allclose(np.exp(beta), rate, rtol=0.1)
    np.testing.assert_allclose(fitted, theta, rtol=0.25)
    regular = np.round(np.tile(np.linspace(2, 6, 400)[:, None], (1, 20)))  # less spread than Poisson
    assert np.isinf(regularised_model(sparse.csr_matrix(regular), np.full(400, 80.0)).theta).all()


def test_blocks_of_cells_give_the_same_as_all_at_once(monkeypatch):
    counts = made_up(200)
    model, depth = analytic_model(counts)
    whole = residual_variance(counts, depth, model), log_mean(counts, depth)
    monkeypatch.setattr(residuals, "BLOCK", 37)
    np.testing.assert_allclose(residual_variance(counts, depth, model), whole[0], rtol=1e-12)
    np.testing.assert_allclose(log_mean(counts, depth), whole[1], rtol=1e-12)


def test_the_bandwidth_of_a_normal_sample_is_near_the_best_one_and_smoothing_keeps_a_line():
    x = stats.norm.rvs(size=2000, random_state=0)
    assert sheather_jones(x) == pytest.approx(1.06 * x.std() * 2000**-0.2, rel=0.25)
    at = np.linspace(-1, 1, 11)
    np.testing.assert_allclose(smooth(np.linspace(-3, 3, 601), np.linspace(-3, 3, 601)[:, None], at, width=0.5)[:, 0],
                               at, atol=1e-6)  # fmt: skip

"""Sums of units: against CS-CORE, the formulas written out cell by cell, and a truth known beforehand."""

import numpy as np
import pandas as pd
import pytest

from engine.graph.cscore import cs_core
from engine.graph.moments import fit_moments
from engine.io.matrix import InMemory
from engine.pp.depths import depth_table
from engine.tl.differential import sums as module
from engine.tl.differential.sums import unit_sums
from tests.shared_data import shared
from tests.unit.differential.made_up import blood


def written_out(counts, depth, cell_unit, units) -> np.ndarray:
    """Correlations within some units, a unit at a time, from all cells in double precision."""
    used = cell_unit >= 0
    moments = fit_moments(depth_table(InMemory(counts[used]), depth[used], block=1000))
    top, bottom, excess = 0, 0, 0
    for unit in np.flatnonzero(units):
        x, s = counts[cell_unit == unit].toarray().astype(float), depth[cell_unit == unit, None]
        v = s * moments.mu + s**2 * np.maximum(moments.sigma2, 0)
        w = s**2 / v
        share = w / w.sum(axis=0)
        mean = (s * x / v).sum(axis=0) / w.sum(axis=0)
        r = s * (x - s * mean) / v
        top = top + r.T @ r
        hat = np.einsum("ci,cj,ci->ij", w, w, share)
        bottom = bottom + w.T @ w - hat - hat.T + (w.T @ w) ** 2 / np.outer(w.sum(axis=0), w.sum(axis=0))
        counting = mean * s**3 / v**2  # variance that counting gives a residual
        excess = excess + (counting * (1 - 2 * share + (w * share).sum(axis=0) / w.sum(axis=0))).sum(axis=0)
    covariance = (top - np.diag(excess)) / bottom
    sd = np.sqrt(np.diag(covariance))
    correlation = np.clip(covariance / np.outer(sd, sd), -1, 1)
    np.fill_diagonal(correlation, 1)
    return correlation


def test_any_set_of_units_equals_the_formulas_written_out_from_cells(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 17)
    counts, depth, design = blood(50, per_donor=40, module=10)
    cell_unit = np.where(np.arange(len(depth)) % 11 == 0, -1, design.cell_unit)
    sums = unit_sums(counts, depth, cell_unit, 12)
    for label in design.labellings(3, seed=0):
        expected = written_out(counts, depth, cell_unit, label)
        np.testing.assert_allclose(sums.correlations(label), expected, atol=1e-5)


def test_blood_cells_in_one_unit_agree_with_cs_core_though_its_weights_are_others():
    import anndata

    adata = anndata.read_h5ad(shared("data/multimodal/rna/kang_pbmc_ctrl_stim.h5ad"))
    adata = adata[adata.obs["batch"] == "ctrl"]
    genes = pd.read_csv(shared("golden/cscore/kang_ctrl_500_genes.tsv"), sep="\t", keep_default_na=False)["gene"]
    depth = np.asarray(adata.X.sum(1)).ravel().astype(float)
    ours = unit_sums(adata[:, genes.to_numpy()].X.tocsr(), depth, np.zeros(len(depth), int), 1).correlations([True])
    golden = np.load(shared("golden/cscore/kang_ctrl_500.npz"))["est"]
    pairs = np.triu_indices(500, 1)
    assert np.corrcoef(ours[pairs], golden[pairs])[0, 1] > 0.98
    assert np.median(np.abs(ours[pairs] - golden[pairs])) < 0.02


def test_small_units_give_the_correlation_that_was_put_in():
    rng = np.random.default_rng(1)
    n_cells, found = 6000, []
    for _ in range(3):
        depth = rng.lognormal(8, 0.5, n_cells)
        common = rng.gamma(1, 1, (n_cells, 1))
        rate = np.concatenate([(common + rng.gamma(1, 1, (n_cells, 2))) / 2, rng.gamma(2, 0.5, (n_cells, 1))], axis=1)
        from scipy import sparse

        counts = sparse.csr_matrix(rng.poisson(depth[:, None] * 2e-3 * rate).astype(float))
        sums = unit_sums(counts, depth, np.arange(n_cells) % 600, 600)  # ten cells each
        found.append(sums.correlations(np.ones(600, bool)))
    mean = np.mean(found, axis=0)
    assert mean[0, 1] == pytest.approx(0.5, abs=0.04) and mean[0, 2] == pytest.approx(0, abs=0.04)


def test_levels_that_differ_between_donors_make_no_correlation():
    counts, depth, design = blood(30, per_donor=100, seed=2)  # levels differ by a factor of e^0.5 between donors
    off = ~np.eye(30, dtype=bool)
    within = unit_sums(counts, depth, design.cell_unit, 12).correlations(np.ones(12, bool))[off]
    pooled = cs_core(counts, depth).estimate[off]
    assert np.std(within) < 0.06 < 0.09 < np.std(pooled)


def test_a_gene_without_counts_has_no_correlation_and_disturbs_no_other():
    counts, depth, design = blood(20)
    from scipy import sparse

    wider = sparse.hstack([counts, sparse.csr_matrix((counts.shape[0], 1))], format="csr")
    alone, beside = (unit_sums(x, depth, design.cell_unit, 12).correlations(design.case) for x in (counts, wider))
    np.testing.assert_allclose(beside[:20, :20], alone, atol=1e-6)
    assert (beside[20, :20] == 0).all() and np.isfinite(beside).all()


def test_the_error_without_correlation_is_the_spread_of_correlations_of_independent_genes():
    counts, depth, design = blood(40, per_donor=100, seed=5)
    sums = unit_sums(counts, depth, design.cell_unit, 12)
    pairs = np.triu_indices(40, 1)
    z = (sums.correlations(np.ones(12, bool)) / sums.independent_error())[pairs]
    assert 0.9 < z.std() < 1.15

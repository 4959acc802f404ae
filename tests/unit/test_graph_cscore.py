"""CS-CORE against the published tool's numbers and a simulation with a known answer."""

import numpy as np
import pandas as pd
import pytest

from engine.graph import cscore
from engine.graph.cscore import cs_core
from engine.io.matrix import OnDisk
from engine.pp.depths import DepthNodes
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


def written_out(x: np.ndarray, depth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Estimate and statistic by the published formulas as they stand, all cells at once."""
    s, x = depth[:, None], x.astype(float)
    mu = (s * x).sum(0) / (s**2).sum()
    sigma2 = (s**2 * ((x - s * mu) ** 2 - s * mu)).sum(0) / (s**4).sum()
    last = None
    for _ in range(11):
        theta = np.median((mu**2 / sigma2)[sigma2 > 0])
        w = s * mu + (s * mu) ** 2 / theta
        mu = (s * x / w).sum(0) / (s**2 / w).sum(0)
        h = ((s * mu) ** 2 / theta + s * mu) ** 2
        sigma2 = (s**2 * ((x - s * mu) ** 2 - s * mu) / h).sum(0) / (s**4 / h).sum(0)
        log_theta = np.log(np.where(sigma2 > 0, mu**2 / sigma2, np.nan))
        if last is not None and np.nanmax(np.abs(log_theta - last)) <= 0.05:
            break
        last = log_theta
    theta = np.median((mu**2 / sigma2)[sigma2 > 0])
    found = []
    for weight in (s * mu + (s * mu) ** 2 / theta, s * mu + s**2 * sigma2):
        a, b = s * (x - s * mu) / weight, s**2 / weight
        found.append((a.T @ a, b.T @ b))
    known = sigma2 > 0
    sigma = np.sqrt(np.where(known, sigma2, 1))
    estimate = np.clip(found[0][0] / found[0][1] / np.outer(sigma, sigma), -1, 1) * np.outer(known, known)
    np.fill_diagonal(estimate, 1)
    with np.errstate(invalid="ignore"):
        return estimate, found[1][0] / np.sqrt(found[1][1])


def made_up(n_cells: int, n_genes: int, *, spread: float, seed: int):
    """Genes of which some vary less than Poisson, and depths that differ a hundredfold."""
    rng = np.random.default_rng(seed)
    depth = rng.lognormal(8, spread, n_cells)
    mean = depth[:, None] * rng.uniform(5e-4, 4e-3, n_genes)
    counts = rng.poisson(mean * rng.gamma(4, 0.25, mean.shape))
    counts[:, :4] = np.round(mean[:, :4] + rng.uniform(-0.5, 0.5, (n_cells, 4)))  # a variance below the mean
    return counts, depth


@pytest.mark.parametrize("spread", [0.3, 1.0])
def test_all_pairs_equal_the_formulas_written_out_even_where_a_variance_is_negative(spread):
    counts, depth = made_up(700, 40, spread=spread, seed=3)
    result, (estimate, statistic) = cs_core(counts, depth), written_out(counts, depth)
    off = ~np.eye(40, dtype=bool)
    assert (result.estimate[off] == 0).sum() >= 4 * 36
    np.testing.assert_allclose(result.estimate, estimate, atol=1e-9)
    np.testing.assert_allclose(result.statistic[off], statistic[off], rtol=1e-7, atol=1e-8)


def test_single_precision_stays_within_the_tolerance_of_the_golden_table(monkeypatch):
    counts, depth = made_up(900, 120, spread=0.4, seed=4)
    counts[:, -3:] = 0
    counts[5:8, -3:] = 300  # three cells carry all of their variance
    exact = cs_core(counts, depth)
    monkeypatch.setattr(cscore, "DOUBLE_GENES", 1)
    for cells in (8192, 100):  # sums in single, then in double precision
        monkeypatch.setattr(cscore, "SINGLE_CELLS", cells)
        single = cs_core(counts, depth)
        np.testing.assert_allclose(single.estimate, exact.estimate, atol=2e-6)
        off = ~np.eye(120, dtype=bool)
        np.testing.assert_allclose(single.statistic[off], exact.statistic[off], rtol=1e-6, atol=1e-5)


def test_a_matrix_on_disk_gives_what_it_gives_in_memory(tmp_path):
    import h5py
    from scipy import sparse

    counts, depth = made_up(1100, 12, spread=0.4, seed=5)
    stored = sparse.csr_matrix(counts.astype(np.float32))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name in ("data", "indices", "indptr"):
            file[f"X/{name}"] = getattr(stored, name)
        file["X"].attrs["shape"] = stored.shape
        found = cs_core(OnDisk(file["X"]), depth)
    assert np.array_equal(found.estimate, cs_core(counts, depth).estimate)


def test_a_gene_without_counts_has_no_p_and_disturbs_no_other():
    counts, depth = made_up(300, 10, spread=0.3, seed=6)
    with_empty = np.concatenate([counts, np.zeros((300, 1))], axis=1)
    found, alone = cs_core(with_empty, depth), cs_core(counts, depth)
    np.testing.assert_allclose(found.estimate[:10, :10], alone.estimate)
    assert np.isnan(found.p_value()[10]).all() and (found.estimate[10, :10] == 0).all()


def test_sums_over_cells_are_those_over_the_nodes_of_their_depths():
    depth = np.random.default_rng(0).lognormal(8, 1.2, 5000)
    nodes = DepthNodes.of(depth)
    cells = nodes.shares(depth).sum(axis=0)
    assert len(nodes.at) < 90 and cells.sum() == pytest.approx(5000, rel=1e-12)
    for c in (0.0, 1e-4, 3.0, -0.4 / depth.max()):
        for power in (1, 2):
            ours = cells @ (nodes.at / (1 + nodes.at * c)) ** power
            assert ours == pytest.approx(((depth / (1 + depth * c)) ** power).sum(), rel=1e-11)
    few = DepthNodes.of(np.array([5.0, 7.0, 5.0]))
    assert few.exact and few.shares(np.array([5.0, 7.0, 5.0])).sum(axis=0).tolist() == [2, 1]

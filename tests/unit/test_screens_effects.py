"""Tables of effects, perturbation × gene: what is read of them, and their standard errors."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import stats

from engine.errors import InvalidStudy
from engine.intake import inspect
from engine.io.dataset import load_dataset
from engine.params import ScreenParams
from engine.pipeline import need_datasets
from engine.screens import compute_screen, study_of_file
from engine.screens.effects import standard_errors
from engine.settings import Settings
from engine.store import read_h5ad
from engine.types import Roles
from tests.shared_data import shared
from tests.small_screen import screen_cells, screen_study


def table(n: int = 24, n_genes: int = 40, seed: int = 0) -> tuple[AnnData, np.ndarray]:
    """Changes of noise of a known size by gene, in which each perturbation lowers its own gene; and that size."""
    rng = np.random.default_rng(seed)
    size = rng.uniform(0.1, 0.5, n_genes)
    change = rng.normal(0, size, (n, n_genes))
    change[np.arange(n), np.arange(n)] -= 2
    p = 2 * stats.norm.sf(np.abs(change) / size)
    names = [f"G{i}" for i in range(n_genes)]
    return AnnData(change.astype(np.float32), obs=pd.DataFrame(index=names[:n]), var=pd.DataFrame(index=names),
                   layers={"neglog10p": -np.log10(p)}), size  # fmt: skip


def effects(tmp_path, adata, **said):
    return screen_study(tmp_path / "t.h5ad", adata, modality="effects", roles=Roles(), **said)


def test_standard_errors_are_had_back_from_changes_and_their_p():
    adata, size = table()
    se = standard_errors(adata.X.astype(float), 10.0 ** -adata.layers["neglog10p"])
    np.testing.assert_allclose(se, np.broadcast_to(size, se.shape), rtol=0.02)


def test_without_p_the_error_of_a_gene_is_the_spread_of_its_changes():
    adata, size = table(n=39, seed=3)
    se = standard_errors(adata.X.astype(float), None)
    assert np.corrcoef(se[0], size)[0, 1] > 0.8 and 0.8 < (se[0] / size).mean() < 1.25


def test_a_table_becomes_a_screen_with_the_p_and_the_targets_of_its_rows(tmp_path):
    adata, size = table()
    found = compute_screen(effects(tmp_path, adata), ScreenParams(n_genes=20))
    assert found.adata.shape == (24, 40) and not found.facts["cells"] and found.facts["scale"] == "log2 fold change"
    row = found.names.index("G3")
    np.testing.assert_allclose(found.delta[row], np.clip(adata.X[3], -3, 3), rtol=1e-6)
    p = 10.0 ** -adata.layers["neglog10p"][3]
    np.testing.assert_allclose(found.adata.layers["p"][row], p, rtol=1e-4, atol=1e-30)
    assert (found.adata.obs["target_change"] < -0.3).all() and np.isnan(found.control).all()
    assert found.adata.obs["e_p"].isna().all() and found.adata.layers.keys() == {"se", "p"}


def test_rows_of_pairs_controls_and_repeats_are_named_or_left_out(tmp_path):
    adata, _ = table()
    adata.obs["perturbed"] = ["ctrl", "G2+G1", "G1+G2", *adata.obs_names[3:]]
    study = screen_study(tmp_path / "t.h5ad", adata, modality="effects", roles=Roles(perturbation="perturbed"))
    found = compute_screen(study, ScreenParams())
    assert "G1+G2" in found.names and len(found.names) == 22
    assert found.facts["dropped"] == {"ctrl": "names no gene", "G1+G2 (row 3)": "a second row of G1+G2: the first is "
                                      "taken"}  # fmt: skip


def test_values_at_a_cap_are_no_measurements(tmp_path):
    adata, _ = table()
    capped = adata.X.copy()
    capped[:20, 30] = -10
    capped[:3, 31] = 10
    adata.X = capped
    found = compute_screen(effects(tmp_path, adata), ScreenParams())
    assert "G30" not in found.genes and found.delta.max() == 3
    assert "at the cap of the tool that made them (-10 or 10): 1 genes" in found.facts["warnings"][0]


def test_genes_that_were_measured_in_few_perturbations_are_left_out(tmp_path):
    adata, _ = table()
    adata.X[:13, 30], adata.X[:12, 31], adata.X[:, 32] = np.nan, np.nan, np.nan
    found = compute_screen(effects(tmp_path, adata), ScreenParams())
    assert {"G30", "G32"}.isdisjoint(found.genes) and "G31" in found.genes
    assert "1 genes were measured in fewer than half" in " ".join(found.facts["warnings"])


def test_a_table_is_found_by_its_negative_values_and_its_kind_by_its_name(tmp_path):
    adata, _ = table()
    adata.write_h5ad(tmp_path / "mine_CRISPRi.h5ad")
    study = study_of_file(tmp_path / "mine_CRISPRi.h5ad")
    assert study.datasets[0].modality == "effects" and study.perturbed.kind == "interference"
    text = pd.DataFrame(adata.X, index=adata.obs_names, columns=adata.var_names)
    text.to_csv(tmp_path / "t.tsv", sep="\t")
    found = compute_screen(study_of_file(tmp_path / "t.tsv", kind="knockout"), ScreenParams())
    assert found.adata.shape == (24, 40) and found.names == sorted(adata.obs_names)


def test_what_needs_cells_refuses_a_table(tmp_path):
    study = effects(tmp_path, table()[0])
    with pytest.raises(InvalidStudy, match="is a table of effects.*need counts of cells"):
        load_dataset(study.datasets[0], roles=study.roles)
    with pytest.raises(InvalidStudy, match="gene map is made of cells, and cells of study 'tiny-screen' is a table"):
        need_datasets(study)
    with pytest.raises(InvalidStudy, match="at least two datasets over each other, and study 'tiny-screen' has 1"):
        need_datasets(screen_study(tmp_path / "c.h5ad", screen_cells()))


def test_the_check_takes_changes_by_perturbation_for_a_table_of_effects(tmp_path):
    settings = Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path / "home")})
    adata, _ = table(n=12)
    adata.write_h5ad(tmp_path / "t.h5ad")
    report = inspect(tmp_path / "t.h5ad", fixes=(), settings=settings, matrix=tmp_path / "m.h5ad")
    assert report.ready and report.guess("modality") == "effects"
    assert report.verdict.startswith("12 perturbations × 40 genes of log fold changes")
    assert "neglog10p" in read_h5ad(tmp_path / "m.h5ad").layers
    adata.obs_names = [f"AACGT{i}GTA-1" for i in range(12)]
    adata.write_h5ad(tmp_path / "s.h5ad")
    report = inspect(tmp_path / "s.h5ad", fixes=(), settings=settings)
    (found,) = [problem for problem in report.problems if problem.code == "negative"]
    assert "log fold changes, name each row after the gene" in found.mend


def test_the_macrophage_table_keeps_its_205_targets():
    found = compute_screen(study_of_file(shared("data2/perturb/alector_macrophage/CRISPRi_lfc.h5ad")), ScreenParams())
    obs = found.adata.obs
    assert len(found.names) == 205 and found.facts["kind"] == "interference" and np.isfinite(found.delta).all()
    assert np.abs(found.delta).max() == 3 and (found.se > 0).all()
    assert obs.loc["SPI1", "target_change"] < -0.5 and obs["target_change"].median() < -1

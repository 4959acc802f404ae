"""From cells to a screen: changes, errors, halves, tests, and what stands in the way."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.errors import InvalidCounts, InvalidParameter, InvalidStudy
from engine.params import ScreenParams
from engine.screens import compute_screen, load_screen, screen, screen_id, study_of_file
from engine.settings import Settings
from engine.store import Store
from engine.types import DatasetSource, Perturbed, Roles, Study
from tests.shared_data import shared
from tests.small_screen import GENES, screen_cells, screen_study

QUICK = ScreenParams(permutations=0)


def logged(adata) -> pd.DataFrame:
    counts = adata.X.toarray().astype(float)
    return pd.DataFrame(np.log1p(1e4 * counts / counts.sum(1, keepdims=True)), index=adata.obs_names, columns=GENES)


def test_changes_are_the_weighted_mean_over_batches_of_perturbed_minus_control(tmp_path):
    adata = screen_cells(labels={"ctrl": 60, "G1+ctrl": 41})
    adata = adata[np.r_[np.arange(60), 60:101]].copy()
    found = compute_screen(screen_study(tmp_path / "a.h5ad", adata), QUICK)
    values, mine = logged(adata), adata.obs["condition"] == "G1+ctrl"
    expected, weight = np.zeros(len(GENES)), 0
    for batch in ("b0", "b1"):
        inside = adata.obs["batch"] == batch
        n = int((mine & inside).sum())
        expected += n * (values[mine & inside].mean() - values[~mine & inside].mean()).to_numpy()
        weight += n
    np.testing.assert_allclose(found.delta[0], expected / weight, atol=1e-5)
    assert found.facts["batches"] and found.facts["matched_by"] == ["batch"]


def test_without_batches_the_change_is_a_difference_of_means_and_its_error_that_of_welch(tmp_path):
    adata = screen_cells()
    found = compute_screen(screen_study(tmp_path / "a.h5ad", adata, batch=None), QUICK)
    values, label = logged(adata), adata.obs["condition"]
    mine, control = values[label == "G2+ctrl"], values[label == "ctrl"]
    row = found.names.index("G2")
    np.testing.assert_allclose(found.delta[row], mine.mean() - control.mean(), atol=1e-5)
    np.testing.assert_allclose(found.se[row], np.sqrt(mine.var() / len(mine) + control.var() / len(control)), rtol=1e-4)
    np.testing.assert_allclose(found.control, control.mean(), atol=1e-5)
    np.testing.assert_allclose(found.adata.var["control_sd"], control.std(), rtol=1e-4)
    np.testing.assert_allclose(found.adata.var["detected"], (control > 0).mean())


def test_the_golden_means_of_norman_are_met():
    path = shared("data/perturb/norman19_mcfaline23_devel.h5ad")
    golden = pd.read_csv(shared("golden/perturbation/norman_doubles_deltas.tsv.gz"), sep="\t", index_col=0,
                         keep_default_na=False)  # fmt: skip
    study = study_of_file(path)
    found = compute_screen(study, ScreenParams(kind="activation", permutations=0))
    table = pd.DataFrame(found.delta.T, index=found.genes, columns=found.names).loc[golden.index, golden.columns]
    np.testing.assert_allclose(table, golden, atol=1e-6)
    assert sorted(found.names) == sorted(golden.columns) and found.facts["scale"] == "as in the file"


def test_halves_are_of_other_cells_and_meet_in_the_whole(tmp_path):
    study = screen_study(tmp_path / "a.h5ad", screen_cells(), batch=None)
    found = compute_screen(study, QUICK)
    a, b = found.adata.layers["half_a"], found.adata.layers["half_b"]
    np.testing.assert_allclose((a + b) / 2, found.delta, atol=1e-4)  # even numbers of cells and of controls
    assert np.abs(a - b).max() > 0.01 and np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.8
    again = compute_screen(study, QUICK)
    np.testing.assert_array_equal(again.adata.layers["half_a"], a)


def test_standard_errors_tell_how_far_estimates_scatter(tmp_path):
    deltas, errors = [], []
    for seed in range(12):
        adata = screen_cells(labels={"ctrl": 50, "G1": 50}, seed=1000 * seed)
        found = compute_screen(screen_study(tmp_path / f"{seed}.h5ad", adata), QUICK)
        deltas.append(found.delta[0])
        errors.append(found.se[0])
    ratio = np.std(deltas, axis=0, ddof=1).mean() / np.mean(errors)
    assert 0.85 < ratio < 1.15


def test_a_perturbation_that_does_nothing_is_told_from_one_that_does(tmp_path):
    adata = screen_cells(labels={"ctrl": 80, "G1": 60, "NIL": 60, "G5": 60})
    found = compute_screen(screen_study(tmp_path / "a.h5ad", adata), ScreenParams(permutations=100))
    obs = found.adata.obs
    assert obs.loc["NIL", "e_fdr"] > 0.05 and (obs.loc[["G1", "G5"], "e_fdr"] < 0.05).all()
    assert obs.loc["G1", "target_change"] < 0 and obs.loc["G1", "target_p"] < 1e-6
    assert np.isnan(obs.loc["NIL", "target_change"])
    assert any("2 of 3 perturbations moved their cells" in said for said in found.facts["warnings"])


def test_genes_are_those_highest_in_control_and_every_target(tmp_path):
    adata = screen_cells()
    found = compute_screen(screen_study(tmp_path / "a.h5ad", adata), ScreenParams(n_genes=20, permutations=0))
    highest = logged(adata)[adata.obs["condition"] == "ctrl"].mean().nlargest(20)
    assert set(found.genes) == {*highest.index, "G1", "G2"} and len(found.genes) == 22


def test_vectors_of_genes_have_the_correlations_of_control_cells(tmp_path):
    adata = screen_cells(labels={"ctrl": 400, "G1": 20}, batches=1)
    found = compute_screen(screen_study(tmp_path / "a.h5ad", adata), QUICK)
    vectors = found.adata.varm["control"]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    expected = logged(adata)[adata.obs["condition"] == "ctrl"].corr().to_numpy()
    np.testing.assert_allclose(unit @ unit.T, expected, atol=0.02)


def test_a_stored_screen_is_computed_once_and_follows_its_parameters(tmp_path):
    study = screen_study(tmp_path / "a.h5ad", screen_cells())
    store = Store(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path / "home")}))
    name = screen(study, QUICK, store=store)
    stored = load_screen(name, store=store)
    assert name.startswith("screen-") and stored.names == ["G1", "G1+G2", "G2"]
    made = stored.facts["made"]["created"]
    assert screen(study, QUICK, store=store) == name and load_screen(name, store=store).facts["made"]["created"] == made
    assert screen_id(study, ScreenParams(min_cells=11, permutations=0), store=store) != name
    assert stored.of(["G2"]).names == ["G2"] and stored.facts["sources"]["cells"]["content"]


def test_datasets_are_strata_of_their_own_and_hold_the_genes_that_both_have(tmp_path):
    one, two = screen_cells(batches=1), screen_cells(batches=1, seed=50)
    two = two[:, GENES[:-1]].copy()
    study = screen_study(tmp_path / "a.h5ad", one, batch=None)
    two.write_h5ad(tmp_path / "b.h5ad")
    both = Study("two", "Two", (*study.datasets, DatasetSource("more", str(tmp_path / "b.h5ad"))), study.roles,
                 perturbed=study.perturbed)  # fmt: skip
    found = compute_screen(both, QUICK)
    assert found.facts["matched_by"] == ["dataset"] and found.adata.shape == (3, 29)
    assert compute_screen(both, ScreenParams(datasets="more", permutations=0)).facts["datasets"] == ["more"]


def test_batches_without_controls_are_not_matched_and_that_is_said(tmp_path):
    adata = screen_cells(labels={"ctrl": 40, "G1": 40}, batches=1)
    adata.obs["batch"] = adata.obs["condition"].astype(str)
    found = compute_screen(screen_study(tmp_path / "a.h5ad", adata), QUICK)
    assert not found.facts["batches"] and any("By batch, only 0 %" in said for said in found.facts["warnings"])
    half = screen_cells(labels={"ctrl": 40, "G1": 40, "G2": 40})
    half = half[~((half.obs["batch"] == "b1") & (half.obs["condition"] == "ctrl"))].copy()
    found = compute_screen(screen_study(tmp_path / "b.h5ad", half), QUICK)
    assert found.facts["matched"] == 0.5
    assert any("compared with all controls" in said for said in found.facts["warnings"])


def test_what_is_wrong_with_a_screen_is_said_in_a_sentence(tmp_path):
    adata = screen_cells()

    def refused(error, words, params=QUICK, **said):
        with pytest.raises(error, match=words):
            compute_screen(screen_study(tmp_path / "a.h5ad", adata, **said), params)

    refused(InvalidStudy, "at least 500 cells, and no one of 3 has so many: the largest", ScreenParams(min_cells=500))
    refused(InvalidStudy, r"no cell is labelled 'mock' in 'condition'. Found: ctrl", control="mock")
    refused(InvalidStudy, "is of knockout, and activation was asked for", ScreenParams(kind="activation"))
    refused(InvalidStudy, "does not say how genes were perturbed", kind="")
    refused(InvalidStudy, "'perturbation' names the obs column 'guide'", perturbation="guide")
    refused(InvalidStudy, "'guides' names|guides names obsm\\['g'\\]", perturbation=None, guides="g", guide_targets="t")
    refused(InvalidParameter, "no column of cell types", ScreenParams(cell_type="B"))
    refused(InvalidParameter, "has no dataset 'cellz'. Found: cells", ScreenParams(datasets="cellz"))
    adata.X[0, 0] = np.nan
    refused(InvalidCounts, "found NaN or infinite values")
    adata = screen_cells()
    adata.obs["condition"] = adata.obs["condition"].replace("ctrl", "wildtyp")
    refused(InvalidStudy, "no cell is labelled control in 'condition'. Found: wildtyp, .*control = ")
    adata.X = adata.X * -0.5
    refused(InvalidStudy, "log fold changes are a dataset of the modality 'effects'")


def test_kinds_are_never_mixed(tmp_path):
    adata = screen_cells(labels={"ctrl": 40, "G1": 40, "G2": 40}, batches=1)
    adata.obs["how"] = np.where(adata.obs["condition"] == "G1", "CRISPRi", "CRISPRa")
    adata.obs.loc[adata.obs_names[:20], "how"] = "CRISPRi"
    study = screen_study(tmp_path / "a.h5ad", adata, kind_column="how")
    with pytest.raises(InvalidStudy, match="mixes activation and interference.*Choose one"):
        compute_screen(study, QUICK)
    found = compute_screen(study, ScreenParams(kind="interference", permutations=0))
    assert found.names == ["G1"] and found.facts["n_control"] == 20 and found.facts["kind"] == "interference"
    chosen = replace(study, perturbed=replace(study.perturbed, kind="interference"))
    assert compute_screen(chosen, QUICK).names == ["G1"]


def test_cells_without_a_gene_are_counted_and_few_cells_named(tmp_path):
    adata = screen_cells(labels={"ctrl": 40, "G1": 40, "nan": 30, "G2": 6}, batches=1)
    facts = compute_screen(screen_study(tmp_path / "a.h5ad", adata), QUICK).facts
    assert facts["dropped"] == {"no single guide": "30 cells say no gene, or several guides",
                                "G2": "6 cells, fewer than 10"}  # fmt: skip
    assert any("40 control cells are few" in said for said in facts["warnings"])


def test_a_file_becomes_a_study_with_guessed_columns(tmp_path):
    adata = screen_cells()
    adata.obs["perturbation_type"] = "CRISPRi"
    adata.write_h5ad(tmp_path / "My screen.h5ad")
    study = study_of_file(tmp_path / "My screen.h5ad")
    assert study.name == "my-screen" and study.roles == Roles(None, "batch", None, "condition")
    assert study.perturbed == Perturbed("", "perturbation_type") and study.datasets[0].species == "human"
    del adata.obs["condition"]
    adata.write_h5ad(tmp_path / "b.h5ad")
    with pytest.raises(InvalidStudy, match="no column tells which gene was perturbed. Found: batch"):
        study_of_file(tmp_path / "b.h5ad")


def test_genes_named_twice_are_summed_and_a_given_depth_is_used(tmp_path):
    adata = screen_cells(batches=1)
    adata.var_names = [*GENES[:-1], GENES[0]]
    adata.obs["total"] = 1000.0
    adata.write_h5ad(tmp_path / "a.h5ad")
    source = DatasetSource("cells", str(tmp_path / "a.h5ad"), depth="total")
    study = Study("s", "S", (source,), Roles(perturbation="condition"), perturbed=Perturbed("knockout"))
    found = compute_screen(study, QUICK)
    counts = adata.X.toarray()[(adata.obs["condition"] == "ctrl").to_numpy()]
    expected = np.log1p(10 * (counts[:, 0] + counts[:, -1])).mean()
    assert found.adata.shape[1] == 29 and found.adata.var.loc["G0", "control"] == pytest.approx(expected, abs=1e-5)


def guided(*, many: bool):
    """Cells with counts of guides: two of G1, one of G2, one control; each cell one, or as often as not each."""
    adata = screen_cells(labels={"ctrl": 200}, batches=1)
    rng = np.random.default_rng(3)
    has = rng.random((200, 4)) < 0.4 if many else np.eye(4, dtype=bool)[rng.integers(0, 4, 200)]
    target = np.array([1, 1, 2, 3])
    counts = adata.X.toarray()
    for gene in (1, 2):
        counts[has[:, target == gene].any(1), gene] = 0
    adata.X = sparse.csr_matrix(counts)
    adata.obsm["grna"] = sparse.csr_matrix(np.where(has, rng.poisson(30, has.shape), rng.poisson(0.3, has.shape)))
    adata.uns["grna_groups"] = np.array(["AAA=G1_TSS", "CCC=G1_TSS", "GGG=G2_TSS", "TTT=non-targeting"])
    return adata, has


def test_cells_get_their_top_guide(tmp_path):
    adata, has = guided(many=False)
    study = screen_study(tmp_path / "a.h5ad", adata, batch=None, perturbation=None, guides="grna",
                         guide_targets="grna_groups")  # fmt: skip
    found = compute_screen(study, QUICK)
    assert found.adata.obs["n_cells"].to_dict() == {"G1": int(has[:, :2].sum()), "G2": int(has[:, 2].sum())}
    assert found.facts["n_control"] == int(has[:, 3].sum())
    assert (found.adata.obs["target_p"] < 1e-6).all()


def test_with_many_guides_a_cell_the_control_are_the_cells_without_them(tmp_path):
    adata, has = guided(many=True)
    adata.obs["batch"] = np.where(np.arange(200) % 3, "b0", "b1")
    study = screen_study(tmp_path / "a.h5ad", adata, perturbation=None, guides="grna", guide_targets="grna_groups")
    found = compute_screen(study, QUICK)
    values, mine, expected = logged(adata).to_numpy(), has[:, :2].any(1), np.zeros(len(GENES))
    for batch in ("b0", "b1"):
        inside = (adata.obs["batch"] == batch).to_numpy()
        expected += (mine & inside).sum() * (values[mine & inside].mean(0) - values[~mine & inside].mean(0))
    np.testing.assert_allclose(found.delta[0], expected / mine.sum(), atol=1e-5)
    assert found.facts["control"] == "cells without its guides"
    assert any("not an unperturbed cell" in said for said in found.facts["warnings"])


def test_gasperini_targets_fall_where_their_guides_are():
    path = shared("data2/perturb/gasperini_highmoi_sceptre.h5ad")
    found = compute_screen(study_of_file(path, kind="interference"), QUICK)
    change = found.adata.obs["target_change"]
    assert len(change) == 10 and (change.drop("LARP1") < -0.1).all() and change["COX4I1"] < -1.3

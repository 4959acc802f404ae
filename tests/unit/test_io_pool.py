"""All cells of a study together: labels beside the right cells, each cell once, faults in sentences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InvalidStudy
from engine.io.pool import pool
from engine.types import DatasetSource, QcLimits, Roles, Study
from tests.simulated import simulated_counts, two_conditions


@pytest.fixture
def cells(tmp_path):
    adata = two_conditions(donors=2, n_cells=30)
    adata.obs["run"] = ["R1", "R2"] * (adata.n_obs // 2)
    adata.obs["label"] = adata.obs["condition"].astype(object)
    adata.obs.iloc[:7, adata.obs.columns.get_loc("label")] = None
    adata.write_h5ad(tmp_path / "a.h5ad")
    return adata


def study_of(tmp_path, *sources: DatasetSource, roles: Roles | None = None) -> Study:
    path, levels = str(tmp_path / "a.h5ad"), ("well", "ill")
    made = sources or tuple(DatasetSource(f"the {level}", path, condition=level, column="condition", values=(level,),
                                          depth="depth") for level in levels)  # fmt: skip
    return Study("s", "S", made, roles=roles or Roles())


def test_every_cell_keeps_its_counts_and_labels_with_quality_limits_too(cells, tmp_path):
    study = study_of(tmp_path, roles=Roles(cell_type="kind"))
    limit = float(np.quantile(np.asarray(cells.X.sum(axis=1)), 0.3))
    limited = replace(study, datasets=tuple(replace(d, qc=QcLimits(min_counts=limit)) for d in study.datasets))
    passing = np.asarray(cells.X.sum(axis=1)).ravel() >= limit
    for asked, keep in ((study, np.ones(cells.n_obs, bool)), (limited, passing)):
        found, expected = pool(asked, by="condition", donor="donor", batch="run"), cells[keep]
        np.testing.assert_array_equal(found.counts.toarray(), expected.X.toarray())
        np.testing.assert_array_equal(found.depth, expected.obs["depth"])
        for mine, column in (("level", "condition"), ("donor", "donor"), ("batch", "run"), ("cell_type", "kind")):
            assert getattr(found, mine).tolist() == expected.obs[column].tolist()
        assert set(found.dataset) == {"the well", "the ill"} and found.genes.tolist() == cells.var_names.tolist()


def test_without_columns_the_roles_speak_and_then_the_datasets(cells, tmp_path):
    found = pool(study_of(tmp_path))
    assert found.level.tolist() == cells.obs["condition"].tolist() and set(found.donor) == {"the well", "the ill"}
    assert found.batch is None and found.cell_type is None
    found = pool(study_of(tmp_path, roles=Roles(condition="condition", batch="donor")))
    assert found.donor.tolist() == cells.obs["donor"].tolist() and found.batch is None
    found = pool(study_of(tmp_path, roles=Roles(batch="run")), donor="donor")
    assert found.batch.tolist() == cells.obs["run"].tolist()
    found = pool(study_of(tmp_path, roles=Roles(batch="run")), by="run")
    assert found.level.tolist() == cells.obs["run"].tolist() and set(found.donor) == {"the well", "the ill"}


def test_a_cell_of_two_datasets_counts_once_and_one_without_a_label_not_at_all(cells, tmp_path):
    path = str(tmp_path / "a.h5ad")
    ill = DatasetSource("ill", path, column="condition", values=("ill",))
    twice = study_of(tmp_path, DatasetSource("all", path), ill)
    found = pool(twice, by="label", donor="donor")
    assert len(found.depth) == cells.n_obs - 7 and found.level.tolist() == cells.obs["label"][7:].tolist()
    assert found.warnings == ("60 cells are in more than one dataset of the study; each counts once.",
                              "7 cells without a level were left out.")  # fmt: skip


def test_only_genes_that_all_datasets_have_and_only_rna(cells, tmp_path):
    other = simulated_counts(20, 30, seed=5)
    other.obs["condition"] = "ill"
    other.write_h5ad(tmp_path / "b.h5ad")
    sources = [DatasetSource("a", str(tmp_path / "a.h5ad")), DatasetSource("b", str(tmp_path / "b.h5ad"))]
    found = pool(study_of(tmp_path, *sources), by="condition")
    assert len(found.genes) == 30 and len(found.depth) == cells.n_obs + 20
    chromatin = replace(sources[1], modality="atac")
    found = pool(study_of(tmp_path, sources[0], chromatin), by="condition")
    assert len(found.genes) == 60 and found.warnings == ("Left out, as they hold no RNA of single cells: b (atac).",)
    other.var_names = [f"X{i}" for i in range(30)]
    other.write_h5ad(tmp_path / "b.h5ad")
    with pytest.raises(InvalidStudy, match=r"no gene in common \(a: GENE0.*b: X0"):
        pool(study_of(tmp_path, *sources), by="condition")


def test_what_cannot_be_pooled_is_said_in_a_sentence(cells, tmp_path):
    study = study_of(tmp_path)
    with pytest.raises(InvalidStudy, match="'conditon', which the file does not have. Found: condition"):
        pool(study, by="conditon")
    mixed = replace(study, datasets=(study.datasets[0], replace(study.datasets[1], species="mouse")))
    with pytest.raises(InvalidStudy, match="datasets of human and mouse. Make a study of one"):
        pool(mixed)
    none = replace(study, datasets=tuple(replace(source, modality="protein") for source in study.datasets))
    with pytest.raises(InvalidStudy, match="needs RNA of single cells, and 's' has only protein"):
        pool(none)
    cells.obs["label"] = np.nan
    cells.write_h5ad(tmp_path / "a.h5ad")
    with pytest.raises(InvalidStudy, match="No cell has a value in 'label'"):
        pool(study, by="label")

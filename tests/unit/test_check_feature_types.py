"""Genes and proteins in one matrix are told apart."""

import numpy as np
import pytest
from anndata import AnnData

from engine.check.feature_types import split_features
from engine.check.verdict import check
from tests.opened import SYMBOLS, made_up, opened


@pytest.fixture
def together():
    adata = made_up(genes=(*SYMBOLS, "CD3_TotalSeqB", "CD19_TotalSeqB"))
    adata.var["feature_types"] = ["Gene Expression"] * 30 + ["Antibody Capture"] * 2
    return adata


def test_proteins_leave_the_matrix_and_stand_beside_it(together):
    found = check(opened(together))
    assert found.content.genes == list(SYMBOLS) and not found.as_it_came
    np.testing.assert_array_equal(found.content.matrix.rows(0, 40).toarray(), together.X.toarray()[:, :30])
    np.testing.assert_array_equal(found.content.obsm["protein"].to_numpy(), together.X.toarray()[:, 30:])
    assert list(found.content.obsm["protein"]) == ["CD3_TotalSeqB", "CD19_TotalSeqB"] and found.report.proteins == 2
    assert any("2 Antibody Capture" in problem.what for problem in found.report.problems)


def test_proteins_come_from_the_counts_and_raw_is_split_too(together):
    logged = AnnData(together.X.log1p(), together.obs, together.var)
    logged.layers["counts"], logged.raw = together.X, together
    found = split_features(opened(logged))
    np.testing.assert_array_equal(found.obsm["protein"].to_numpy(), together.X.toarray()[:, 30:])
    assert found.matrices["raw"].shape == found.matrices["X"].shape == (40, 30) and len(found.raw_var) == 30


def test_one_type_stays_as_it_is_and_proteins_alone_are_a_modality(together):
    genes, proteins = together[:, :30].copy(), together[:, [30, 31] * 12].copy()
    assert split_features(file := opened(genes)) is file
    proteins.var_names = [f"protein{k}" for k in range(24)]
    assert "24 proteins of surface protein, species unknown" in check(opened(proteins)).report.verdict

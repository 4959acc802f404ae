"""Facts of cells by hand and against scanpy; limits keep what they say."""

import numpy as np
import pytest
from anndata import AnnData
from scipy import sparse

from engine.errors import InvalidStudy
from engine.io.matrix import InMemory, blocks
from engine.io.qc import CellFacts, cell_facts, kept
from engine.types import QcLimits

NAMES = ["MT-CO1", "ACTB", "mt-Nd1", "CD4", "MTOR"]


def counts(n_cells: int = 50) -> sparse.csr_matrix:
    return sparse.csr_matrix(np.random.default_rng(0).poisson(1.0, (n_cells, len(NAMES))))


def test_facts_equal_those_of_scanpy_whatever_the_block():
    import scanpy

    adata = AnnData(counts().astype(np.float32))
    adata.var["mt"] = [name.upper().startswith("MT-") for name in NAMES]
    scanpy.pp.calculate_qc_metrics(adata, qc_vars=["mt"], percent_top=None, log1p=False, inplace=True)
    facts = cell_facts(blocks(InMemory(adata.X), size=7), NAMES)
    for found, column in ((facts.counts, "total_counts"), (facts.genes, "n_genes_by_counts")):
        assert np.array_equal(found, adata.obs[column])
    assert np.allclose(facts.mito, adata.obs["pct_counts_mt"].fillna(0), atol=1e-4)


def test_limits_are_inclusive_and_open_where_none():
    facts = CellFacts(*(np.array(values, np.float32) for values in ([1, 5, 9], [1, 2, 3], [0, 10, 50])))
    assert kept(facts, QcLimits()).all()
    assert kept(facts, QcLimits(min_counts=5)).tolist() == [False, True, True]
    assert kept(facts, QcLimits(max_counts=5, max_mito=0)).tolist() == [True, False, False]
    assert kept(facts, QcLimits(min_genes=2, max_mito=10)).tolist() == [False, True, False]


@pytest.mark.parametrize("wrong", [-1, "5", True])
def test_a_limit_that_is_no_number_is_refused(wrong):
    with pytest.raises(InvalidStudy, match="min_genes"):
        QcLimits(min_genes=wrong)

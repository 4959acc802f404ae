"""Levels of expression: sums of counts by donor, and DESeq2's own table of a real experiment."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.tl.expression import changed_expression, pseudobulk
from tests.shared_data import shared

FOLDER = "data2/covid/gse147507"


def test_counts_are_summed_within_units_and_cells_without_one_are_left_out():
    rng = np.random.default_rng(0)
    counts, unit = rng.poisson(2, (50, 7)), rng.integers(-1, 3, 50)
    expected = np.stack([counts[unit == number].sum(axis=0) for number in range(4)])
    found = pseudobulk(sparse.csr_matrix(counts.astype(np.float32)), unit, 4)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.int64 and not found[3].any()


def test_a_real_experiment_gives_the_table_that_deseq2_gave():
    """SARS-CoV-2 against mock in bronchial cells, 3 and 3 samples (Blanco-Melo 2020, Series 1)."""
    counts = pd.read_csv(shared(f"{FOLDER}/GSE147507_RawReadCounts_Human.tsv.gz"), sep="\t", index_col=0)
    truth = pd.read_csv(shared(f"{FOLDER}/DESeq2_DEGs.csv.gz"), index_col=0)
    samples = [name for name in counts if name.startswith("Series1_")]
    case = np.array(["SARS" in name for name in samples])
    found, said = changed_expression(counts[samples].to_numpy().T, case, genes=counts.index.to_numpy())
    both = found.join(truth).dropna(subset=["log2fc", "log2FoldChange"])
    assert said == [] and len(both) > 12_000
    assert both["log2fc"].corr(both["log2FoldChange"], "spearman") > 0.9999
    ours, theirs = set(found.index[found["fdr"] < 0.05]), set(truth.index[truth["padj"] < 0.05])
    assert len(theirs) == 412 and len(ours & theirs) >= 405 and len(ours - theirs) <= 20


def test_genes_with_few_counts_are_not_tested_and_a_paired_design_sees_what_donors_would_hide():
    rng = np.random.default_rng(1)
    level = np.repeat(rng.lognormal(0, 1.5, (4, 40)), 2, axis=0)  # donors differ a lot
    case = np.array([False, True] * 4)
    level[case, :5] *= 3
    sums = rng.poisson(200 * level)
    sums[:, 39] = [9, 30, 9, 9, 30, 9, 30, 9]
    genes = np.array([f"G{i}" for i in range(40)])
    paired, _ = changed_expression(sums, case, pair=np.repeat(np.arange(4), 2), genes=genes)
    loose, _ = changed_expression(sums, case, genes=genes)
    assert paired.loc["G39"].isna().tolist() == [False, True, True, True]
    assert (paired["fdr"][:5] < 0.01).all() and (paired["p"][5:39] < 0.01).sum() <= 2
    assert paired["log2fc"][:5].to_numpy() == pytest.approx(np.full(5, np.log2(3)), abs=0.45)
    assert (loose["p"][:5].dropna() > paired["p"][:5].max()).all() and loose["p"][:5].notna().any()


def test_one_unit_a_side_or_hardly_a_gene_is_not_tested_and_says_why():
    sums, genes = np.full((4, 30), 50), np.array([f"G{i}" for i in range(30)])
    found, said = changed_expression(sums, np.array([True, False, False, False]), genes=genes)
    assert found["p"].isna().all() and (found["base_mean"] == 50).all()
    assert said == ["Levels of expression were not tested: 1 unit on one side."]
    sums[:, 5:] = 0
    found, said = changed_expression(sums, np.array([True, True, False, False]), genes=genes)
    assert found["p"].isna().all() and "only 5 genes with 10 counts in 2 units" in said[0]

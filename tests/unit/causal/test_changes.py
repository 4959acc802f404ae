"""The table of changes: what counts as measured and as changed, and how it is refused."""

import numpy as np
import pandas as pd
import pytest

from engine.causal.changes import changes_of
from engine.errors import InvalidFile, InvalidParameter


def table(**columns) -> pd.DataFrame:
    given = {"gene": ["A", "B", "C", "D"], "log2fc": [2.0, -1.0, 0.3, 0.0], "p": [1e-4, 2e-3, 1e-2, 0.9],
             "fdr": [4e-4, 4e-3, 0.0133, 0.9]}  # fmt: skip
    return pd.DataFrame(given | columns)


def test_changed_genes_are_those_within_both_thresholds():
    found = changes_of(table(), max_fdr=0.05, min_log2fc=0.5)
    assert found.genes[found.changed].tolist() == ["A", "B"] and found.direction.tolist() == [1, -1, 0, 0]
    assert (changes_of(table()).n_changed, found.bias, changes_of(table()).bias) == (3, 0.0, pytest.approx(1 / 3))


def test_numbers_may_come_as_text_and_an_fdr_is_worked_out_of_p():
    given = table(p=["0.001", "0.02", "NA", "0.5"]).drop(columns="fdr")
    found = changes_of(given)
    assert found.genes.tolist() == ["A", "B", "D"] and found.fdr == pytest.approx([0.003, 0.03, 0.5])
    assert len(found.notes) == 2 and "1 rows of the table" in found.notes[0] and "no fdr" in found.notes[1]


def test_a_gene_without_fdr_but_with_p_was_measured_and_did_not_change():
    found = changes_of(table(fdr=[4e-4, np.nan, 0.5, 0.9]))
    assert len(found.genes) == 4 and found.genes[found.changed].tolist() == ["A"]


def test_a_list_of_changed_genes_wins_over_thresholds_and_needs_no_p():
    found = changes_of(table(p=np.nan, fdr=np.nan), changed=["C", "D", "lost", "C"])
    assert found.genes[found.changed].tolist() == ["C", "D"] and len(found.genes) == 4
    assert found.notes == ("1 of the 3 changed genes given are not in the table: lost.",)


@pytest.mark.parametrize(("given", "words"), [
    (table().drop(columns=["p", "fdr"]), "found gene, log2fc, and no fdr. Name its columns"),
    (table().rename(columns={"fdr": "padj", "log2fc": "log2FoldChange"}).drop(columns="p"),
     "no log2fc and no fdr. 'log2FoldChange' may be log2fc; 'padj' may be fdr: rename"),
    (table().iloc[:0], "a gene a row, found no row"),
    (table(gene=["A", "A", "B", "B"]), "needs one row, found 2 with more: A, B"),
    (table(p=np.nan, fdr=np.nan), "none of its 4 genes has one"),
    (table(log2fc=np.nan), "needs numbers in log2fc"),
    (table(fdr=[3.4, 0.1, 0.1, 0.1]), "'fdr' of a table of changes lies from 0 to 1, found 3.4"),
])  # fmt: skip
def test_a_table_that_cannot_be_used_is_refused_with_a_sentence(given, words):
    with pytest.raises(InvalidFile, match=words):
        changes_of(given)


@pytest.mark.parametrize(("given", "words"), [
    ({"max_fdr": 1e-9}, "No gene of 4 changed at fdr ≤ 1e-09; the smallest is 0.0004"),
    ({"min_log2fc": 9.0}, "No gene of 4 has .log2fc. of 9 or more; the largest is 2"),
    ({"changed": ["a"]}, "None of the 1 changed genes given is in the table. Closest to a: A"),
    ({"changed": []}, "None of the 0 changed genes given"),
])  # fmt: skip
def test_nothing_changed_is_said(given, words):
    with pytest.raises(InvalidParameter, match=words):
        changes_of(table(), **given)

"""Orthologs: columns of other species under human symbols, and the one-to-one pairs of the real table."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from engine.errors import InvalidCounts
from engine.knowledge.gene_tables import read_orthologs
from engine.pp.orthologs import ortholog_gather, to_orthologs
from tests.shared_data import shared

PAIRS = {"Cd74": "CD74", "Trem2": "TREM2", "Actb": "ACTB"}


def test_columns_move_to_their_human_symbols_and_others_are_left_out():
    counts = sparse.csr_matrix([[1, 2, 3], [4, 5, 6]])
    human, names = to_orthologs(counts, np.array(["Trem2", "Gm1", "Cd74"]), PAIRS)
    assert names.tolist() == ["TREM2", "CD74"] and human.toarray().tolist() == [[1, 3], [4, 6]]


def test_a_gene_that_is_there_twice_is_summed():
    gather, names = ortholog_gather(np.array(["Actb", "Cd74", "Actb"]), PAIRS)
    assert names.tolist() == ["ACTB", "CD74"] and (np.array([[1, 10, 100]]) @ gather).tolist() == [[101, 10]]


def test_genes_of_another_species_are_refused_with_a_hint():
    with pytest.raises(InvalidCounts, match=r"None of 2 genes has a human ortholog.*CD74.*closest: Cd74"):
        ortholog_gather(np.array(["CD74", "TREM2"]), PAIRS)


def test_no_gene_at_all_is_refused():
    with pytest.raises(InvalidCounts, match="None of 0 genes"):
        ortholog_gather(np.array([]), PAIRS)


def test_only_pairs_that_are_alone_on_both_sides_are_kept(tmp_path):
    rows = ["human_symbol\tsymbol\tsupport_n", "A\ta\t9.0", "B\tb\t9.0", "B\tb2\t9.0", "C\tc\t9.0", "D\tc\t9.0",
            "E\te\t9.0", "E\te2\t3.0", "F\tf\t3.0", "G\tg\t5.0", "G\tg\t4.0", "\th\t9.0"]
    (tmp_path / "t").write_text("\n".join(rows))
    assert read_orthologs(tmp_path / "t") == {"a": "A", "e": "E", "g": "G"}


def test_the_real_table_is_one_to_one_and_has_the_pairs_that_everybody_knows():
    pairs = read_orthologs(shared("data/knowledge/genes/human_mouse_orthologs_babelgene.tsv.gz"))
    assert len(pairs) == len(set(pairs.values())) > 15_000
    known = {"Cd74": "CD74", "Trem2": "TREM2", "Actb": "ACTB", "Trp53": "TP53", "Ptprc": "PTPRC", "Cd79a": "CD79A"}
    assert {gene: pairs.get(gene) for gene in known} == known

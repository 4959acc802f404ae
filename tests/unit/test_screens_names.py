"""What labels of perturbed cells mean, in the conventions of those who share them."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.errors import InvalidStudy
from engine.screens.guides import assign
from engine.screens.kinds import kind_in, kind_of, one_kind
from engine.screens.names import name_labels


@pytest.mark.parametrize(
    ("labels", "genes", "expected"),
    [
        (["ctrl", "A+ctrl", "ctrl+A", "B+A", "A+A", "ctrl+ctrl"], [], ["ctrl", "A", "A", "A+B", "A", "ctrl"]),
        (["control", "KLF1", "CEBPA", "KLF1_CEBPA"], [], ["ctrl", "KLF1", "CEBPA", "CEBPA+KLF1"]),
        (["LCK_1", "LCK_2", "control", "NKX2-1", "NKX2-5"], [], ["LCK", "LCK", "ctrl", "NKX2-1", "NKX2-5"]),
        (["LCK_1", "HLA-A", "AB_7"], ["LCK", "HLA-A"], ["LCK", "HLA-A", "AB_7"]),
        (["JUN-1", "JUN-2", "FOS-1", "FOS-2", "NT-1"], [], ["JUN", "JUN", "FOS", "FOS", "ctrl"]),
        (["NKX2-1", "JUN-1"], ["NKX2-1", "NKX2", "JUN"], ["NKX2-1", "JUN"]),
        (["sgTP53", "sgTP53_2", "sgNT", "SGK1", "SGK3"], ["TP53"], ["TP53", "TP53", "ctrl", "SGK1", "SGK3"]),
        (["STK11_sg_165", "STK11_sg_2", "NonTargetingControlGuideForHuman_sg_9"], [], ["STK11", "STK11", "ctrl"]),
        (["A_NegCtrl0__A_NegCtrl0", "NegCtrl1_NegCtrl0__x", "A_B__A_B", "B_NegCtrl0"], [], ["A", "ctrl", "A+B", "B"]),
        (["non-targeting", "NTC", "NT", "safe-targeting", "scrambled", "Neg ctrl 3"], [], ["ctrl"] * 6),
        (["nan", "", "unassigned", "AAVS1", "doublet"], [], ["", "", "", "AAVS1", ""]),
    ],
)  # fmt: skip
def test_labels_get_their_canonical_name(labels, genes, expected):
    assert list(name_labels(labels, genes).values()) == expected


def test_a_label_that_is_said_to_be_control_is_control():
    assert name_labels(["AAVS1", "TP53+AAVS1", "none"], [], control="AAVS1") == {
        "AAVS1": "ctrl", "TP53+AAVS1": "TP53", "none": ""}  # fmt: skip
    assert name_labels(["none", "A"], [], control="none") == {"none": "ctrl", "A": "A"}


@pytest.mark.parametrize(
    ("word", "kind"),
    [("CRISPRa", "activation"), ("CRISPRi", "interference"), ("CRISPR", "knockout"), ("CRISPR-cas9", "knockout"),
     ("CRISPRko", "knockout"), ("knockdown", "interference"), ("overexpression", "activation"), ("dose", "")],
)  # fmt: skip
def test_kinds_are_read_from_words(word, kind):
    assert kind_of(word) == kind


def test_a_kind_is_chosen_only_where_it_is_the_only_one():
    assert kind_in("macrophage_CRISPRi_lfc.h5ad") == "interference" and kind_in("KO_and_CRISPRa.h5ad") == ""
    assert one_kind(["CRISPRa"], given="", wanted="", where="c") == ("activation", {"CRISPRa"})
    with pytest.raises(InvalidStudy, match="c says drug, and no kind of perturbation is known by that word"):
        one_kind(["drug", "CRISPRa"], given="", wanted="", where="c")


def test_a_cell_has_its_top_guide_only_where_that_leads_beyond_chance():
    counts = sparse.csr_matrix(np.array([[9, 0, 1], [5, 0, 0], [4, 0, 0], [9, 0, 4], [12, 12, 0], [30, 9, 0]]))
    found = assign(counts, ["A", "A", "B"], pd.DataFrame(index=range(6)))
    assert not found.many and found.targets == ["A", "B"]
    assert found.has.toarray().tolist() == [[1, 0], [1, 0], [0, 0], [0, 0], [1, 0], [1, 0]]  # guides of A do not tie
    assert (found.weak, found.tied) == (1, 1)


def test_totals_that_exceed_the_guides_shown_say_that_cells_took_many():
    counts = sparse.csr_matrix(np.eye(4, 2) * 20)
    few = assign(counts, ["A", "non-targeting"], pd.DataFrame({"grna_n_umis": [20.0, 20, 5, 5]}))
    many = assign(counts, ["A", "non-targeting"], pd.DataFrame({"grna_n_umis": [400.0] * 4}))
    assert not few.many and many.many and many.targets == ["A", "ctrl"]

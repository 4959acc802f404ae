"""Which cells and which genes are compared: by what is asked, never by the difference that is looked for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from engine.contrasts.genes import compared_genes
from engine.contrasts.sides import sides_of
from engine.errors import InvalidCounts, InvalidParameter
from engine.io.pool import Cells
from engine.params import ContrastParams


def cells_of(level: str, kinds: str = "") -> Cells:
    """A cell a letter: its level, and its cell type."""
    n, text = len(level), np.array(list(level), dtype=object)
    known = np.array(list(kinds), dtype=object) if kinds else None
    counts = sparse.csr_matrix(np.eye(n, 4, dtype=np.float32))
    return Cells(counts, np.array(list("ABCD")), np.ones(n), text, text, text, None, known, "status", "dataset")


def test_two_levels_are_taken_and_cells_of_others_left_out():
    found = sides_of(cells_of("ccxxz", "TBTBT"), ContrastParams(control="c", case="x"))
    assert found.is_case.tolist() == [False, False, True, True] and found.cells.cell_type.tolist() == list("TBTB")
    assert sides_of(cells_of("ccx"), ContrastParams(control="c")).case == "x"


def test_a_cell_type_is_compared_alone_and_shares_are_of_all_but_those_left_out():
    found = sides_of(cells_of("cccxxx", "TBPTBP"), ContrastParams(control="c", only="T", without="P"))
    assert found.cells.cell_type.tolist() == ["T", "T"] and found.is_case.tolist() == [False, True]
    assert found.all_cells.cell_type.tolist() == list("TBTB") and found.without == ("P",)


@pytest.mark.parametrize(
    ("level", "kinds", "asked", "said"),
    [
        ("ccc", "", {"control": "c"}, r"'status' has one level alone: c \(3 cells\)"),
        ("ccxz", "", {"control": "c"}, "more than two levels: c .2 cells.*Say which one is compared with 'c'"),
        ("ccx", "", {}, r"which level of 'status' is the control. Found: c \(2 cells\), x \(1 cells\)"),
        ("ccx", "", {"control": "d"}, r"no level 'd'.*Found: c"),
        ("ccx", "", {"control": "c", "case": "c"}, "Control and case are both 'c'"),
        ("ccx", "", {"control": "c", "only": "T"}, "cell types of the study are not known"),
        ("ccx", "TBT", {"control": "c", "only": "Q"}, "no cell type 'Q' in these conditions. Found: B, T"),
        ("ccx", "TBT", {"control": "c", "without": "T, Q"}, "no cell type 'Q'"),
        ("ccx", "TBT", {"control": "c", "only": "B"}, "No cell of 'B' is in 'x'"),
        ("ccx", "TBT", {"control": "c", "without": "T"}, "No cell outside the cell types left out is in 'x'"),
        ("ccx", "TBT", {"control": "c", "only": "T", "without": "T"}, "compared and left out at the same time"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(level, kinds, asked, said):
    with pytest.raises(InvalidParameter, match=said):
        sides_of(cells_of(level, kinds), ContrastParams(**asked))


def made_counts(seed: int = 0) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Eight units of 40 cells; gene 0 is seen in units 4 to 7 alone, gene 1 in unit 0 alone, gene 2 hardly."""
    rng, unit = np.random.default_rng(seed), np.repeat(np.arange(8), 40)
    counts = rng.poisson(rng.gamma(0.5, 2, (320, 40))).astype(np.float32)
    counts[unit < 4, 0] = 0
    counts[unit > 0, 1] = 0
    counts[:, 2] = 0
    counts[::100, 2] = 1
    return sparse.csr_matrix(counts), unit


def test_a_gene_that_one_side_alone_has_is_compared_and_one_of_a_single_unit_is_not():
    counts, unit = made_counts()
    found = compared_genes(counts, unit, np.arange(8) >= 4, ContrastParams(n_genes=40))
    assert found.tolist() == [0, *range(3, 40)]


def test_the_choice_is_the_same_under_every_labelling_and_forgets_cells_left_out():
    counts, unit = made_counts()
    params = ContrastParams(n_genes=20)
    case = np.arange(8) >= 4
    found = compared_genes(counts, unit, case, params)
    for seed in range(5):
        other = np.random.default_rng(seed).permutation(case)
        assert compared_genes(counts, unit, other, params).tolist() == found.tolist()
    extra = sparse.vstack([counts, sparse.csr_matrix(np.full((30, 40), 90, np.float32))], format="csr")
    padded = np.concatenate([unit, np.full(30, -1)])
    assert compared_genes(extra, padded, case, params).tolist() == found.tolist()


def test_too_few_genes_seen_is_said():
    counts, unit = made_counts()
    with pytest.raises(InvalidCounts, match="At least 20 genes must be seen in 100% of the cells of 4 donors"):
        compared_genes(counts, unit, np.arange(8) >= 4, ContrastParams(min_detected=1.0))

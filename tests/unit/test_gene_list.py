"""Lists of genes and rankings, in all the ways that people write them."""

import numpy as np
import pytest

from engine.errors import InvalidFile
from engine.io.gene_list import gene_names, gene_ranking


@pytest.mark.parametrize("text", [
    "CD74\nCD3D\nCD74\n", "CD74, CD3D", "CD74;CD3D", "CD74\tCD3D", "\ufeffCD74\r\nCD3D\r\n",
    "# mine\nCD74 # first\n\nCD3D", "'CD74' \"CD3D\"", "CD74\rCD3D",
])  # fmt: skip
def test_names_are_found_however_they_are_separated(text):
    assert gene_names(text) == ["CD74", "CD3D"]


def test_an_empty_list_has_no_names():
    assert gene_names("# nothing\n\n") == []


@pytest.mark.parametrize("text", [
    "CD74\t2.5\nACE\t-1e-3\n", "gene,score\nCD74,2.5\nACE,-1e-3", "CD74 2.5\r\nACE -1e-3\r\n",
    "# up\nCD74;2.5\n\nACE;-1e-3",
])  # fmt: skip
def test_a_ranking_is_read_with_or_without_a_header(text):
    found = gene_ranking(text, name="'r.tsv'")
    assert found.to_dict() == {"CD74": 2.5, "ACE": -0.001}


def test_scores_that_are_not_there_stay_nan_and_infinite_ones_infinite():
    found = gene_ranking("A\tNA\nB\t\nC\tnan\nD\t-inf", name="'r.tsv'")
    assert found.isna().tolist() == [True, True, True, False] and np.isinf(found["D"])


@pytest.mark.parametrize(("text", "said"), [
    ("", "found none"), ("gene\tscore\n", "found none"), ("A\t1\nB\tmany\n", "found 'B\tmany' in line 2"),
    ("A\t1\nB\n", "found none|a gene and a number"), ("A\t1\t2\nB\t1\t2\n", "found none"),
    ("A\t1\n\t2\n", "a gene and a number were expected"),
])  # fmt: skip
def test_a_line_that_is_no_gene_and_score_is_named(text, said):
    with pytest.raises(InvalidFile, match=said):
        gene_ranking(text, name="'r.tsv'")

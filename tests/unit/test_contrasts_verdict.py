"""What is said of a comparison: no more than its design can carry."""

from __future__ import annotations

import pytest

from engine.contrasts.verdict import composition_warnings, permutation_warnings, verdict
from tests.app.made_up_contrast import MODULE, made_up


@pytest.fixture
def case():
    contrast = made_up()
    return contrast.facts, contrast.table


def test_the_answer_comes_first_and_names_the_genes_that_changed_most(case):
    facts, table = case
    said = verdict(facts, table)
    assert said[0].startswith(f"{MODULE} of 60 genes changed their partners between control and COVID-19 at 5 % FDR")
    assert table["rank"].idxmin() in said[0] and "With 4 donors a side there are 35 ways" in said[1]
    facts["cell_type"] = "B cell"
    assert "between control and COVID-19 in B cell at 5 %" in verdict(facts, table)[0]


def test_nothing_found_is_said_and_is_no_proof(case):
    facts, table = case
    table["partners_fdr"] = 0.3
    facts["arms"]["partners"] = {"n_5": 0, "n_10": 0}
    assert "No gene of 60 changed" in verdict(facts, table)[0] and "the smallest is 30 %" in verdict(facts, table)[0]


@pytest.mark.parametrize(("moved", "word"), [(3, "fewer than"), (12, "as many as"), (20, "more than")])
def test_the_shared_space_is_held_against_the_neighbourhoods(case, moved, word):
    facts, table = case
    facts["arms"]["placement"] = {"n_5": moved, "n_10": moved}
    said = " ".join(verdict(facts, table))
    assert f"{moved} genes moved at 5 % FDR, {word} the neighbourhoods find" in said
    facts["arms"]["placement"] = None
    assert not any("shared space" in text for text in verdict(facts, table))


def test_too_few_labellings_are_warned_of_where_there_were_more_to_draw(case):
    design = case[0]["design"] | {"labellings": 462, "permutations": 20, "exact": False, "smallest_fdr": 1 / 20}
    assert permutation_warnings(design) == [
        "Only 20 of 462 labellings were compared, so no FDR below 5 % can be had. Allow more permutations."]
    assert permutation_warnings(design | {"permutations": 200, "smallest_fdr": 1 / 200}) == []
    assert permutation_warnings(design | {"exact": True}) == []


def test_blocks_of_cells_are_not_called_donors(case):
    facts, table = case
    facts["design"]["unit"] = "cells"
    said = " ".join(verdict(facts, table))
    assert "blocks of cells of the same people" in said and "donors a side" not in said


def test_a_cell_type_that_grew_is_named_with_the_way_to_leave_it_out(case):
    facts, _ = case
    facts["composition"][1]["fdr"] = 0.002
    said = composition_warnings(facts)
    assert len(said) == 2 and "All cell types are compared together" in said[0]
    assert said[1].startswith("Plasmablast is more frequent in COVID-19") and "(without: Plasmablast)" in said[1]
    facts["composition"][1]["fdr"] = 0.2
    assert len(composition_warnings(facts)) == 1
    facts["cell_type"] = "B cell"
    assert composition_warnings(facts) == []

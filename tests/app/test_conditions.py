"""What a study's cells can be compared by: columns, levels, donors a side, and the sentence about them."""

from __future__ import annotations

from itertools import combinations

import anndata
import numpy as np
import pandas as pd
import pytest

from app import conditions
from app.components.compare_link import compare_link, known_study
from app.pages import compare, studies
from app.pages.compare import ids
from engine.errors import InvalidStudy
from engine.params import ContrastParams
from engine.types import DatasetSource, Roles, Study
from tests.app.reading import find, links, words


@pytest.fixture
def study(tmp_path) -> Study:
    """Eight donors, four in each state, two runs that go with the state, three cell types; two files."""
    sources = []
    for state, first in (("healthy", 0), ("COVID-19", 4)):
        donor = np.repeat([f"P{first + i}" for i in range(4)], 30)
        obs = pd.DataFrame({
            "state": state, "donor": donor, "run": f"run {state}", "lane": np.tile(["a", "b"], 60),
            "kind": np.tile(["B", "T", "Plasmablast"], 40), "score": np.linspace(0, 1, 120),
            "cell": [f"{i}" for i in range(120)],
        }, index=[f"{state}{i}" for i in range(120)])  # fmt: skip
        adata = anndata.AnnData(np.ones((120, 5), np.float32), obs=obs)
        adata.write_h5ad(tmp_path / f"{state}.h5ad")
        sources.append(DatasetSource(state, str(tmp_path / f"{state}.h5ad"), condition=state))
    roles = Roles(condition="state", batch="donor", cell_type="kind")
    return Study("two", "Two states", tuple(sources), roles)


def params(**changes) -> ContrastParams:
    return ContrastParams(**{"control": "healthy", "case": "COVID-19"} | changes)


def test_columns_with_two_levels_over_all_files_can_be_chosen(study):
    found = conditions.columns(study)
    assert found.names == ("state", "donor", "run", "lane", "kind")
    assert set(found.cell_types) == {"B", "T", "Plasmablast"}


def test_the_level_named_like_a_control_is_the_control(study):
    levels = conditions.levels(study, "")
    assert levels == {"healthy": 120, "COVID-19": 120}
    assert conditions.sides(levels) == ("healthy", "COVID-19")
    assert conditions.sides(levels, control="COVID-19") == ("COVID-19", "healthy")
    assert conditions.sides(["b", "a", "c"], case="b") == ("a", "b") and conditions.sides([]) == ("", "")


def test_without_a_column_the_datasets_tell_the_condition(study):
    bare = Study("bare", "Bare", study.datasets)
    assert conditions.condition_of(bare, "") == "" and set(conditions.levels(bare, "")) == {"healthy", "COVID-19"}
    found = conditions.design(bare, params())
    assert (found.n_control, found.n_case, found.unit) == (1, 1, "cells")


def test_donors_are_counted_a_side_and_labellings_as_there_are(study):
    found = conditions.design(study, params())
    assert (found.unit, found.n_control, found.n_case, found.cells_control) == ("donors", 4, 4, 120)
    assert found.labellings == len(list(combinations(range(8), 4))) // 2 == 35
    text, warned = conditions.design_words(found, control="healthy", case="COVID-19")
    assert text.startswith("4 donors of healthy and 4 of COVID-19") and "35 distinct ways" in text and warned == []


def test_too_few_donors_are_warned_of_before_anything_runs(study):
    found = conditions.design(study, params(donor="run"))
    text, (warned,) = conditions.design_words(found, control="healthy", case="COVID-19")
    assert "1 and 1 donor with 20 cells or more: cells will be permuted instead" in warned
    assert "differences between people" in warned


def test_batches_that_go_with_the_condition_are_warned_of(study):
    assert conditions.design(study, params(batch="run")).confounded
    assert not conditions.design(study, params(batch="lane")).confounded
    assert not conditions.design(study, params(batch="donor")).confounded
    _, warned = conditions.design_words(conditions.design(study, params(batch="run")), control="a", case="b")
    assert "Every batch lies in one condition alone" in warned[0]


def test_donors_in_both_conditions_are_pairs(study):
    found = conditions.sides_of(dict.fromkeys("ABCDE", 40), dict.fromkeys("ABCDF", 30))
    assert (found.unit, found.n_case, found.labellings, found.left_out) == ("paired donors", 4, 2**3, 2)
    text, warned = conditions.design_words(found, control="a", case="b")
    assert "each is compared with itself" in text and "2 donors will be left out" in warned[0]


def test_of_pairs_and_donors_those_with_more_labellings_are_taken():
    control = dict.fromkeys("ABC", 40) | {f"H{i}": 40 for i in range(5)}
    found = conditions.sides_of(control, dict.fromkeys("ABC", 40) | {f"C{i}": 40 for i in range(4)})
    assert (found.unit, found.n_control, found.n_case, found.left_out) == ("donors", 5, 4, 3)
    assert found.labellings == len(list(combinations(range(9), 4)))


def test_a_donor_with_few_cells_does_not_count(study):
    found = conditions.sides_of({"A": 50, "B": 50, "C": 19}, dict.fromkeys("DEF", 50))
    assert (found.unit, found.n_control, found.n_case) == ("cells", 2, 3)
    assert conditions.design(study, params(only="B")).unit == "cells"  # ten cells of each donor


def test_cell_types_are_kept_or_left_out(study):
    assert conditions.design(study, params(only="B")).cells_control == 40
    assert conditions.design(study, params(without="B, T")).cells_case == 40
    empty = conditions.design(study, params(only="B", without="B"))
    assert "No cell of 'healthy' is left" in conditions.design_words(empty, control="healthy", case="COVID-19")[1][0]


def test_few_labellings_are_warned_of():
    found = conditions.sides_of(dict.fromkeys("ABC", 30), dict.fromkeys("DEF", 30))
    text, warned = conditions.design_words(found, control="a", case="b")
    assert found.labellings == 10 and "no p can come below 0.1" in warned[0]


def test_an_unknown_column_is_a_sentence(study):
    with pytest.raises(InvalidStudy, match="has no obs column 'stat'"):
        conditions.levels(study, "stat")


def test_the_card_of_a_study_leads_to_its_two_conditions(study, services):
    services.library.save(study)
    addresses = links(studies.layout(services))
    assert [address for address in addresses if address.startswith("/compare")] == ["/compare?study=two"]
    page = compare.layout(services, study="two")
    assert (find(page, ids.CONTROL).value, find(page, ids.CASE).value) == ("healthy", "COVID-19")
    assert "4 donors of healthy and 4 of COVID-19" in words(find(page, ids.DESIGN))


def test_a_study_whose_files_are_gone_is_told_in_the_form(study, services, tmp_path):
    services.library.save(study)
    (tmp_path / "healthy.h5ad").unlink()
    page = compare.layout(services, study="two")
    assert "healthy.h5ad" in words(page) and find(page, ids.STUDY).value == "two"


def test_a_link_is_offered_where_there_are_two_conditions(study, services):
    (link,) = compare_link(study)
    assert link.href == "/compare?study=two"
    assert compare_link(Study("bare", "Bare", study.datasets))
    assert compare_link(services.library.study("pbmc68k-lineages")) == [] and compare_link(None) == []
    assert known_study(services, "gone") is None

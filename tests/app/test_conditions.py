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
from app.pages.compare.choosing import design_parts
from engine.contrasts.sides import sides_of
from engine.errors import GeneweaveError, InvalidStudy
from engine.io.pool import pool
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
    sides, design = conditions.design(bare, params())
    assert sides.cells.donor_by == "dataset" and design.unit == "cells"


def test_donors_are_counted_a_side_and_labellings_as_there_are(study):
    sides, design = conditions.design(study, params())
    assert design.unit == "donors" and design.case.tolist() == [False] * 4 + [True] * 4
    assert design.n_labellings == len(list(combinations(range(8), 4))) // 2 == 35
    text, warned = conditions.design_words(sides, design)
    assert text.startswith("4 donors of healthy and 4 of COVID-19") and "35 distinct ways" in text and warned == []
    assert "120 cells of healthy, 120 cells of COVID-19" in text


def test_too_few_donors_are_warned_of_before_anything_runs(study):
    text, (warned, batch) = conditions.design_words(*conditions.design(study, params(donor="run")))
    assert text.startswith("6 blocks of cells of healthy and 6 of COVID-19")
    assert "Cells stand for donors" in warned and "found 1 of 'healthy' and 1 of 'COVID-19'" in warned
    assert "Every batch lies wholly" in batch  # the study's batch is the donor, of whom each is in one state


def test_batches_that_go_with_the_condition_are_warned_of(study):
    told = {batch: conditions.design(study, params(batch=batch)) for batch in ("run", "lane", "donor")}
    assert [design.confounded for _, design in told.values()] == [True, False, False]
    assert "Every batch lies wholly in 'healthy' or in 'COVID-19'" in conditions.design_words(*told["run"])[1][0]
    assert conditions.design(study, params(batch="state", donor="run"))[1].confounded


def test_donors_in_both_conditions_are_pairs(study):
    sides, design = conditions.design(study, params(by="lane", control="a", case="b", donor="run"))
    assert design.unit == "cells"  # two runs are too few
    kinds = conditions.design(study, params(by="lane", control="a", case="b", donor="kind"))
    text, (warned,) = conditions.design_words(*kinds)
    assert "3 donors, each in both conditions: each is compared with itself" in text
    assert "With 3 pairs there are 4 ways to label them" in warned


@pytest.mark.parametrize("changes", [{}, {"donor": "run"}, {"batch": "run"}, {"donor": "run", "without": "B"},
                                     {"without": "B"},
                                     {"by": "lane", "control": "a", "case": "b", "donor": "kind"}])  # fmt: skip
def test_what_is_foreseen_is_what_the_engine_takes_of_the_same_files(study, changes):
    asked = params(**changes)
    expected = sides_of(pool(study, by=asked.by, donor=asked.donor, batch=asked.batch), asked)
    sides, design = conditions.design(study, asked)
    assert np.array_equal(sides.is_case, expected.is_case) and np.array_equal(sides.cells.donor, expected.cells.donor)
    there = expected.design(asked.seed)
    assert (design.unit, design.names, design.warnings) == (there.unit, there.names, there.warnings)
    assert np.array_equal(design.cell_unit, there.cell_unit) and np.array_equal(design.case, there.case)


def test_cell_types_are_kept_or_left_out(study):
    assert len(conditions.design(study, params(without="Plasmablast"))[0].is_case) == 160
    assert set(conditions.design(study, params(without="Plasmablast"))[0].cells.cell_type) == {"B", "T"}


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"case": "healthy"}, "Control and case are both 'healthy'"),
    ({"case": "sick"}, "'state' has no level 'sick'"),
    ({"only": "B", "without": "B"}, "'B' is compared and left out at the same time"),
    ({"only": "Q"}, "There is no cell type 'Q'"),
    ({"only": "B"}, "found 40 of 'healthy' from 4 donors"),
    ({"donor": "cell"}, "needs at least 60 cells a condition, 20 or more of a donor"),
])  # fmt: skip
def test_what_cannot_be_compared_is_told_in_the_words_of_the_engine(study, changes, sentence):
    with pytest.raises(GeneweaveError, match=sentence):
        conditions.design(study, params(**changes))


def test_a_comparison_that_cannot_be_made_is_not_asked_for(study):
    (fault,) = design_parts(study, params(case="healthy"))
    assert "Control and case are both 'healthy'" in words(fault)


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

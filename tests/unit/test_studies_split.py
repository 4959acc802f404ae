"""One file becomes many datasets, and what speaks against a study is said."""

from __future__ import annotations

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.io import peek
from engine.io.dataset import load_dataset
from engine.io.report import Guess, Report
from engine.studies.faults import faults, role_columns
from engine.studies.plan import Brought, Choices, guess_roles, plan_file, plan_study, split_columns
from engine.studies.split import (
    FilePlan,
    Part,
    StudyPlan,
    distinct,
    file_plans,
    file_title,
    sources,
    split,
    with_levels,
)
from engine.types import Perturbed, QcLimits, Roles
from tests.shared_data import shared

DONORS = ["P1"] * 60 + ["P2"] * 70 + ["P10"] * 40 + [None] * 5


def write_file(path, n_genes=120, prefix="G", **obs):
    """A file of 175 cells; its gene names begin with `prefix`."""
    rng = np.random.default_rng(0)
    obs = obs or {"donor": DONORS, "state": ["healthy"] * 60 + ["sick"] * 115}
    adata = anndata.AnnData(sparse.csr_matrix(rng.poisson(2, (175, n_genes)).astype(np.float32)),
                            obs=pd.DataFrame(obs, index=[f"c{i}" for i in range(175)]),
                            var=pd.DataFrame(index=[f"{prefix}{i}" for i in range(n_genes)]))  # fmt: skip
    adata.write_h5ad(path)
    return str(path)


def report(**guesses) -> Report:
    found = {what: Guess(value, "a reason") for what, value in guesses.items()}
    return Report("h5ad", 175, 120, 1, "X", "", "symbol", "", True, found)


def texts(plan) -> str:
    return " ".join(fault.text for fault in faults(plan))


def test_each_level_with_enough_cells_is_a_dataset_and_its_condition_is_its_commonest_label(tmp_path):
    path = write_file(tmp_path / "a.h5ad")
    parts = split("Blood", peek.labels(path, "donor"), condition=peek.labels(path, "state"))
    assert [(p.name, p.values, p.n_cells, p.condition, p.kept) for p in parts] == [
        ("P1 · Blood", ("P1",), 60, "healthy", True),
        ("P2 · Blood", ("P2",), 70, "sick", True),
        ("P10 · Blood", ("P10",), 40, "sick", False),
    ]


def test_the_cells_of_the_parts_are_those_that_reading_the_datasets_gives(tmp_path):
    path = write_file(tmp_path / "a.h5ad", number=[1, 2] * 80 + [3] * 15, flag=[True, False] * 80 + [True] * 15)
    for column in ("number", "flag"):
        plan = plan_file(Brought(path, "a.h5ad"), "A", Choices(split=column, min_cells=1))
        read = [load_dataset(source, roles=Roles()).adata.n_obs for source in sources(plan)]
        assert read == [part.n_cells for part in plan.parts] and sum(read) == 175


def test_a_part_with_many_conditions_is_called_mixed():
    values, states = np.array(["a"] * 100, object), np.array(["x"] * 89 + ["y"] * 11, object)
    assert split("F", values, condition=states)[0].condition == "mixed"
    states[89] = "x"
    assert split("F", values, condition=states)[0].condition == "x"


def test_parts_of_one_name_are_one_dataset_with_the_cells_of_all(tmp_path):
    path = write_file(tmp_path / "a.h5ad")
    parts = (Part("Sick", ("P2",), 70, "sick"), Part("Sick ", ("P10",), 40, "sick"), Part("P1", ("P1",), 60, "healthy"))
    merged, other = sources(FilePlan("A", path, parts, "donor"))
    assert (merged.name, merged.values, merged.condition, other.name) == ("Sick", ("P2", "P10"), "sick", "P1")
    assert load_dataset(merged, roles=Roles()).adata.n_obs == 110


def test_a_file_without_a_split_is_one_dataset_of_all_cells(tmp_path):
    [source] = sources(plan_file(Brought(write_file(tmp_path / "a.h5ad"), "a.h5ad"), "A", Choices(tissue="lung")))
    assert (source.name, source.column, source.values, source.tissue) == ("A", None, (), "lung")


def test_guesses_fill_what_nobody_said_and_words_override_them(tmp_path):
    path = write_file(tmp_path / "a.h5ad")
    brought = Brought(path, "a.h5ad", report(modality="spatial", tissue="skin", species="mouse", condition="state"))
    guessed = plan_file(brought, "A", Choices(), condition="state")
    assert (guessed.modality, guessed.species, guessed.parts[0].tissue) == ("spatial", "mouse", "skin")
    assert guessed.parts[0].condition == "mixed"
    said = plan_file(brought, "A", Choices(modality="rna", condition="sick"), condition="state")
    assert (said.modality, said.parts[0].condition) == ("rna", "sick")


def test_a_role_is_guessed_only_where_every_file_has_the_column(tmp_path):
    one = Brought(write_file(tmp_path / "a.h5ad"), "a", report(batch="donor", condition="state"))
    two = Brought(write_file(tmp_path / "b.h5ad", donor=DONORS), "b", report(batch="donor"))
    assert guess_roles([one, two]) == Roles(batch="donor")
    assert role_columns(plan_study("T", [(one, Choices()), (two, Choices())]).files) == (["donor"], {"state": ["b"]})


def test_two_files_of_one_name_give_datasets_of_different_names(tmp_path):
    path = write_file(tmp_path / "a.h5ad")
    files = [(Brought(path, "x/blood.h5ad"), Choices(split="donor")), (Brought(path, "blood.csv.gz"), Choices())]
    plan = plan_study("T", files)
    assert [s.name for s in plan.sources()] == ["P1 · blood", "P2 · blood", "blood (2)"]


@pytest.mark.parametrize(("name", "title"), [
    ("blood.csv.gz", "blood"), ("/a/b/s.2024.h5ad", "s.2024"), (".h5ad", ".h5ad"), ("folder/", "folder"),
    ("C:\\data\\x.loom", "x"), ("no_ending", "no_ending"),
])  # fmt: skip
def test_a_file_is_called_by_its_name_without_endings(name, title):
    assert file_title(name) == title


def test_a_taken_name_gets_the_next_number():
    assert distinct("a", ["a", "a (2)"]) == "a (3)" and distinct("b", ["a"]) == "b"


def test_a_study_is_planned_again_as_it_is(tmp_path):
    path = write_file(tmp_path / "a.h5ad")
    by_donor = Choices(split="donor", qc=QcLimits(min_genes=5))
    files = [(Brought(path, "a.h5ad"), by_donor), (Brought(path, "b.h5ad"), Choices())]
    study = plan_study("T", files).study("t")
    again = file_plans(study, {path: "Blood"})
    assert StudyPlan("T", again, study.roles).study("t") == study
    full = with_levels(again[0], peek.labels(path, "donor"))
    assert [(p.name, p.n_cells, p.kept) for p in full.parts] == [
        ("P1 · a", 60, True), ("P2 · a", 70, True), ("P10 · Blood", 40, False)]  # fmt: skip


def test_only_columns_of_few_levels_can_split(tmp_path):
    obs = {"donor": DONORS, "barcode": [f"b{i}" for i in range(175)], "depth": np.arange(175) / 3}
    path = write_file(tmp_path / "a.h5ad", **obs)
    assert split_columns(path) == [("donor", 3)]


def test_what_stands_in_the_way_is_said(tmp_path):
    path = write_file(tmp_path / "a.h5ad")
    one = FilePlan("A", path, (Part("A", (), 175),))
    assert "so far there is 1. Split the file" in texts(StudyPlan("T", (one,)))
    assert "so far there are none" in texts(StudyPlan("T", ()))
    assert "needs a title" in texts(StudyPlan(" ", (one, one)))
    assert "Two files have a dataset called 'A'" in texts(StudyPlan("T", (one, one)))
    assert "'G' is not on this machine" in texts(StudyPlan("T", (FilePlan("G", "/no.h5ad", ()),)))
    limits = FilePlan("A", path, one.parts, qc=QcLimits(min_counts=9, max_counts=3))
    assert "least counts (9) lie above most counts (3)" in texts(StudyPlan("T", (limits,)))
    assert all(fault.stops for fault in faults(StudyPlan("T", (one,))))


def test_a_role_that_a_file_lacks_stands_in_the_way(tmp_path):
    a = FilePlan("A", write_file(tmp_path / "a.h5ad"), (Part("A", (), 175),))
    b = FilePlan("B", write_file(tmp_path / "b.h5ad", donor=DONORS), (Part("B", (), 175),))
    plan = StudyPlan("T", (a, b), Roles(condition="state"))
    assert "condition is read from the column 'state', which 'B' does not have" in texts(plan)
    assert faults(StudyPlan("T", (a, b), Roles(batch="donor"))) == []


def test_what_is_odd_is_said_and_does_not_stand_in_the_way(tmp_path):
    a = FilePlan("A", write_file(tmp_path / "a.h5ad"), (Part("A", (), 175, "mixed"),), species="human")
    b = FilePlan("B", write_file(tmp_path / "b.h5ad", prefix="ENSG"), (Part("B", (), 20),), species="Mouse")
    found = faults(StudyPlan("T", (a, b)))
    said = " ".join(fault.text for fault in found)
    assert "2 species: human, mouse" in said and "orthologs" in said
    assert "'A' holds cells of more than one condition" in said and "B (20)" in said
    assert not any(fault.stops for fault in found)


def test_files_that_name_genes_differently_are_told_apart_by_examples(tmp_path):
    a = FilePlan("A", write_file(tmp_path / "a.h5ad"), (Part("A", (), 175),))
    b = FilePlan("B", write_file(tmp_path / "b.h5ad", prefix="ENSG"), (Part("B", (), 175),))
    said = texts(StudyPlan("T", (a, b)))
    assert "share 0 gene names" in said and "'A' has G0, G1; 'B' has ENSG0" in said


def test_counts_are_found_where_they_are(tmp_path):
    path = write_file(tmp_path / "a.h5ad")
    adata = anndata.read_h5ad(path)
    adata.layers["counts"], adata.X = adata.X.copy(), np.log1p(adata.X.toarray())
    adata.write_h5ad(path)
    assert plan_file(Brought(path, "a"), "A", Choices()).counts == "layers/counts"


def test_covid_and_healthy_blood_becomes_a_dataset_a_donor():
    path = str(shared("data/covid/combat_pbmc_covid_4donors.h5ad"))
    plan = plan_study("COVID", [(Brought(path, "combat.h5ad", report(condition="condition")), Choices(split="donor"))])
    assert [(p.name, p.n_cells, p.condition) for p in plan.files[0].kept] == [
        ("H00049 · combat", 800, "control"), ("H00053 · combat", 800, "control"),
        ("S00016 · combat", 707, "COVID-19"), ("S00040 · combat", 684, "COVID-19"),
    ]  # fmt: skip
    assert faults(plan) == [] and len(plan.study("covid").datasets) == 4


def test_stimulated_and_control_blood_becomes_two_datasets():
    path = str(shared("data/multimodal/rna/kang_pbmc_ctrl_stim.h5ad"))
    plan = plan_file(Brought(path, "kang.h5ad"), "Kang", Choices(split="batch"), condition="batch")
    assert [(p.n_cells, p.condition) for p in plan.parts] == [(1000, "ctrl"), (1000, "stim")]


def perturbed_file(path, kinds=None):
    """A file whose cells are of two perturbations and control, of one kind or of `kinds`."""
    label = (["ctrl"] * 60 + ["G1+ctrl"] * 60 + ["G2+ctrl"] * 55)
    return write_file(path, condition=label, perturbation_type=kinds or ["CRISPRi"] * 175)


def test_one_file_of_perturbed_cells_is_a_study(tmp_path):
    brought = Brought(perturbed_file(tmp_path / "a.h5ad"), "a.h5ad", report(perturbation="condition"))
    plan = plan_study("Screen", [(brought, Choices())])
    assert plan.is_screen and plan.perturbed == Perturbed(kind_column="perturbation_type")
    assert not any(fault.stops for fault in faults(plan))
    study = plan.study("screen")
    assert len(study.datasets) == 1 and study.is_screen and study.perturbed == plan.perturbed
    plain = plan_study("Cells", [(brought, Choices())], Roles())
    assert plain.perturbed == Perturbed() and "A screen needs one" in texts(plain)


def test_the_kind_of_a_screen_is_guessed_from_the_name_of_its_file(tmp_path):
    path = write_file(tmp_path / "k562_CRISPRa.h5ad", condition=["ctrl"] * 90 + ["G1"] * 85)
    plan = plan_study("S", [(Brought(path, "k562_CRISPRa.h5ad", report(perturbation="condition")), Choices())])
    assert plan.perturbed == Perturbed("activation")


def test_what_speaks_against_a_screen_is_said(tmp_path):
    brought = Brought(perturbed_file(tmp_path / "a.h5ad"), "a.h5ad", report(perturbation="condition"))

    def said(**perturbed):
        return texts(plan_study("S", [(brought, Choices())], perturbed=Perturbed(**perturbed)))

    assert "Say how genes were perturbed" in said(control="ctrl")
    assert "No label of 'condition' is called 'NT'" in said(kind="knockout", control="NT")
    assert "Choose their label: ctrl, G1+ctrl, G2+ctrl" in said(kind="knockout", control="NT")
    assert "read from the column 'how', which a does not have" in said(kind_column="how")
    assert said(kind="knockout") == ""
    table = FilePlan("T", brought.path, (Part("T", (), 12),), modality="effects")
    assert "perturbed: knockout" in texts(StudyPlan("S", (table,)))
    assert texts(StudyPlan("S", (table,), perturbed=Perturbed("knockout"))) == ""

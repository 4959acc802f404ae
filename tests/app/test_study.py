"""The form of a study: what it fills in, what it says, and what it saves."""

from __future__ import annotations

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from app.pages import study
from app.pages.study.acts import save_study
from app.pages.study.changes import change_files, new_conditions, new_parts
from app.pages.study.form import read_review
from app.pages.study.origins import added, find, first_origins
from app.pages.study.reading import read
from engine.errors import InvalidStudy, UnknownName
from engine.io import peek
from engine.io.dataset import load_dataset
from engine.io.report import Guess, Report
from engine.studies.split import Part
from engine.types import Perturbed, QcLimits
from tests.app.reading import find as component
from tests.app.reading import links, parts, words
from tests.shared_data import shared


def upload(services, tmp_path, name="blood.h5ad", *, ready=True, proteins=0, seed=0, obs=None, **guesses) -> str:
    """An uploaded file of 200 cells whose report is written by hand; its id."""
    rng = np.random.default_rng(seed)
    obs = obs or {"donor": ["P1"] * 90 + ["P2"] * 80 + ["P3"] * 30, "state": ["well"] * 90 + ["sick"] * 110}
    table = pd.DataFrame(obs, index=[f"c{i}" for i in range(200)])
    adata = anndata.AnnData(sparse.csr_matrix(rng.poisson(2, (200, 120)).astype(np.float32)), obs=table,
                            var=pd.DataFrame(index=[f"G{i}" for i in range(120)]))  # fmt: skip
    if proteins:
        adata.obsm["protein"] = pd.DataFrame(rng.poisson(9, (200, proteins)), index=table.index,
                                             columns=[f"CD{i}" for i in range(proteins)])  # fmt: skip
    adata.write_h5ad(tmp_path / "up.h5ad")
    file = services.files.add(name, tmp_path / "up.h5ad")
    adata.write_h5ad(services.files.matrix(file.id))
    found = {what: Guess(value, f"{value} because.") for what, value in guesses.items()}
    path = str(services.files.matrix(file.id))
    services.files.write_report(file.id, Report("h5ad", 200, 120, 9, "X", "", "symbol", "No whole counts.", ready,
                                                found, peek.columns(path), proteins=proteins))  # fmt: skip
    return file.id


@pytest.fixture
def blood(services, tmp_path) -> str:
    """A file with three donors in two states, and its guesses."""
    return upload(services, tmp_path, batch="donor", condition="state", control="well", tissue="blood", modality="rna",
                  species="human")  # fmt: skip


def sent(page, **changed) -> list[dict]:
    """What the browser sends of a form, with some fields changed; keys are `what` of fields or ids."""
    given = []
    for part in parts(page):
        which = getattr(part, "id", None)
        kind = which.get("type") if isinstance(which, dict) else which
        if kind in ("study-title", "study-description", "study-citation", "study-role", "study-file", "study-part",
                    "study-perturbed"):  # fmt: skip
            name = (which.get("what") or which.get("role")) if isinstance(which, dict) else which
            given.append({"id": which, "value": changed.get(name, getattr(part, "value", None))})
        elif kind in ("study-name", "study-levels"):
            given.append({"id": which, "value": part.data})
        elif kind == "study-keep":
            given.append({"id": which, "value": changed.get(f"keep{which['part']}", part.checked)})
    return given


def test_without_files_the_page_leads_to_data(services):
    page = study.layout(services, "new")
    assert "/data" in links(page) and "no file to make a study of" in words(page)


def test_without_files_in_the_address_the_usable_ones_are_offered(services, tmp_path, blood):
    upload(services, tmp_path, "half.h5ad", ready=False)
    boxes = [part for part in parts(study.layout(services, "new")) if part.__class__.__name__ == "Checkbox"]
    assert [(box.value, box.label) for box in boxes] == [(blood, "blood.h5ad")]


def test_a_lone_file_is_split_by_donor_and_the_guesses_are_filled_in_with_their_reasons(services, blood):
    page = study.layout(services, "new", files=blood)
    plan = read(services, sent(page))
    assert [(p.name, p.n_cells, p.condition, p.tissue, p.kept) for p in plan.files[0].parts] == [
        ("P1 · blood", 90, "well", "blood", True), ("P2 · blood", 80, "sick", "blood", True),
        ("P3 · blood", 30, "sick", "blood", False),
    ]  # fmt: skip
    assert (plan.title, plan.roles.condition, plan.roles.batch) == ("Blood", "state", "donor")
    told = " ".join([words(page), *(str(getattr(part, "description", "")) for part in parts(page))])
    assert "donor because." in told and "well because." in told and "rna because." in told
    assert "1 part is not used" in told


def test_the_summary_follows_and_says_what_is_missing(services, blood):
    page = study.layout(services, "new", files=blood)
    assert "2 datasets, 170 cells" in words(read_review(services, sent(page))).replace("\u202f", " ")
    assert "2 conditions" in words(read_review(services, sent(page)))
    said = words(read_review(services, sent(page, keep1=False, **{"study-title": ""})))
    assert "needs a title" in said and "so far there is 1" in said
    assert "must be a number of 0 or more" in words(read_review(services, sent(page, min_counts=-3)))


def test_saving_keeps_the_study_and_leads_to_it(services, blood):
    page = study.layout(services, "new", files=blood)
    fault, choices, value, *_, path, search = save_study(services, sent(page, min_genes=3, keep2=True))
    kept = services.library.study("blood")
    assert (fault, value, path, search) == ("", "blood", "/studies", "?show=blood")
    assert {"value": "blood", "label": "Blood"} in choices
    assert [(s.name, s.values, s.condition, s.qc) for s in kept.datasets] == [
        ("P1 · blood", ("P1",), "well", QcLimits(min_genes=3)), ("P2 · blood", ("P2",), "sick", QcLimits(min_genes=3)),
        ("P3 · blood", ("P3",), "sick", QcLimits(min_genes=3)),
    ]  # fmt: skip
    assert load_dataset(kept.datasets[2], roles=kept.roles).adata.n_obs == 30


def test_what_cannot_be_saved_is_said_and_nothing_is_kept(services, blood):
    page = study.layout(services, "new", files=blood)
    fault, *rest = save_study(services, sent(page, name=""))
    assert "The study is not saved" in words(fault) and "needs a name" in words(fault)
    assert len(services.library.studies()) == 1 and all(r.__class__.__name__ == "NoUpdate" for r in rest)


def test_a_file_that_was_deleted_meanwhile_is_said(services, blood):
    page = study.layout(services, "new", files=blood)
    services.files.delete(blood)
    assert "It may have been deleted" in words(save_study(services, sent(page))[0])
    assert "It may have been deleted" in words(read_review(services, sent(page)))
    assert "It may have been deleted" in words(study.layout(services, "new", files=blood))


def test_files_that_cannot_be_used_are_named(services, tmp_path, blood):
    half = upload(services, tmp_path, "half.h5ad", ready=False)
    said = words(study.layout(services, "new", files=f"{blood},{half},nothing"))
    assert "'half.h5ad' cannot be used yet. No whole counts." in said and "no file 'nothing'" in said


def test_a_saved_study_opens_with_what_was_chosen_and_saves_to_the_same_name(services, blood):
    save_study(services, sent(study.layout(services, "new", files=blood), keep2=True))
    page = study.layout(services, "blood")
    again = read(services, sent(page))
    assert again.study("blood") == services.library.study("blood")
    save_study(services, sent(page, **{"study-title": "Other title"}, keep0=False))
    changed = services.library.study("blood")
    assert changed.title == "Other title" and [s.name for s in changed.datasets] == ["P2 · blood", "P3 · blood"]
    parts_now = read(services, sent(study.layout(services, "blood"))).files[0].parts
    assert [(p.name, p.kept) for p in parts_now] == [
        ("P2 · blood", True), ("P3 · blood", True), ("P1 · blood", False)]  # fmt: skip


def test_a_study_is_extended_by_a_file(services, tmp_path, blood):
    save_study(services, sent(study.layout(services, "new", files=blood)))
    more = upload(services, tmp_path, "blood.h5ad", seed=1)
    page = study.layout(services, "blood", files=more)
    save_study(services, sent(page))
    assert [s.name for s in services.library.study("blood").datasets] == ["P1 · blood", "P2 · blood", "blood (2)"]


def test_a_study_that_ships_is_not_edited_and_one_that_is_not_there_is_named(services):
    with pytest.raises(InvalidStudy, match="Copy it"):
        study.layout(services, "pbmc68k-lineages")
    with pytest.raises(UnknownName, match="no study 'nothing'"):
        study.layout(services, "nothing")


def test_a_copy_of_the_bundled_study_can_be_edited(services):
    services.library.copy("pbmc68k-lineages", "Mine")
    page = study.layout(services, "mine")
    assert read(services, sent(page)).study("mine") == services.library.study("mine")
    assert "687 cells" in words(read_review(services, sent(page)))


def test_another_split_gives_other_parts_and_keeps_what_was_typed(services, blood):
    rows = new_parts(services, f"file-{blood}", "new", "state", Part("blood", (), 0, "none", "skin"), None)
    fields = {(p.id["part"], p.id["what"]): p.value for p in parts(rows) if getattr(p, "id", {}) and "part" in p.id
              and "what" in p.id}  # fmt: skip
    assert fields[0, "name"] == "sick · blood" and fields[1, "condition"] == "well" and fields[0, "tissue"] == "skin"
    whole = new_parts(services, f"file-{blood}", "new", None, Part("blood"), None)
    assert "All cells are one dataset" in words(whole)


def test_a_condition_column_names_the_parts_where_the_file_has_it(services, blood):
    told = {"title": "blood", "column": "donor", "parts": [{"values": ["P1", "P2"], "cells": 170},
                                                          {"values": ["P3"], "cells": 30}]}  # fmt: skip
    assert new_conditions(services, f"file-{blood}", "new", told, "state") == {0: "mixed", 1: "sick"}
    assert new_conditions(services, f"file-{blood}", "new", told, "nothing") == {}


def test_files_are_added_and_removed_in_place(services, tmp_path, blood):
    more = upload(services, tmp_path, "more.h5ad", seed=1)
    block, left, roles = change_files(services, [f"file-{blood}"], ["blood"], "new", ["state", None, None, None],
                                      add=more, remove=None, condition="state")  # fmt: skip
    assert "Bring more on the Data page" in words(left)
    assert {"value": "state", "label": "state"} in roles[0]
    _, left, roles = change_files(services, [f"file-{blood}", f"file-{more}"], ["blood", "more"], "new",
                                  ["state", None, None, None], add=None, remove=f"file-{blood}",
                                  condition=None)  # fmt: skip
    assert [option["value"] for option in component(left, "study-more").data] == [blood]


def test_a_role_that_only_one_file_has_is_shown_so_and_not_chosen(services, tmp_path, blood):
    other = upload(services, tmp_path, "other.h5ad", obs={"donor": ["Q"] * 200})
    page = study.layout(services, "new", files=f"{blood},{other}")
    select = component(page, {"type": "study-role", "role": "condition"})
    assert select.value is None and {"value": "state", "label": "state (not in other)"} in select.data
    said = words(read_review(services, sent(page, condition="state")))
    assert "which 'other' does not have" in said or "'state'" in said


def test_proteins_beside_genes_can_be_datasets_of_their_own(services, tmp_path):
    cite = upload(services, tmp_path, "cite.h5ad", proteins=9, batch="donor", depth="donor")
    origin = added(services, f"{cite}-proteins", taken=["cite"], condition=None)
    assert (origin.plan.modality, origin.plan.counts, origin.plan.title) == ("protein", "obsm/protein", "cite proteins")
    page = study.layout(services, "new", files=f"{cite},{cite}-proteins")
    save_study(services, sent(page))
    _, proteins = services.library.studies()[1].datasets
    assert load_dataset(proteins, roles=services.library.studies()[1].roles).adata.shape == (200, 9)
    again = first_origins(services, services.library.studies()[1], [])[0]
    assert [o.part for o in again] == [cite, f"{cite}-proteins"]


def test_limits_chosen_on_the_page_of_a_file_are_filled_in(services, blood):
    services.files.set_limits(blood, QcLimits(min_counts=100, max_mito=12.5))
    plan = read(services, sent(study.layout(services, "new", files=blood)))
    assert plan.files[0].qc == QcLimits(min_counts=100, max_mito=12.5)


def test_a_block_is_not_found_under_a_key_that_somebody_made_up(services, blood):
    for key in ("kept-000000000000", "/etc/passwd", "file-../../x", "file-nothing", ""):
        with pytest.raises(UnknownName):
            find(services, key, "new")


def test_covid_against_healthy_blood_is_four_datasets_with_their_conditions(services, tmp_path):
    file = services.files.add("combat.h5ad", _copied(shared("data/covid/combat_pbmc_covid_4donors.h5ad"), tmp_path))
    services.files.matrix(file.id).hardlink_to(services.files.original(file.id))
    guesses = {"batch": Guess("donor", "why."), "condition": Guess("condition", "why.")}
    services.files.write_report(file.id, Report("h5ad", 2991, 25456, 9, "X", "", "symbol", "", True, guesses))
    page = study.layout(services, "new", files=file.id)
    save_study(services, sent(page))
    found = {s.values[0]: s.condition for s in services.library.study("combat").datasets}
    assert found == {"H00049": "control", "H00053": "control", "S00016": "COVID-19", "S00040": "COVID-19"}


def _copied(path, folder):
    copy = folder / "combat.h5ad"
    copy.write_bytes(path.read_bytes())
    return copy


@pytest.fixture
def screened(services, tmp_path) -> str:
    """A file of perturbed cells, controls under a name that nobody else uses."""
    obs = {"gene": ["G1"] * 90 + ["G2"] * 80 + ["baseline 0"] * 30, "perturbation_type": ["CRISPRi"] * 200}
    return upload(services, tmp_path, "screen.h5ad", obs=obs, perturbation="gene", modality="rna", species="human")


def test_a_screen_is_saved_from_one_file_with_its_kind_and_control(services, screened):
    page = study.layout(services, "new", files=screened)
    kind = component(page, {"type": "study-perturbed", "what": "kind_column"})
    control = component(page, {"type": "study-perturbed", "what": "control"})
    assert kind.value == "perturbation_type" and set(control.data) == {"G1", "G2", "baseline 0"}
    assert "No label of 'gene' is named like a control" in words(read_review(services, sent(page)))
    fields = sent(page)
    for one in fields:
        if one["id"] == {"type": "study-perturbed", "what": "control"}:
            one["value"] = "baseline 0"
    assert "No label" not in words(read_review(services, fields))
    save_study(services, fields)
    (kept,) = [s for s in services.library.studies() if s.title == "Screen"]
    assert kept.perturbed == Perturbed("", "perturbation_type", "baseline 0") and len(kept.datasets) == 1
    again = study.layout(services, kept.name)
    assert component(again, {"type": "study-perturbed", "what": "control"}).value == "baseline 0"


def test_a_table_of_effects_is_a_study_of_its_own(services, tmp_path):
    file = upload(services, tmp_path, "t_CRISPRi.h5ad", modality="effects", species="human")
    page = study.layout(services, "new", files=file)
    said = words(read_review(services, sent(page)))
    assert "1 dataset, 200 perturbations" in said.replace("\u202f", " ") and "Table of effects" in said
    save_study(services, sent(page))
    (kept,) = [s for s in services.library.studies() if s.datasets[0].modality == "effects"]
    assert kept.perturbed == Perturbed("interference")


def guided(services, tmp_path) -> str:
    """A file of cells with counts of four guides, and which gene each targets."""
    file = upload(services, tmp_path, "guided_CRISPRi.h5ad", modality="rna", species="human", batch="donor")
    adata = anndata.read_h5ad(services.files.matrix(file))
    adata.obsm["grna"] = np.random.default_rng(0).poisson(1, (200, 4))
    adata.uns["grna_groups"], adata.uns["more"] = np.array(["G1", "G1", "G2", "non-targeting"]), np.array(["a"])
    adata.write_h5ad(services.files.matrix(file))
    return file


def test_guides_beside_the_genes_are_found_and_make_one_dataset_a_screen(services, tmp_path):
    page = study.layout(services, "new", files=guided(services, tmp_path))
    counts, targets = (component(page, {"type": "study-perturbed", "what": what}) for what in
                       ("guides", "guide_targets"))  # fmt: skip
    assert (counts.value, targets.value) == ("grna", "grna_groups") and set(targets.data) == {"grna_groups", "more"}
    save_study(services, sent(page))
    (kept,) = [s for s in services.library.studies() if s.perturbed.guides]
    assert kept.perturbed == Perturbed("interference", guides="grna", guide_targets="grna_groups")
    assert len(kept.datasets) == 1 and kept.is_screen
    without = words(read_review(services, sent(page, guide_targets=None)))
    assert "guides and guide_targets go together" in without


def test_a_file_without_matrices_beside_the_genes_is_not_asked_for_guides(services, screened):
    fields = sent(study.layout(services, "new", files=screened))
    assert not any(one["id"] == {"type": "study-perturbed", "what": "guides"} for one in fields)


def test_two_kinds_in_a_column_are_told_before_the_study_is_saved(services, tmp_path):
    obs = {"gene": ["G1"] * 90 + ["G2"] * 80 + ["ctrl"] * 30, "perturbation_type": ["CRISPRi", "CRISPRa"] * 100}
    page = study.layout(services, "new", files=upload(services, tmp_path, "two.h5ad", obs=obs, perturbation="gene",
                                                      modality="rna", species="human"))  # fmt: skip
    assert "holds activation and interference" in words(read_review(services, sent(page)))
    assert "holds activation" not in words(read_review(services, sent(page, kind="activation")))


def test_a_screen_of_logarithms_serves_knockouts_alone_and_nothing_else_does_without_counts(services, tmp_path):
    obs = {"gene": ["G1"] * 90 + ["G2"] * 80 + ["ctrl"] * 30}
    file = upload(services, tmp_path, "logs_ko.h5ad", obs=obs, perturbation="gene", modality="rna", species="human")
    adata = anndata.read_h5ad(services.files.matrix(file))
    adata.X = adata.X.log1p()
    adata.write_h5ad(services.files.matrix(file))
    page = study.layout(services, "new", files=file)
    assert "serves the Knockout page" in words(read_review(services, sent(page)))
    said = words(read_review(services, sent(page, perturbation=None)))
    assert "A screen needs one" in said

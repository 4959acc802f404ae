"""The page of a file: verdict, guesses, problems with their mends, limits, rename, delete, download."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from dash import Dash, html

from app.pages import data_file
from app.pages.data_file import acts, limits
from app.pages.data_file.download import plain
from engine.io.report import FIXES
from engine.jobs.submit import submit_check
from engine.types import QcLimits
from tests.app.checked_file import REPORT, made_up_cells, write_checked
from tests.app.reading import find, links, parts, words


@pytest.fixture
def file(services, tmp_path):
    return write_checked(services.files, tmp_path / "brought")


def test_an_unknown_file_is_answered_with_a_sentence_and_the_way_to_data(services):
    page = data_file.layout(services, "nothing")
    assert "There is no file 'nothing'" in words(page) and links(page) == ["/data"]


def test_a_file_that_was_never_checked_offers_the_check(services, tmp_path):
    (tmp_path / "a.h5ad").write_bytes(b"1")
    file = services.files.add("a.h5ad", tmp_path / "a.h5ad")
    said = words(data_file.layout(services, file.id))
    assert "has not been checked yet" in said and "Check the file" in said


def test_the_page_tells_verdict_facts_guesses_and_reasons(services, file):
    said = words(data_file.layout(services, file.id))
    for part in (REPORT.verdict, "Ready", "Gene symbols", "50\u202f% of the values are 0", "X holds whole numbers",
                 "no column looks like a donor", "disease", "healthy", "COVID", "21.0 to 88.0", "ACE2", "Not found"):
        assert part in said


def test_problems_come_the_worst_first_with_a_button_for_each_that_can_be_mended(services, file):
    page = data_file.layout(services, file.id)
    tags = [word for word in words(page).split() if word in ("Error", "Warning", "Note")]
    assert tags == ["Error", "Warning", "Note"]
    said = words(page)
    assert FIXES["sum-duplicates"] in said and FIXES["drop-empty-cells"] in said
    assert "Mend all that can be mended" in said and data_file.problems.UNCHANGED in said


def test_only_a_ready_file_can_be_used_or_downloaded(services, file, tmp_path):
    broken = write_checked(services.files, tmp_path / "other", report=replace(REPORT, ready=False))
    assert f"/studies/new?files={file.id}" in links(data_file.layout(services, file.id))
    page = data_file.layout(services, broken.id)
    assert "Not ready" in words(page) and not [h for h in links(page) if h.endswith("matrix.h5ad")]
    assert "Use in a study" not in words(page)


def test_a_mend_is_chosen_then_the_file_is_checked_again_and_the_page_shows_it(services, file):
    data_file.act(services, file.id, "mend", "sum-duplicates")
    assert services.files.get(file.id).fixes == ("sum-duplicates",)
    job = data_file.newest_check(services, file.id)
    assert job.active and job.params["fixes"] == ["sum-duplicates"]
    assert "Checking the file" in words(data_file.layout(services, file.id))


def test_mend_all_takes_each_mend_once_and_undo_takes_one_back(services, file):
    data_file.act(services, file.id, "mend-all", "")
    assert set(services.files.get(file.id).fixes) == {"sum-duplicates", "drop-empty-cells"}
    data_file.act(services, file.id, "undo", "sum-duplicates")
    assert services.files.get(file.id).fixes == ("drop-empty-cells",)


def test_applied_mends_are_listed_with_undo_and_their_button_is_gone(services, file):
    services.files.write_report(file.id, replace(REPORT, fixes=("sum-duplicates",)))
    services.files.set_fixes(file.id, ("sum-duplicates", "drop-empty-cells"))
    page = data_file.layout(services, file.id)
    wanted = [part.id["do"] for part in parts(page) if getattr(part, "id", None) and isinstance(part.id, dict)
              and part.id.get("type") == data_file.ACT]  # fmt: skip
    assert wanted == ["undo", "undo"] and "not applied yet" in words(page)


def test_where_names_do_not_tell_the_side_of_the_genes_the_matrix_can_be_turned(services, file):
    assert FIXES["transpose"] not in words(data_file.layout(services, file.id))
    done = (replace(REPORT.problems[0], code="done", what="Rows were taken as genes."),)
    services.files.write_report(file.id, replace(REPORT, identifiers="unknown", problems=done))
    said = words(data_file.layout(services, file.id))
    assert FIXES["transpose"] in said and "Done while reading" in said and "Nothing is wrong" in said


def test_of_a_file_that_cannot_be_read_only_the_verdict_and_the_problem_are_shown(services, file):
    unread = replace(REPORT, n_cells=0, n_genes=0, ready=False, identifiers="unknown", problems=REPORT.problems[1:2])
    services.files.write_report(file.id, unread)
    said = words(data_file.layout(services, file.id))
    assert "Problems" in said and "What Geneweave understood" not in said and FIXES["transpose"] not in said


def test_a_failed_check_says_why_and_keeps_the_report_before(services, file):
    job = submit_check(services.jobs, file)
    services.jobs.cancel(job.id)
    said = words(data_file.layout(services, file.id))
    assert "did not end well" in said and "Try again" in said and REPORT.verdict in said


def test_the_page_is_drawn_anew_only_when_the_state_of_the_check_changed(services, file):
    job = submit_check(services.jobs, file)
    queued = data_file.seen(job)
    assert queued == data_file.seen(replace(job, status="running"))
    assert queued != data_file.seen(replace(job, status="done"))


def test_limits_are_counted_as_by_hand(services):
    facts = made_up_cells(500)
    chosen = QcLimits(min_counts=2000, max_mito=8)
    few, dirty = facts.counts < 2000, facts.mito > 8
    said = limits.said(facts, chosen)
    assert said.startswith(f"{500 - (few | dirty).sum()} of 500 cells kept")
    assert f"{few.sum()} by least counts" in said and f"{dirty.sum()} by most mitochondrial counts" in said


def test_without_limits_all_cells_are_kept_and_with_impossible_ones_none(services):
    facts = made_up_cells(50)
    assert limits.said(facts, QcLimits()) == "All 50 cells are kept."
    assert "0 of 50 cells kept" in limits.said(facts, QcLimits(min_counts=1e9)) and "Loosen" in limits.said(
        facts, QcLimits(min_counts=1e9))  # fmt: skip


def test_half_typed_limits_are_open(services):
    assert limits.read_limits(["", "-", None, 5]) == QcLimits(max_mito=5)
    assert limits.read_limits([-3, 0, 7.5, ""]) == QcLimits(max_counts=0, min_genes=7.5)


def test_chosen_limits_stay_with_the_file(services, file):
    services.files.set_limits(file.id, QcLimits(min_genes=200))
    page = data_file.layout(services, file.id)
    assert find(page, "qc-min-genes").value == 200 and find(page, "qc-max-mito").value == ""
    assert words(find(page, "qc-said")) != "All 3\u202f000 cells are kept."


def test_the_facts_of_the_cells_that_cannot_be_read_are_a_sentence(services, file):
    services.files.cells(file.id).write_bytes(b"not an array")
    assert "Check the file again" in words(data_file.layout(services, file.id))


def test_no_facts_of_cells_no_limits(services, file):
    np.savez(services.files.cells(file.id), **{name: np.zeros(0, np.float32) for name in ("counts", "genes", "mito")})
    assert "Which cells to keep" not in words(data_file.layout(services, file.id))


def test_a_blank_name_is_refused_in_the_dialog(services, file):
    stays_open, _, fault = acts.renamed(services, file.id, "  ")
    assert stays_open and "needs a name" in fault
    assert acts.renamed(services, file.id, " Blood ") == (False, "Blood", "")


def test_deleting_a_file_stops_its_check(services, file):
    job = submit_check(services.jobs, file)
    acts.delete(services, file.id)
    assert services.jobs.get(job.id).status == "cancelled" and not services.files.list()


def test_the_matrix_is_downloaded_under_the_name_of_the_file(services, file, tmp_path):
    broken = write_checked(services.files, tmp_path / "other", report=replace(REPORT, ready=False))
    app = Dash("page")
    app.layout = html.Div()
    data_file.register(app, services)
    client = app.server.test_client()
    answer = client.get(f"/data/files/{file.id}/matrix.h5ad")
    assert answer.data == b"the matrix" and "filename=blood.h5ad" in answer.headers["Content-Disposition"]
    for wrong in (broken.id, "nothing"):
        answer = client.get(f"/data/files/{wrong}/matrix.h5ad")
        assert answer.status_code == 404 and answer.mimetype == "text/plain"


@pytest.mark.parametrize(("name", "stem"), [("a b/c.h5ad", "a-b-c"), ("../..", "matrix"), ("Blut größe", "Blut-größe")])
def test_a_name_becomes_the_stem_of_a_file(name, stem):
    assert plain(name) == stem

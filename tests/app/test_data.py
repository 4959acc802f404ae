"""The Data page: the zone, the list with its checks, rename, delete, and the way to a study."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.components.data_tabs import TABS
from app.components.file_list import facts, file_list, read_rows, signature, size
from app.components.upload_zone import ENDINGS, ZONE, upload_zone
from app.pages import data
from engine.files import DataFile
from engine.io.report import Guess, Problem, Report
from engine.jobs.claim import take
from engine.jobs.submit import submit_check
from tests.app.reading import find, links, parts, words

READY = Report(
    format="h5ad", n_cells=2700, n_genes=32738, n_values=10, counts="X", counts_say="whole counts",
    identifiers="symbol",
    verdict="Ready.", ready=True, guesses={"modality": Guess("rna"), "species": Guess("human")},
    problems=(Problem("warning", "mito", "Much mitochondrial RNA.", "cells", "Set a limit."),
              Problem("warning", "low", "Few counts.", "cells", "Set a limit."), Problem("note", "n", "Fine.", "", "")),
)  # fmt: skip
BROKEN = Report(
    format="h5ad", n_cells=0, n_genes=0, n_values=0, counts="", counts_say="", identifiers="unknown",
    verdict="Not ready.", ready=False,
    problems=(Problem("error", "damaged", "The file ends in the middle.", "file", "Upload it again."),),
)  # fmt: skip


def bring(services, name: str = "cells.h5ad", report: Report | None = None) -> DataFile:
    source = Path(services.settings.home) / name
    source.write_bytes(b"x" * 1500)
    file = services.files.add(name, source)
    if report:
        services.files.write_report(file.id, report)
    return file


def row_words(services) -> str:
    return words(file_list(read_rows(services)))


def test_an_empty_page_says_what_it_will_show_and_which_formats_are_understood(services):
    page = data.layout(services)
    said = words(page)
    assert "No file yet" in said and "0 bytes of 200 GB used" in said
    assert all(ending in said for ending in (".h5ad", ".h5mu", ".loom", ".csv", "Visium", "zarr", "matrix folder"))
    assert links(page)[: len(TABS)] == list(TABS)


def test_the_browser_is_told_the_limits(services):
    limits = json.loads(getattr(find(upload_zone(services), ZONE), "data-limits"))
    assert (limits["one"], limits["all"], limits["used"]) == (50 * 10**9, 200 * 10**9, 0)
    assert limits["endings"] == list(ENDINGS) and ".tar.gz" in ENDINGS


def test_a_ready_file_shows_cells_genes_modality_species_and_problems_by_severity(services):
    file = bring(services, report=READY)
    page = data.layout(services)
    assert facts(READY) == "2\u202f700 cells × 32\u202f738 genes · RNA · human" and facts(READY) in words(page)
    assert "Ready" in words(page) and "2 warnings" in words(page) and "1 note" in words(page)
    assert f"/data/files/{file.id}" in links(page)


def test_a_file_that_is_not_ready_says_why_and_cannot_be_picked(services):
    file = bring(services, report=BROKEN)
    table = file_list(read_rows(services))
    assert "Not ready" in words(table) and "ends in the middle" in words(table) and "0 cells" not in words(table)
    box = find(table, {"type": "data-pick", "file": file.id})
    assert box.disabled


def test_a_running_check_is_shown_with_its_bar_and_moves_the_signature(services):
    file = bring(services)
    before = signature(read_rows(services))
    job = submit_check(services.jobs, file)
    take(services.jobs, job.id).write({"fraction": 0.4, "stage": "Reading the genes"})
    table = file_list(read_rows(services))
    [bar] = [part for part in parts(table) if getattr(part, "className", "") == "gw-progress data-bar"]
    assert bar.value == "40" and "Reading the genes" in words(table)
    assert signature(read_rows(services)) != before == json.loads(json.dumps(before))


def test_a_failed_check_says_its_sentence_and_is_tried_again(services):
    file = bring(services)
    job = submit_check(services.jobs, file)
    take(services.jobs, job.id).fail("The disk is full. Make room.")
    assert "The disk is full." in row_words(services) and "Check again" in row_words(services)
    assert data.act(services, "check", file.id, "") is None
    assert [job.status for job in services.jobs.list()] == ["queued", "failed"]


def test_files_are_listed_the_newest_first(services):
    first, second = bring(services, "first.h5ad"), bring(services, "second.h5ad")
    assert [row.file.id for row in read_rows(services)] == [second.id, first.id]


def test_picked_files_lead_to_a_new_study():
    ids = [{"type": "data-pick", "file": name} for name in ("a1", "b2", "c3")]
    link = data.study_link(data.chosen([True, False, True], ids))
    assert link.href == "/studies/new?files=a1,c3" and "2 selected files" in words(link)
    assert data.study_link([]).disabled


def test_a_file_is_renamed_and_an_empty_name_is_refused(services):
    file = bring(services)
    title, form = data.ask(services, "rename", file.id)
    assert title == "Rename the file" and find(form, {"type": "data-name", "file": file.id}).value == "cells.h5ad"
    assert data.act(services, "rename", file.id, "Blood of four donors") is None
    assert "Blood of four donors" in row_words(services)
    assert "needs a name" in words(data.act(services, "rename", file.id, "  "))


def test_deleting_a_file_stops_its_check(services):
    file = bring(services)
    job = submit_check(services.jobs, file)
    data.act(services, "delete", file.id, "")
    assert services.jobs.get(job.id).status == "cancelled"


def test_deleting_asks_and_says_which_studies_use_the_file(services):
    file = bring(services, report=READY)
    assert "No study uses it" in words(data.ask(services, "delete", file.id)[1])
    datasets = "".join(f'[[datasets]]\nname = "{name}"\npath = "{services.files.matrix(file.id)}"\n' for name in "ab")
    folder = services.settings.folder("studies")
    (folder / "mine.toml").write_text(f'name = "mine"\ntitle = "My donors"\n{datasets}')
    said = words(data.ask(services, "delete", file.id)[1])
    assert "1 study uses it: My donors" in said and "'cells.h5ad' (1.5 KB)" in said
    assert data.act(services, "delete", file.id, "") is None and services.files.list() == []
    assert "There is no file" in words(data.act(services, "delete", file.id, ""))


@pytest.mark.parametrize(("n", "said"), [
    (0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 KB"), (30_000_000, "30 MB"), (1_234_000_000, "1.23 GB"),
    (200e9, "200 GB"),
])  # fmt: skip
def test_sizes_are_said_with_three_figures(n, said):
    assert size(n) == said


def test_the_bundled_client_brings_its_licence_and_asks_no_other_host():
    assets = Path(data.__file__).parents[2] / "assets"
    assert "MIT License" in (assets / "tus-LICENSE.txt").read_text()
    assert not re.search(r"sourceMappingURL|https?://\w", (assets / "tus.min.js").read_text())

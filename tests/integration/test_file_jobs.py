"""Files and networks as jobs on real workers and both brokers."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.files import Files
from engine.jobs.submit import submit_check, submit_networks
from engine.params import NetworkParams
from engine.pipeline import graph_id
from engine.store import Store
from tests.integration.test_jobs_run import place_study
from tests.simulated import simulated_counts


def brought(place, *, empty_cells: int = 0) -> tuple[Files, str]:
    """A file of made-up cells, some without a count, as an upload would leave it."""
    adata = simulated_counts(120, 40, seed=0)
    adata.X = adata.X.multiply((np.arange(120) >= empty_cells)[:, None]).tocsr()
    path = Path(place.settings.home) / "incoming.h5ad"
    adata.write_h5ad(path)
    files = Files(place.settings)
    return files, files.add("cells.h5ad", path).id


def test_a_file_is_checked_mended_and_its_original_left_alone(place):
    files, file_id = brought(place, empty_cells=7)
    before = hashlib.sha256(files.original(file_id).read_bytes()).hexdigest()
    place.start_worker("interactive")
    job = place.ended(submit_check(place.table, files.get(file_id)).id)
    assert (job.status, job.result) == ("done", file_id), job.error
    fixable = {problem.fix for problem in files.report(file_id).problems}
    assert files.report(file_id).n_cells == 120 and "drop-empty-cells" in fixable
    job = place.ended(submit_check(place.table, files.set_fixes(file_id, ("drop-empty-cells",))).id)
    report = files.report(file_id)
    assert (job.status, report.n_cells, report.ready) == ("done", 113, True), job.error
    assert files.matrix(file_id).is_file() and files.cells(file_id).is_file()
    assert hashlib.sha256(files.original(file_id).read_bytes()).hexdigest() == before


def test_a_file_that_is_no_matrix_has_a_report_that_says_so(place):
    path = Path(place.settings.home) / "notes.h5ad"
    path.write_text("these are my notes")
    files = Files(place.settings)
    file = files.add("notes.h5ad", path)
    place.start_worker("interactive")
    assert place.ended(submit_check(place.table, file).id).status == "done"
    report = files.report(file.id)
    assert not report.ready and [problem.severity for problem in report.problems] == ["error"]
    assert not files.matrix(file.id).exists()


def test_networks_are_found_without_a_map(place):
    study, params = place_study(place), NetworkParams(n_genes=50)
    place.start_worker()
    job = place.ended(submit_networks(place.table, study.name, params).id)
    assert (job.status, job.result) == ("done", study.name), job.error
    store = Store(place.settings)
    assert all(store.has(graph_id(source, params, roles=study.roles, store=store)) for source in study.datasets)

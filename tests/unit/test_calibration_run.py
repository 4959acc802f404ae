"""The calibration run, how it is kept, and the sizes of a study that are found without reading it."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from engine.calibration import kept as keeping
from engine.calibration.costs import Calibration, DatasetSize, estimate
from engine.calibration.kept import calibrated, keep, kept, machine_key
from engine.calibration.sizes import study_sizes
from engine.errors import InvalidStudy
from engine.io.dataset import load_dataset
from engine.io.study_file import read_study
from engine.jobs.handlers import HANDLERS
from engine.jobs.submit import CALIBRATE, submit_calibration
from engine.jobs.table import JobTable
from engine.library import Library
from engine.params import NetworkParams
from engine.pp.residuals import detected_fraction
from engine.profiles import FAST
from engine.progress import Progress
from engine.settings import Settings
from engine.store import Store
from tests.simulated import write_study

MADE_UP = Calibration((1.0,) * 4, (1.0,) * 3, (1.0,) * 5, (1.0,) * 2, (1.0,) * 2, (1.0,) * 2, "CPU, 1 thread")


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path / "home")})


def test_a_run_on_tiny_data_times_every_stage_and_leaves_nothing_behind(tmp_path, monkeypatch):
    from engine.calibration.timing import calibrate

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    sizes = (DatasetSize(80, 60, 40), DatasetSize(100, 90, 60), DatasetSize(120, 90, 70), DatasetSize(80, 90, 90))
    found = calibrate(device="cpu", sizes=sizes)
    for stage in (found.network, found.setup, found.epoch, found.look, found.place, found.measure):
        assert max(stage) > 0 and min(stage) >= 0
    assert estimate(found, [sizes[0]] * 2, FAST) > 0 and found.seconds > 0 and found.device.startswith("CPU")
    assert list(tmp_path.glob("tmp*")) == []


def test_seconds_are_those_of_the_clock():
    from engine.calibration.timing import timed

    ticks = itertools.count(10.0, 4.0)
    assert timed(lambda: "done", lambda: next(ticks)) == (4.0, "done")


def test_a_calibration_is_kept_under_its_key_and_made_once(settings, monkeypatch):
    monkeypatch.setattr("engine.calibration.timing.calibrate", lambda **_: MADE_UP)
    assert kept(settings, machine_key(settings)) is None
    assert calibrated(settings) == MADE_UP
    monkeypatch.setattr("engine.calibration.timing.calibrate", lambda **_: pytest.fail("timed twice"))
    assert calibrated(settings) == kept(settings, machine_key(settings)) == MADE_UP
    assert kept(settings, "another") is None


def test_a_damaged_calibration_counts_as_none(settings):
    keep(settings, "key", MADE_UP)
    [path] = (Path(settings.home) / "calibration").iterdir()
    for text in ("", "{", '{"network": [1]}', "[]"):
        path.write_text(text)
        assert kept(settings, "key") is None


@pytest.mark.parametrize("change", [{"GENEWEAVE_THREADS": "7"}, {"GENEWEAVE_DEVICE": "cuda"}])
def test_another_use_of_the_machine_is_another_key(settings, change):
    again = Settings.from_environment({"GENEWEAVE_HOME": settings.home})
    assert machine_key(again) == machine_key(settings)
    assert machine_key(Settings.from_environment({"GENEWEAVE_HOME": settings.home, **change})) != machine_key(settings)


def test_the_job_keeps_the_calibration_under_the_key_that_was_asked_for(settings, monkeypatch):
    monkeypatch.setattr(keeping, "calibrated", lambda settings, key, progress: keep(settings, key, MADE_UP))
    job = submit_calibration(JobTable(settings.database_url), "wanted")
    assert (job.kind, job.queue) == (CALIBRATE, "interactive")
    assert HANDLERS[CALIBRATE](job, settings, Progress()) == "wanted" and kept(settings, "wanted") == MADE_UP


def test_sizes_of_the_bundled_study_are_those_of_its_cells_and_near_those_of_its_genes(settings):
    study, params = Library(settings).study("pbmc68k-lineages"), NetworkParams(n_genes=500)
    sizes = study_sizes(study, params, store=Store(settings))
    for source, size in zip(study.datasets, sizes, strict=True):
        counts = load_dataset(source, roles=study.roles).adata.X
        seen = int((detected_fraction(counts) >= params.min_detected).sum())
        assert size.cells == counts.shape[0] and size.genes == min(500, size.seen)
        assert size.seen == pytest.approx(seen, rel=0.05)


def test_sizes_follow_a_file_that_changes_and_are_asked_once_while_it_does_not(settings, tmp_path, monkeypatch):
    study, store = read_study(write_study(tmp_path)), Store(settings)
    assert study_sizes(study, NetworkParams(), store=store) == [DatasetSize(150, 60, 60)] * 2
    monkeypatch.setattr("engine.calibration.sizes.look_into", lambda *_: pytest.fail("looked twice"))
    assert study_sizes(study, NetworkParams(n_genes=30), store=store) == [DatasetSize(150, 60, 30)] * 2
    monkeypatch.undo()
    write_study(tmp_path, n_cells=90)
    assert {size.cells for size in study_sizes(study, NetworkParams(), store=store)} == {90}


def test_a_file_that_is_not_there_is_said_so(settings, tmp_path):
    study = read_study(write_study(tmp_path))
    (tmp_path / "tiny0.h5ad").unlink()
    with pytest.raises(InvalidStudy, match="expected at"):
        study_sizes(study, NetworkParams(), store=Store(settings))


def test_few_cells_are_looked_at_in_stretches_over_the_whole_dataset(tmp_path):
    from engine.io.dataset import look_into

    study = read_study(write_study(tmp_path, n_cells=400))
    n_cells, counts = look_into(study.datasets[0], 40)
    whole = load_dataset(study.datasets[0], roles=study.roles).adata.X
    wanted = np.concatenate([np.arange(start, start + 10) for start in (0, 100, 200, 300)])
    assert n_cells == 400 and (counts != whole[wanted]).nnz == 0

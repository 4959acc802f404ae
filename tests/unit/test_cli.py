"""The command line: what it prints, what it writes, and how it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import anndata
import pytest

from engine.__main__ import main
from engine.calibration import Calibration
from tests.simulated import write_study

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GENEWEAVE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_studies_lists_the_bundled_one(capsys):
    assert main(["studies"]) == 0
    out = capsys.readouterr().out
    assert "pbmc68k-lineages" in out and "Myeloid, T and NK, B" in out


def test_a_study_file_becomes_a_map_whose_measures_are_printed_as_json(tmp_path, capsys):
    study, out = write_study(tmp_path), tmp_path / "map.h5ad"
    assert main(["embed", str(study), "--out", str(out), "--epochs", "3", "--seed", "1", "--device", "cpu"]) == 0
    said = capsys.readouterr()
    assert "120 genes of A tiny made-up study" in said.out and "Drawing the map" in said.err
    assert anndata.read_h5ad(out).n_obs == 120
    assert main(["evaluate", str(out)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["recomputed"] is True
    assert {"held_out_auc", "neighbour_overlap", "ilisi"} <= {measure["name"] for measure in printed["metrics"]}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["embed", "pbmc68k-lineage", "--out", "x.h5ad"], "no study 'pbmc68k-lineage'.*Closest: pbmc68k-lineages"),
        (["embed", "pbmc68k-lineages", "--out", "no/such/x.h5ad"], "folder that exists, found 'no/such/x.h5ad'"),
        (["embed", "pbmc68k-lineages", "--out", "x.h5ad", "--epochs", "0"], "'Epochs' must be a whole number from 1"),
        (["embed", "pbmc68k-lineages", "--out", "x.h5ad", "--device", "tpu"], "device must be one of auto.*'tpu'"),
        (["evaluate", "nothing.h5ad"], "expected at 'nothing.h5ad', and no file is there"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_with_exit_2(arguments, words, capfd, tmp_path, monkeypatch):
    import re

    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    said = capfd.readouterr().err
    assert re.search(words, said) and "Traceback" not in said
    assert not (tmp_path / "x.h5ad").exists()


def test_estimate_prints_what_each_preset_takes_and_times_the_machine_once(home, capsys, monkeypatch):
    made = Calibration((4.0, 0.0, 0.0, 0.0), (0.0,) * 3, (0.05, 0.0, 0.0, 0.0, 0.0), (0.0,) * 2, (0.0,) * 2, (0.0,) * 2,
                       "CPU, 1 thread")  # fmt: skip
    monkeypatch.setattr("engine.calibration.timing.calibrate", lambda **_: made)
    assert main(["estimate", "pbmc68k-lineages"]) == 0
    out = capsys.readouterr().out
    assert "3 datasets, 687 cells" in out and "CPU, 1 thread" in out
    rows = [line.split("about") for line in out.splitlines() if "about" in line]
    assert [(label.strip(), time.split(" and ")[0].strip()) for label, time in rows] == [
        ("Quick look", "25 s"), ("Standard", "40 s"), ("Thorough", "1 min")]  # fmt: skip
    monkeypatch.setattr("engine.calibration.timing.calibrate", lambda **_: pytest.fail("timed twice"))
    assert main(["estimate", "pbmc68k-lineages", "--preset", "quick", "--profile", "paper"]) == 0
    assert "about 4 min" in capsys.readouterr().out  # 12 s, and 800 epochs in which every dataset passes twice


def test_a_file_that_is_no_map_is_refused(tmp_path, capsys):
    anndata.AnnData(shape=(2, 2)).write_h5ad(tmp_path / "a.h5ad")
    (tmp_path / "b.h5ad").write_text("text")
    for name, words in (("a.h5ad", "no gene map of Geneweave"), ("b.h5ad", "cannot be read")):
        assert main(["evaluate", str(tmp_path / name)]) == 2
        assert words in capsys.readouterr().err


def test_the_module_runs_as_a_command_without_a_traceback():
    run = subprocess.run([sys.executable, "-m", "engine", "embed", "nothing", "--out", "x.h5ad"], cwd=ROOT,
                         capture_output=True, text=True)  # fmt: skip
    assert run.returncode == 2 and run.stderr.startswith("geneweave: There is no study 'nothing'")


def test_a_reader_that_has_seen_enough_is_no_fault():
    command = f"{sys.executable} -m engine --help | head -1; {sys.executable} -m engine fetch | true"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=ROOT, capture_output=True, text=True)
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr

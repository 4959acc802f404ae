"""Every kind of broken file gets its sentence; nothing is left behind, and memory stays bounded."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import InvalidFile
from engine.io.guard import probe
from engine.io.matrix import blocks
from engine.io.open import open_matrix
from tests.unit import broken_hdf5, broken_stores, broken_text  # noqa: F401 - they register their kinds
from tests.unit import format_files as written
from tests.unit.broken_bombs import BOMBS
from tests.unit.broken_files import BROKEN

ROOT = Path(__file__).parents[2]
LIMIT = 50_000_000


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_gets_its_sentence_and_leaves_nothing(kind, tmp_path):
    make, words = BROKEN[kind]
    path, scratch = make(tmp_path), tmp_path / "scratch"
    before = sorted(tmp_path.parent.iterdir())
    with pytest.raises(InvalidFile) as caught, open_matrix(path, limit_bytes=LIMIT, scratch=scratch) as opened:
        for matrix in opened.matrices.values():
            for _ in blocks(matrix):
                pass
    said = str(caught.value)
    assert words in said, said
    assert len(said) >= 40 and said.endswith(".") and "Traceback" not in said
    assert not scratch.exists() or list(scratch.iterdir()) == []
    assert sorted(tmp_path.parent.iterdir()) == before


def test_there_are_more_than_sixty_kinds():
    assert len(BROKEN) + len(BOMBS) >= 130


@pytest.mark.parametrize(("program", "words"), [
    ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "the HDF5 library breaks down"),
    ("import time; time.sleep(60)", "lead in circles"),
])  # fmt: skip
def test_a_file_that_ends_the_library_ends_only_the_probe(program, words, tmp_path, monkeypatch):
    monkeypatch.setattr(probe, "PROGRAM", ("-c", program))
    monkeypatch.setattr(probe, "SECONDS", 3)
    path = written.h5ad(tmp_path)
    with pytest.raises(InvalidFile, match=words):
        with open_matrix(path, limit_bytes=LIMIT, scratch=tmp_path / "scratch", probed=True):
            pass
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_good_file_passes_the_probe(tmp_path):
    with open_matrix(written.loom(tmp_path), limit_bytes=LIMIT, scratch=tmp_path / "scratch", probed=True) as opened:
        assert opened.matrices["X"].shape == written.COUNTS.shape


@pytest.fixture(scope="module")
def bombs():
    """What the program of bombs found, each opened under a hard limit of memory."""
    done = subprocess.run([sys.executable, "-m", "tests.unit.broken_bombs"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("make", BOMBS, ids=lambda make: make.__name__)
def test_a_bomb_is_refused_within_bounded_memory(make, bombs):
    said, left, grown = bombs[make.__name__]
    assert BOMBS[make] in said and len(said) >= 40, said
    assert left == 0
    assert grown < 150, f"{grown:.0f} MB"

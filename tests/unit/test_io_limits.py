"""Suggested limits and dropped cells against the definitions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import median_abs_deviation

from engine.errors import StorageDamaged
from engine.files import Files
from engine.io.limits import dropped_by, read_cells, suggested_limits
from engine.io.qc import CellFacts
from engine.settings import Settings
from engine.types import QcLimits
from tests.app.checked_file import made_up_cells

FACTS = made_up_cells(1000)


def test_suggestions_are_three_scaled_mads_from_the_median():
    limits = suggested_limits(FACTS)
    logs = np.log1p(FACTS.counts.astype(float))
    reach = 3 * median_abs_deviation(logs, scale="normal")
    assert limits.min_counts == pytest.approx(np.expm1(np.median(logs) - reach), abs=1.5)
    assert limits.max_counts == pytest.approx(np.expm1(np.median(logs) + reach), rel=1e-3)
    mito = FACTS.mito.astype(float)
    assert limits.max_mito == pytest.approx(np.median(mito) + 3 * median_abs_deviation(mito, scale="normal"), abs=0.11)


def test_cells_that_do_not_differ_and_no_cells_suggest_nothing():
    same = CellFacts(*(np.full(9, 5, np.float32),) * 3)
    none = CellFacts(*(np.zeros(0, np.float32),) * 3)
    assert suggested_limits(same) == suggested_limits(none) == QcLimits()


def test_each_limit_drops_its_own_cells_and_an_open_one_none():
    found = dropped_by(FACTS, QcLimits(min_counts=2000, max_mito=6))
    assert found == {"min_counts": (FACTS.counts < 2000).sum(), "max_counts": 0, "min_genes": 0,
                     "max_mito": (FACTS.mito > 6).sum()}  # fmt: skip


def test_facts_are_read_as_they_were_kept_and_damaged_ones_are_a_sentence(tmp_path):
    np.savez(tmp_path / "cells.npz", **vars(FACTS))
    assert (read_cells(tmp_path / "cells.npz").mito == FACTS.mito).all()
    np.savez(tmp_path / "half.npz", counts=FACTS.counts)
    np.savez(tmp_path / "pickled.npz", counts=np.array([{}], object), genes=FACTS.genes, mito=FACTS.mito)
    (tmp_path / "text.npz").write_text("not arrays")
    (tmp_path / "empty.npz").write_bytes(b"")
    (tmp_path / "cut.npz").write_bytes((tmp_path / "cells.npz").read_bytes()[:500])
    for name in ("half", "pickled", "text", "empty", "cut", "absent"):
        with pytest.raises(StorageDamaged, match="Check the file again"):
            read_cells(tmp_path / f"{name}.npz")


def test_limits_stay_with_the_file_until_it_is_deleted(tmp_path):
    files = Files(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path)}))
    (tmp_path / "a.h5ad").write_bytes(b"1")
    file = files.add("a.h5ad", tmp_path / "a.h5ad")
    assert files.limits(file.id) == QcLimits()
    files.set_limits(file.id, QcLimits(min_genes=200, max_mito=12.5))
    assert files.limits(file.id) == QcLimits(min_genes=200, max_mito=12.5)
    files.delete(file.id)
    assert not list(files.root.glob("*"))

"""How large the datasets of a study are, from a look into their files that reads only a few cells."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from engine.calibration.costs import DatasetSize
from engine.io.dataset import look_into
from engine.io.files import resolve
from engine.params import NetworkParams
from engine.store import Store
from engine.types import DatasetSource, Study

LOOKED_AT = 256  # cells by which genes are judged


def study_sizes(study: Study, params: NetworkParams, *, store: Store) -> list[DatasetSize]:
    """Size of every dataset, at most: limits for poor cells are left aside.

    Genes that are seen often enough are judged by up to 256 cells of each dataset. What was found is
    kept in the cache for as long as the file does not change.

    Raises
    ------
    InvalidStudy, InvalidFile
        When a file or column is not there, or cannot be read.
    """
    return [_size(source, params, store) for source in study.datasets]


def _size(source: DatasetSource, params: NetworkParams, store: Store) -> DatasetSize:
    path = resolve(source.path)
    about = path.stat()
    asked = {**asdict(source), "name": "", "min_detected": params.min_detected}
    key = f"size:{path}:{about.st_size}:{about.st_mtime_ns}:{sorted(asked.items())}"
    cells, seen = store.memo(key, lambda: _look(source, params.min_detected))
    return DatasetSize(cells, seen, min(seen, params.n_genes))


def _look(source: DatasetSource, min_detected: float) -> tuple[int, int]:
    n_cells, counts = look_into(source, LOOKED_AT)
    share = np.asarray((counts != 0).mean(axis=0)).ravel()
    return n_cells, int((share >= min_detected).sum())

"""10x features of several types in one matrix: genes or peaks, with proteins beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.io.formats.format import Source
from engine.io.matrix import Matrix, Opened

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

MAIN = ("Gene Expression", "Peaks", "Antibody Capture")  # the first that is there becomes the matrix
TYPES = "feature_types"


class Columns:
    """Some columns of another matrix."""

    def __init__(self, matrix: Matrix, keep: np.ndarray) -> None:
        self._matrix, self._keep = matrix, keep
        self.shape = (matrix.shape[0], len(keep))

    def rows(self, start: int, stop: int) -> sparse.csr_matrix:
        """Cells `start` to `stop`."""
        return self._matrix.rows(start, stop)[:, self._keep]


def by_type(matrix: Matrix, obs: pd.DataFrame, var: pd.DataFrame, source: Source, kind: str) -> Opened:
    """The genes of a 10x matrix, or its peaks where it has no genes; its antibodies as `obsm["protein"]`."""
    if TYPES not in var:
        return Opened(kind, obs, var, {"X": matrix})
    types = var[TYPES].astype(str).to_numpy()
    there = list(dict.fromkeys(types))
    main = next((name for name in MAIN if name in there), there[0])
    if len(there) == 1:
        return Opened(kind, obs, var, {"X": matrix})
    keep = np.flatnonzero(types == main)
    obsm = {}
    if main != "Antibody Capture" and "Antibody Capture" in there:
        obsm["protein"] = _table(matrix, np.flatnonzero(types == "Antibody Capture"), obs, var, source)
    left = [name for name in there if name != main and not (obsm and name == "Antibody Capture")]
    proteins = f", {obsm['protein'].shape[1]} surface proteins beside them" if obsm else ""
    others = f"; {', '.join(left)} were left out" if left else ""
    source.notes.append(f"Of the features, {main} ({len(keep):,}) were taken as the matrix{proteins}{others}.")
    return Opened(kind, obs, var.iloc[keep], {"X": source.guarded(Columns(matrix, keep), "X")}, obsm=obsm)


def _table(matrix: Matrix, keep: np.ndarray, obs: pd.DataFrame, var: pd.DataFrame, source: Source) -> pd.DataFrame:
    import pandas as pd

    source.need(16 * matrix.shape[0] * len(keep), "Antibody Capture")
    step = 4096
    parts = [
        matrix.rows(start, min(start + step, matrix.shape[0]))[:, keep].toarray()
        for start in range(0, matrix.shape[0], step)
    ]
    return pd.DataFrame(np.vstack(parts).astype(np.float64), index=obs.index, columns=var.index[keep])

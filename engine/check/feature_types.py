"""Genes and proteins that came in one matrix, told apart by the `feature_types` of 10x."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine.check.counts import first_promising
from engine.check.scan import stream
from engine.check.views import Gathered, selection
from engine.io.matrix import Opened

if TYPE_CHECKING:
    import pandas as pd

TYPES = ("feature_types", "feature_type")
PROTEIN = "Antibody Capture"
MAIN = ("Gene Expression", "Peaks", PROTEIN)  # the first that is there becomes the matrix


def types_of(var: pd.DataFrame) -> np.ndarray:
    """The type of each feature as text, shape (n_features,); empty text where the table does not say."""
    column = next((name for name in TYPES if name in var), None)
    return np.full(len(var), "") if column is None else var[column].astype(str).to_numpy()


def split_features(opened: Opened) -> Opened:
    """The file with genes (or else peaks) in its matrices, and proteins under `obsm["protein"]`.

    A file whose features are of one type stays as it is.
    """
    types = types_of(opened.var)
    main = next((name for name in MAIN if name in types), None)
    if main is None or (types == main).all():
        return opened
    keep = np.flatnonzero(types == main)
    matrices = {key: Gathered(matrix, selection(len(types), keep))
                for key, matrix in opened.matrices.items() if key != "raw"}  # fmt: skip
    raw_var, obsm = opened.raw_var, dict(opened.obsm)
    if "raw" in opened.matrices and raw_var is not None:
        others = opened.var.index[types != main]
        kept = np.flatnonzero(np.isin(types_of(raw_var), (main, "")) & ~raw_var.index.isin(others))
        matrices["raw"] = Gathered(opened.matrices["raw"], selection(len(raw_var), kept))
        raw_var = raw_var.iloc[kept]
    if main != PROTEIN and PROTEIN in types and "protein" not in obsm:
        obsm["protein"] = _proteins(opened, np.flatnonzero(types == PROTEIN))
    others = ", ".join(f"{np.sum(types == name):,} {name}" for name in dict.fromkeys(types) if name != main)
    note = f"Of the features, {len(keep):,} {main} make the matrix; beside them were {others}."
    return replace(opened, var=opened.var.iloc[keep], matrices=matrices, raw_var=raw_var, obsm=obsm,
                   notes=(*opened.notes, note))  # fmt: skip


def _proteins(opened: Opened, columns: np.ndarray) -> pd.DataFrame:
    """Counts of the proteins, a table (n_cells, n_proteins)."""
    import pandas as pd

    matrix = Gathered(opened.matrices[first_promising(opened)], selection(len(opened.var), columns))
    parts = [block.toarray().astype(np.float32) for block in stream(matrix)]
    values = np.concatenate(parts) if parts else np.zeros((0, len(columns)), np.float32)
    return pd.DataFrame(values, index=opened.obs.index, columns=opened.var.index[columns].astype(str))

"""Strata of a screen: cells of one dataset, condition, cell type and batch, as far as these have controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.io.streaming import CellStream
from engine.types import Study

if TYPE_CHECKING:
    from scipy import sparse

MATCHED = 5  # control cells that a stratum must have to be compared with its own
LEAST_SHARE = 0.5  # of the perturbed cells that must have such controls for a role to be matched


def strata_of(study: Study, streams: tuple[CellStream, ...], labels: list[dict[str, np.ndarray]],
              has: sparse.csr_matrix, control: np.ndarray | None,
              keep: np.ndarray) -> tuple[np.ndarray, list[str], tuple[str, ...], list[str]]:
    """Which cells are compared with each other.

    A role along which most perturbed cells have no controls beside them, such as a batch for each guide, cannot be
    matched: it is passed over, batches first, conditions last.

    Parameters
    ----------
    labels
        By dataset, the text of each cell for every role.
    has, control
        See `engine.screens.cells.ScreenCells`.
    keep
        The cells that are looked at, bool (n_cells,).

    Returns
    -------
    The number of each cell's stratum, −1 where it takes no part, (n_cells,); the names of the strata; the roles that
    they differ by; and sentences on roles that were passed over.
    """
    taken = {study.roles.perturbation, study.perturbed.kind_column}
    roles = [role for role in ("condition", "cell_type", "batch")
             if (column := getattr(study.roles, role)) and column not in taken]  # fmt: skip
    dataset = np.concatenate([np.full(len(s.cells), s.source.name, object) for s in streams])
    keys = {"dataset": dataset} | {role: np.concatenate([part[role] for part in labels]) for role in roles}
    keys = {role: key for role, key in keys.items() if role == "dataset" or len(set(key[keep])) > 1}
    mine, said = np.asarray(has.sum(axis=1)).ravel() > 0, []
    while True:
        codes, names = _numbered(list(keys.values()))
        share = 1.0 if control is None else _shared(codes, mine, control)
        if share >= LEAST_SHARE or len(keys) == 1:
            break
        role = list(keys)[-1]
        said.append(f"By {role.replace('_', ' ')}, only {100 * share:.2g} % of the perturbed cells have {MATCHED} or "
                    "more controls beside them, so that it is not matched: differences between them may look like "
                    "effects.")  # fmt: skip
        del keys[role]
    several = tuple(role for role, key in keys.items() if len(set(key[keep])) > 1)
    return np.where(keep, codes, -1), names, several, said


def _numbered(keys: list[np.ndarray]) -> tuple[np.ndarray, list[str]]:
    import pandas as pd

    codes, names = pd.factorize(pd.Series([" · ".join(map(str, words)) for words in zip(*keys, strict=True)]))
    return codes, [str(name) for name in names]


def _shared(codes: np.ndarray, mine: np.ndarray, control: np.ndarray) -> float:
    """Share of the perturbed cells whose stratum has enough controls."""
    enough = np.bincount(codes[control], minlength=codes.max() + 1) >= MATCHED
    return float(enough[codes[mine]].mean()) if mine.any() else 1.0

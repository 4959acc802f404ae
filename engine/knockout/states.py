"""Mean expression of each cell type of a screen, from its unperturbed cells: where a wish may lead."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from engine.params import ScreenParams
from engine.progress import Progress
from engine.types import Study

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

LEAST_CELLS = 20  # unperturbed cells of a type, for its mean


def add_states(adata: AnnData, study: Study, params: ScreenParams, *, progress: Progress | None = None) -> None:
    """Keep the states of a study with its model: `uns["states"]`, (n_genes, n_types), and `uns["state_names"]`."""
    states = cell_states(study, params, adata.var_names.to_numpy(), progress=progress)
    if states is not None:
        adata.uns["states"], adata.uns["state_names"] = states.to_numpy(), states.columns.to_numpy(str)


def states_in(adata: AnnData) -> pd.DataFrame | None:
    """The states that `add_states` kept, genes × cell types; None where there are none."""
    import pandas as pd

    if "states" not in adata.uns:
        return None
    return pd.DataFrame(adata.uns["states"], index=adata.var_names, columns=list(adata.uns["state_names"]))


def cell_states(study: Study, params: ScreenParams, genes: np.ndarray, *,
                progress: Progress | None = None) -> pd.DataFrame | None:
    """Mean of each gene in the unperturbed cells of each cell type, genes × cell types, in the scale of the screen.

    None where the study names no cell types, one alone is looked at, it is a table without cells, or fewer than two
    types have `LEAST_CELLS` unperturbed cells.
    """
    column = study.roles.cell_type
    if column is None or params.cell_type or any(source.modality == "effects" for source in study.datasets):
        return None
    import pandas as pd

    from engine.io.streaming import streamed
    from engine.screens import chosen_sources
    from engine.screens.cells import cells_of, column_text

    progress = progress or Progress()
    with ExitStack() as stack:
        streams = tuple(stack.enter_context(streamed(source)) for source in chosen_sources(study, params))
        cells = cells_of(study, streams, params)
        labels = np.concatenate([column_text(stream, column) for stream in streams]).astype(str)
        keep = cells.pool & (labels != "")
        names, counts = np.unique(labels[keep], return_counts=True)
        names = names[counts >= LEAST_CELLS]
        if len(names) < 2:
            return None
        keep &= np.isin(labels, names)
        total = _sums(cells, keep, np.searchsorted(names, labels), len(names), progress)
    means = total / counts[counts >= LEAST_CELLS][:, None]
    return pd.DataFrame(means.T, index=cells.genes, columns=names).reindex(genes)


def _sums(cells, keep: np.ndarray, code: np.ndarray, n: int, progress: Progress) -> np.ndarray:
    """Sum of each gene over the cells of each type, float64 (n_types, n_genes)."""
    from scipy import sparse

    total = np.zeros((n, len(cells.genes)))
    for places, values in cells.blocks(keep):
        member = sparse.csr_matrix((np.ones(len(places)), (code[places], np.arange(len(places)))), (n, len(places)))
        total += np.asarray((member @ values).todense())
        progress.check()
    return total

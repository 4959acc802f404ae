"""Where a simulated change would lead the cells of a model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.errors import InvalidParameter
from engine.knockout.network_effect import checked, plan_of, wired_of
from engine.perturb.propagation.shift import Ground, lead, strata_of
from engine.perturb.propagation.simulation import move
from engine.types import CellShift, KnockoutEffect, KnockoutModel, perturbation_name

MOST_CELLS = 2000
PERMUTATIONS = 100
ALWAYS = (
    "A simulation: the arrows show which neighbours the changed cells would look more alike, not a path that cells "
    "were seen to take.",
    "Shuffled genes do not go together as the targets of a regulator do, so that nearly every regulator leads further "
    "than they: the null tells a direction from noise, not one regulator from another.",
)  # what is so of every such map


def shift_of_cells(model: KnockoutModel, effect_or_doses: KnockoutEffect | Mapping[str, float], *, cell_type: str = "",
                   seed: int = 0, permutations: int = PERMUTATIONS) -> CellShift:
    """Arrows on the map of the cells and the way to each cell type, against the change with its genes shuffled.

    The genes that were asked for are left out: that a cell without them is like other cells without them is no news.
    Genes are shuffled among those of like mean level. With `cell_type` only its cells move, of every other type that
    can be led to; else those of all types.

    Raises
    ------
    InvalidParameter, UnknownName
        As `simulate` does, and when the change touches no other gene.
    """
    given = effect_or_doses.evidence["doses"] if isinstance(effect_or_doses, KnockoutEffect) else effect_or_doses
    doses, adata = checked(model, given, cell_type), model.adata
    labels = adata.obs["cell_type"].astype(str).to_numpy()
    cells = np.unique(np.linspace(0, adata.n_obs - 1, min(adata.n_obs, MOST_CELLS)).astype(int))
    delta, moving = np.zeros((len(cells), adata.n_vars), np.float32), np.zeros(len(cells), bool)
    for name in [cell_type] if cell_type else model.facts["cell_types"]:
        plan, here = plan_of(model, doses, name), np.flatnonzero(labels[cells] == name)
        if not plan.held.doses or not len(here):
            continue
        of_type = np.flatnonzero(labels == name)
        moved = move(wired_of(model, name), plan.held, cells=np.searchsorted(of_type, cells[here]))
        delta[np.ix_(here, moved.genes)], moving[here] = moved.delta, True
    delta[:, np.isin(model.genes, list(doses))] = 0
    touched = np.flatnonzero(np.abs(delta).max(axis=0) > 0)
    if not len(touched):
        raise InvalidParameter(f"{', '.join(doses)} changes no other gene here, so cells are led nowhere. Choose "
                               "another gene or cell type.")  # fmt: skip
    mean, variable = np.asarray(adata.X.mean(axis=0)).ravel(), adata.var["variable"].to_numpy(bool)
    ground = Ground(adata.obsm["X_pca"][cells], adata.obsm["X_umap"][cells], labels[cells], adata.varm["PCs"],
                    strata_of(mean, variable))  # fmt: skip
    led = lead(ground, touched, delta[:, touched], moving=moving, permutations=permutations, seed=seed)
    n_beyond = int(led.arrows["beyond"].sum())
    facts = {"name": perturbation_name(list(doses)), "cell_type": cell_type, "n_cells": int(moving.sum()),
             "n_permutations": permutations, "n_beyond": n_beyond, "p": led.p, "width": led.width,
             "warnings": _warnings(led.p, n_beyond, len(led.arrows))}  # fmt: skip
    return CellShift(led.arrows, led.towards, facts)


def _warnings(p: float, n_beyond: int, n_arrows: int) -> list[str]:
    said = list(ALWAYS)
    if p > 0.05:
        said.append(f"{n_beyond} of {n_arrows} arrows are longer than shuffled changes make them, and shuffled changes "
                    f"have as many (p {p:.2g}): do not read a direction from this map.")  # fmt: skip
    return said

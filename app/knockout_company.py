"""What an answer is like and where it leads: perturbations alike, a pair beside its parts, cells on their map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from app import knockouts
from engine.errors import InvalidParameter
from engine.store import Store

if TYPE_CHECKING:
    import pandas as pd

    from engine.perturb.interactions import Interaction
    from engine.types import CellShift, KnockoutModel


@lru_cache(maxsize=16)
def shift(store: Store, name: str, genes: tuple[str, ...], *, cell_type: str = "", dose: float = 0.0) -> CellShift:
    """Where a simulated change would lead the cells of a network.

    Raises
    ------
    GeneweaveError
        When it leads them nowhere, or cannot be simulated.
    """
    from engine.knockout.from_network import shift_of_cells

    return shift_of_cells(knockouts.model(store, name), dict.fromkeys(genes, dose), cell_type=cell_type)


@lru_cache(maxsize=16)
def alike(store: Store, name: str, genes: tuple[str, ...], *, method: str = "auto", level: float = 0.9) -> pd.DataFrame:
    """Perturbations of a screen by how like their change is to the answer, as measured where it was, else as predicted:
    perturbation, likeness (what all share taken off), whole (with it), n_genes, p, fdr; most alike first."""
    from engine.perturb.alike import alike as likeness

    known = knockouts.model(store, name)
    effect = knockouts.answer(store, name, genes, method=method, level=level).effect
    table, screen = effect.table, known.screen
    change = table["measured" if table["measured"].notna().any() else "change"].to_numpy()
    found = likeness(screen, change, name=effect.name, centred=True)
    whole = likeness(screen, change, name=effect.name, draws=0).set_index("perturbation")["likeness"]
    return found.assign(whole=found["perturbation"].map(whole)).dropna(subset=["likeness"])


@dataclass(frozen=True)
class Pair:
    """A pair beside its parts: their changes, (n_genes,) each, NaN for the targets; whether the pair was measured;
    what kind of interaction it is."""

    names: tuple[str, str]
    first: np.ndarray
    second: np.ndarray
    both: np.ndarray
    measured: bool
    told: Interaction


@lru_cache(maxsize=16)
def pair(store: Store, name: str, genes: tuple[str, str], *, method: str = "auto", level: float = 0.9) -> Pair:
    """The interaction of two genes of a screen, the pair as measured where it was, else as predicted.

    Raises
    ------
    InvalidParameter
        When a gene of it was not measured by itself, or too little was.
    """
    from engine.perturb.interactions import interaction

    known = knockouts.model(store, name)
    effect = knockouts.answer(store, name, genes, method=method, level=level).effect
    adata, names = known.adata, tuple(sorted(genes))
    for gene in names:
        if gene not in adata.obs_names:
            raise InvalidParameter(f"{gene} was not perturbed by itself in this screen, so that the pair has no parts "
                                   "to be compared with. Choose two genes that were.")  # fmt: skip
    table, target = effect.table, effect.table["target"].to_numpy(bool)
    measured = bool(table["measured"].notna().any())
    errors = [_error(known, gene) for gene in names]
    errors.append(table["measured_se"].to_numpy(float) if measured else adata.var["sigma"].to_numpy(float))
    changes = [np.asarray(adata[gene].X, float).ravel() for gene in names]
    changes.append(table["measured" if measured else "change"].to_numpy(float))
    first, second, both = (np.where(target, np.nan, change) for change in changes)
    told = interaction(first, second, both, se=tuple(errors), names=names)
    return Pair(names, first, second, both, measured, told)


def _error(known: KnockoutModel, gene: str) -> np.ndarray:
    """Standard error of each gene's change by one perturbation; the left-out error where none was measured."""
    layers, row = known.adata.layers, known.adata.obs_names.get_loc(gene)
    se = np.asarray(layers["se"][row], float) if "se" in layers else np.full(known.adata.n_vars, np.nan)
    return se if np.isfinite(se).any() else known.adata.var["sigma"].to_numpy(float)

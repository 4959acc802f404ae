"""Directions: a wish as a weight for each gene, so that how far a change goes along it is a sum of products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidParameter, unknown
from engine.knockout.states import states_in
from engine.knockout.wish import AWAY, FEWEST_GENES, LOWER, Wish
from engine.types import KnockoutModel

if TYPE_CHECKING:
    import pandas as pd

GENES_A_BIN, MOST_BINS = 50, 20
FLOOR = 0.2  # of the median spread: a gene that hardly moves must not outweigh all others


@dataclass(frozen=True)
class Direction:
    """A wish over the genes of a model.

    The score of a change Δ is Σ weight · scale · Δ, over 1 − the `share` of what was left out. For a state it is the
    part of the way between two means that Δ goes (1 is all of it); for a set of genes, their mean change in standard
    deviations. `scale` is what belongs to the gene whatever is wished for; the `weight` is what chance deals to
    another gene of the same of `bins`, of like expression. `share` is how much each gene holds of the whole, Σ share =
    1. All have shape (n_genes,). `used` are the genes that the wish is about.
    """

    weight: np.ndarray
    scale: np.ndarray
    share: np.ndarray
    bins: np.ndarray
    used: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def along(self) -> np.ndarray:
        """What each gene counts: weight · scale, (n_genes,)."""
        return self.weight * self.scale


def direction_of(model: KnockoutModel, wish: Wish) -> Direction:
    """The direction of a wish in a model.

    Raises
    ------
    UnknownName
        When a cell type is not there.
    InvalidParameter
        When the model knows no cell types, or too few genes of a set are measured.
    """
    return _of_state(model, wish) if wish.of_state else _of_set(model, wish)


def states_of(model: KnockoutModel) -> pd.DataFrame | None:
    """Mean of each gene in each cell type, genes × cell types; None where the model has no cell types."""
    if model.basis == "screen":
        return states_in(model.adata)
    labels = model.adata.obs["cell_type"].astype(str)
    return mean_by(model.adata.X, labels.to_numpy(), model.genes)


def mean_by(matrix, labels: np.ndarray, genes: np.ndarray) -> pd.DataFrame:
    """Mean of each gene over the cells of each label, genes × labels; `matrix` is (n_cells, n_genes)."""
    import pandas as pd
    from scipy import sparse

    names, codes = np.unique(labels.astype(str), return_inverse=True)
    member = sparse.csr_matrix((np.ones(len(codes)), (codes, np.arange(len(codes)))), (len(names), len(codes)))
    total = member @ matrix
    total = np.asarray(total.todense() if sparse.issparse(total) else total, dtype=np.float64)
    return pd.DataFrame((total / np.bincount(codes)[:, None]).T, index=genes, columns=names)


def bins_of(expression: np.ndarray) -> np.ndarray:
    """Which genes are of like expression: equal parts of their order, about 50 genes or more each, int (n_genes,)."""
    n = len(expression)
    n_bins = max(1, min(MOST_BINS, n // GENES_A_BIN))
    order = np.argsort(np.argsort(np.nan_to_num(expression), kind="stable"), kind="stable")
    return order * n_bins // n


def _of_state(model: KnockoutModel, wish: Wish) -> Direction:
    states = states_of(model)
    if states is None or states.shape[1] < 2:
        raise InvalidParameter("A wish about a state needs two cell types or more, and this model has none to tell "
                               "apart. Name the study's column of cell types, or wish for a set of genes.")
    for name in filter(None, (wish.to, wish.start)):
        if name not in states:
            raise unknown("cell type", name, states.columns, where="in this model")
    others = [name for name in states if name != wish.to]
    start = states[wish.start] if wish.start else states[others].mean(axis=1)
    way = (states[wish.to] - start).to_numpy()
    length = float(way @ way)
    if length < 1e-12:
        raise InvalidParameter(f"'{wish.to}' and what it is compared with have the same mean of every gene: there is "
                               "no way between them. Choose other cell types.")  # fmt: skip
    sign = -1.0 if wish.kind == AWAY else 1.0
    spread = np.nan_to_num(_spread(model), nan=1.0)
    return Direction(sign * way / length / spread, spread, way**2 / length, bins_of(_expression(model)),
                     tuple(model.genes[way != 0].tolist()))  # fmt: skip


def _of_set(model: KnockoutModel, wish: Wish) -> Direction:
    at = {gene: i for i, gene in enumerate(model.genes.tolist())}
    spread = _spread(model)
    used = [gene for gene in wish.genes if gene in at and np.isfinite(spread[at[gene]])]
    missing = tuple(gene for gene in wish.genes if gene not in set(used))
    if len(used) < FEWEST_GENES:
        raise InvalidParameter(f"{FEWEST_GENES} genes or more of '{wish.title or 'the set'}' must be measured in this "
                               f"model, found {len(used)} of {len(wish.genes)}. Give another set.")  # fmt: skip
    rows = [at[gene] for gene in used]
    weight, share = np.zeros(len(at)), np.zeros(len(at))
    share[rows] = 1 / len(used)
    weight[rows] = (-1.0 if wish.kind == LOWER else 1.0) / len(used)
    return Direction(weight, 1 / np.nan_to_num(spread, nan=np.inf), share, bins_of(_expression(model)), tuple(used),
                     missing)  # fmt: skip


def _expression(model: KnockoutModel) -> np.ndarray:
    """Mean expression of each gene, or where only a table is known the size of its changes."""
    if model.basis == "network":
        return np.asarray(model.adata.X.mean(axis=0)).ravel()
    control = model.adata.var["control"].to_numpy(float)
    return control if np.isfinite(control).any() else _spread(model)


def _spread(model: KnockoutModel) -> np.ndarray:
    """Standard deviation of a gene: of its changes over the perturbations of a screen, or over the cells of a network;
    not below a fifth of the median."""
    with np.errstate(invalid="ignore"):
        if model.basis == "screen":
            spread = np.nanstd(model.adata.X, axis=0, dtype=np.float64)
        else:
            mean = np.asarray(model.adata.X.mean(axis=0)).ravel()
            square = np.asarray(model.adata.X.multiply(model.adata.X).mean(axis=0)).ravel()
            spread = np.sqrt(np.maximum(square - mean**2, 0))
    floor = FLOOR * np.nanmedian(spread)
    return np.maximum(spread, floor if floor > 0 else 1.0)

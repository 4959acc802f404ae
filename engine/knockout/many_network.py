"""All single knockouts of a network: regulators simulated in some cells, others by what signalling hands on to them.

A regulator is simulated as a click does, in 100 cells of each type. A gene that regulates nothing itself is told by
superposition: what signalling is assumed to hand on to each regulator, times what the loss of that regulator does. The
spread of a score is that of the network fitted without each block of cells. It is taken from the linear part alone, for
which all regulators come at once: with B the coefficients and w the weights of the direction, the loss of regulator t
scores −x̄ₜ [(B + B² + B³) w]ₜ, the floor at no expression and the range left aside.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.knockout.direction import Direction
from engine.knockout.many import ASSUMED, CHUNK, SIMULATED, Changes
from engine.knockout.network_effect import signalling_of, wired_of
from engine.perturb.propagation.simulation import Held, Wired, jackknife, move
from engine.perturb.propagation.steps import N_STEPS
from engine.progress import Progress
from engine.types import KnockoutModel

CELLS = 100  # of each type in which a regulator is lost
TF, UPSTREAM = "TF", "upstream"


def network_changes(model: KnockoutModel, direction: Direction, *, cell_type: str = "", level: float = 0.9,
                    progress: Progress | None = None) -> Iterator[Changes]:
    """Every gene that can be simulated, in a cell type or in all cells, a chunk at a time."""
    from scipy.stats import norm

    progress, types = progress or Progress(), [cell_type] if cell_type else model.facts["cell_types"]
    names = _names(model, types)
    delta, by_blocks = np.zeros((len(names), model.adata.n_vars), np.float32), 0.0
    simulated, labels = np.zeros(len(names), bool), model.adata.obs["cell_type"].astype(str).to_numpy()
    for i, kind in enumerate(types):
        progress.stage(f"Knocking out every regulator in {kind}", i / len(types))
        share = (labels == kind).sum() / np.isin(labels, types).sum()
        found, blocks, own = _of_type(model, kind, names, direction, progress)
        delta += share * found
        by_blocks = by_blocks + share * blocks
        simulated |= own
    margin = norm.ppf((1 + level) / 2) * jackknife(by_blocks) if len(names) else np.empty(0)
    place = {gene: k for k, gene in enumerate(model.genes.tolist())}
    targets = np.array([place.get(name, -1) for name in names.tolist()], dtype=int)
    evidence = np.where(simulated, SIMULATED, ASSUMED)
    nothing = np.full(len(names), np.nan)
    for start in range(0, len(names), CHUNK):
        part = slice(start, start + CHUNK)
        yield Changes(names[part], delta[part], targets[part], margin[part], evidence[part], nothing[part],
                      np.full(len(names[part]), ""), nothing[part])  # fmt: skip


def _names(model: KnockoutModel, types: list[str]) -> np.ndarray:
    table = model.candidates
    can = (table["reason"] == "") & table["cell_type"].isin(types)
    return np.unique(table.loc[can, "gene"].astype(str))


def _of_type(model: KnockoutModel, kind: str, names: np.ndarray, direction: Direction,
             progress: Progress) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Changes in one cell type, (n, n_genes); scores without each block of cells; which are regulators."""
    table = model.candidates[(model.candidates["cell_type"] == kind).to_numpy()]
    role = dict(zip(table["gene"].astype(str), table["role"].astype(str), strict=True))
    wired, place = wired_of(model, kind), {gene: i for i, gene in enumerate(model.genes.tolist())}
    acting = np.array([gene for gene, what in role.items() if what == TF and gene in place], dtype=str)
    at = np.array([place[gene] for gene in acting], dtype=int)
    lost, blocks = _lost(wired, at, progress), _left_out_scores(wired, at, direction)
    delta = np.zeros((len(names), model.adata.n_vars), np.float32)
    by_blocks = np.zeros((len(blocks), len(names)))
    own = np.isin(names, acting)
    rows = np.searchsorted(acting, names[own], sorter=(order := np.argsort(acting)))
    delta[own], by_blocks[:, own] = lost[order[rows]], blocks[:, order[rows]]
    further = np.array([role.get(name) == UPSTREAM for name in names])
    if further.any() and len(acting):
        handed = signalling_of(model, table).handed_on(names[further], acting)
        delta[further], by_blocks[:, further] = handed @ lost, blocks @ handed.T
        own_place = np.array([place.get(name, -1) for name in names[further]])
        known = own_place >= 0
        delta[np.flatnonzero(further)[known], own_place[known]] = 0  # the target itself is left out of scores
    return delta, by_blocks, own


def _lost(wired: Wired, at: np.ndarray, progress: Progress) -> np.ndarray:
    """Mean change over some cells when each regulator is lost, float32 (n_regulators, n_genes)."""
    n_cells, delta = wired.x.shape[0], np.zeros((len(at), wired.x.shape[1]), np.float32)
    few = np.unique(np.linspace(0, n_cells - 1, min(n_cells, CELLS)).astype(int))
    for row, gene in enumerate(at):
        moved = move(wired, Held({int(gene): 0.0}), cells=few)
        delta[row, moved.genes] = moved.delta.mean(axis=0)
        if row % 50 == 0:
            progress.check()
    return delta


def _left_out_scores(wired: Wired, at: np.ndarray, direction: Direction) -> np.ndarray:
    """Score of the loss of each regulator by the network without each block of cells, (n_blocks, n_regulators)."""
    from scipy.sparse import csr_array

    mean, shape = np.asarray(wired.x.mean(axis=0)).ravel(), (wired.x.shape[1],) * 2
    found = np.empty((wired.left_out.shape[1], len(at)))
    for block, coef in enumerate(wired.left_out.T):
        network = csr_array((coef, (wired.regulator, wired.target)), shape=shape)
        step, total = direction.along, 0.0
        for _ in range(N_STEPS):
            step = network @ step
            total = total + step
        found[block] = -mean[at] * total[at]
    return found

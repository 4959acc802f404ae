"""Fits the core to a screen, and keeps what was told of each perturbation without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.perturb.changes import Changes, changes_of, pairs_of, squares
from engine.perturb.core import UNSEEN, Core
from engine.perturb.pair_parts import BOTH_SEEN, NONE_SEEN, ONE_SEEN, examples, known_pairs, scores_of
from engine.perturb.pairs import PairModel, additive_model, fit_pairs
from engine.perturb.ridge import gains
from engine.perturb.shrink import shrunk
from engine.perturb.singles import Singles, fit_singles
from engine.progress import Progress
from engine.types import GeneKnowledge, Screen

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 4096


@dataclass(frozen=True)
class LeftOut:
    """What was told of perturbations of one class without them, and what was measured.

    `names`, of a pair twice where each of its genes was once the unseen one; `told`, `truth`, float32
    (n, n_genes); `counts`, bool of that shape; `sums`, of pairs, the sum of their parts.
    """

    names: list[str]
    told: np.ndarray = field(repr=False)
    truth: np.ndarray = field(repr=False)
    counts: np.ndarray = field(repr=False)
    sums: np.ndarray | None = field(default=None, repr=False)

    @property
    def residual(self) -> np.ndarray:
        """Measured less told, float32 (n, n_genes), NaN where it does not count."""
        return np.where(self.counts, self.truth - self.told, np.nan)


@dataclass(frozen=True)
class Fitted:
    """The core, what it learned of single genes, and left-out predictions of each class."""

    core: Core
    singles: Singles
    left_out: dict[str, LeftOut]
    shrunk: bool


def fit_core(screen: Screen, known: GeneKnowledge, candidates: Sequence[str], *, seed: int = 0, by: str = "",
             progress: Progress | None = None) -> Fitted:
    """Learn from a screen, on one thread: its many small matrices wait for each other on more.

    Parameters
    ----------
    candidates
        Genes that may be asked for.
    by
        The predictor of single genes, where left-out error shall not choose it.

    Raises
    ------
    InvalidStudy
        When there are fewer than three perturbations of single genes.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return _fit_core(screen, known, candidates, seed, by, progress or Progress())


def _fit_core(screen: Screen, known: GeneKnowledge, candidates: Sequence[str], seed: int, by: str,
              progress: Progress) -> Fitted:
    import pandas as pd

    progress.stage("Single genes, each left out once", 0.1)
    singles = fit_singles(screen, known, seed=seed, by=by)
    names, told = singles.changes.names, singles.left_out[singles.best]
    left_out = {UNSEEN: LeftOut(names, told, singles.changes.values, singles.changes.counts)}
    progress.stage("Pairs, each left out once", 0.5)
    parts, models, of_pairs, drawn = _fit_pairs(screen, singles)
    left_out |= of_pairs
    progress.stage("Likeness of every gene with the perturbed ones", 0.8)
    core = _core(screen, singles, parts, models, left_out)
    found = cross(known, singles.ridge.amounts, candidates, names)
    return Fitted(replace(core, asked=pd.Index(candidates), cross=found), singles, left_out, drawn)


def cross(known: GeneKnowledge, amounts: np.ndarray, genes: Sequence[str], singles: Sequence[str]) -> np.ndarray:
    """Σ a_k K_k of genes with the training singles, float32 (n_genes_asked, n_singles)."""
    found = np.zeros((len(genes), len(singles)), np.float32)
    for kernel, amount in zip(known.kernels, amounts, strict=True):
        for start in range(0, len(genes) if amount > 0 else 0, BLOCK):
            part = slice(start, start + BLOCK)
            found[part] += amount * kernel.between(list(genes[part]), list(singles))
    return found


def _fit_pairs(screen: Screen, singles: Singles) -> tuple[np.ndarray, dict[str, PairModel], dict[str, LeftOut], bool]:
    """What seen singles bring, a model a class, left-out predictions, and whether the singles were shrunk.

    The changes of seen singles are drawn to their mean where left-out pairs vouch for it.
    """
    pairs, raw = changes_of(screen, pairs_of(screen)), singles.changes.values
    rows = screen.adata.obs_names.get_indexer(singles.changes.names)
    drawn = shrunk(raw, screen.se[rows]) if "se" in screen.adata.layers else raw
    plain, smooth = (_fit_class(BOTH_SEEN, pairs, parts, singles) for parts in (raw, drawn))
    better = len(plain[1].names) > 1 and gains(_squares(plain[1]), _squares(smooth[1]))
    parts, both = (drawn, smooth) if better else (raw, plain)
    fits = {BOTH_SEEN: both, **{kind: _fit_class(kind, pairs, parts, singles) for kind in (NONE_SEEN, ONE_SEEN)}}
    models, left_out = ({kind: fit[i] for kind, fit in fits.items()} for i in (0, 1))
    return parts, models, left_out, better


def _fit_class(kind: str, pairs: Changes, parts: np.ndarray, singles: Singles) -> tuple[PairModel, LeftOut]:
    rows, genes = known_pairs(pairs, singles)
    scores = scores_of(parts)
    if not len(rows):
        none = np.empty((0, parts.shape[1]), np.float32)
        return additive_model(scores.axes.shape[1], parts.shape[1]), LeftOut([], none, none, none.astype(bool))
    found = examples(kind, rows, genes, parts, singles)
    counts, truth = pairs.counts[found.pair], pairs.values[found.pair]
    sides = [np.where(counts, each, 0) for each in (found.first, found.second, truth)]
    model, told = fit_pairs(*sides, scores.products(found.first, found.second), found.groups, n_pairs=len(rows))
    return model, LeftOut([pairs.names[i] for i in found.pair], told, truth, counts, sides[0] + sides[1])


def _squares(left_out: LeftOut) -> np.ndarray:
    return squares(left_out.truth - left_out.told, left_out.counts)


def _core(screen: Screen, singles: Singles, parts: np.ndarray, models: dict[str, PairModel],
          left_out: dict[str, LeftOut]) -> Core:
    """All of the core but what may be asked for."""
    import pandas as pd

    names, ridge = screen.adata.obs_names, singles.ridge
    own, relative = _own(screen)
    told = _spread(names, screen, left_out[UNSEEN].names, left_out[UNSEEN].told)
    both = left_out[BOTH_SEEN]
    told[names.get_indexer(both.names)] = both.told
    return Core(genes=screen.adata.var_names, control=screen.control, names=names, left_out=told,
                parts=_spread(names, screen, singles.changes.names, parts), own=own, relative=relative,
                singles=pd.Index(singles.changes.names), asked=pd.Index([]), cross=np.empty((0, 0)), best=singles.best,
                even=singles.changes.values.mean(axis=0), mean=ridge.mean, dual=ridge.dual, linear=singles.linear,
                scores=scores_of(parts), pairs=models)  # fmt: skip


def _spread(names: pd.Index, screen: Screen, some: list[str], values: np.ndarray) -> np.ndarray:
    table = np.full(screen.delta.shape, np.nan, np.float32)
    table[names.get_indexer(some)] = values
    return table


def _own(screen: Screen) -> tuple[np.ndarray, bool]:
    """What each single did to its target, as share of control where that is known and genes are repressed."""
    at = screen.adata.var_names.get_indexer(screen.names)
    own = np.where(at >= 0, screen.delta[np.arange(len(at)), np.maximum(at, 0)], np.nan).astype(np.float64)
    if screen.facts["kind"] == "activation" or not np.isfinite(screen.control).all():
        return own, False
    base = screen.control[at]
    return np.where(base > 0, own / np.where(base > 0, base, 1), np.nan), True

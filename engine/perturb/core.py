"""The core: what is told of one gene or of a pair, without ever having seen the perturbation that is told.

Of a pair, its parts, seen or told, are put together by a pair model that was learned with parts of the same sort. A
perturbation that was seen is told as it would be without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.perturb.linear import Linear, places
from engine.perturb.pair_parts import BOTH_SEEN, NONE_SEEN, ONE_SEEN, Scores, stronger_first
from engine.perturb.pairs import PairModel
from engine.types import CLASSES, perturbation_name, targets_of

if TYPE_CHECKING:
    import pandas as pd

UNSEEN = CLASSES[0]


@dataclass(frozen=True)
class Core:
    """What predictions need; nothing is computed when it is made.

    A row a training perturbation `names`: `left_out`, what is told of it without it, and `parts`, what a single
    brings to a pair, float32 (n_names, n_genes), NaN where there is none; `own`, what it did to its target, as a
    change or, with `relative`, as a share of `control`, (n_names,), NaN where not known. `singles` are those of one
    gene. A row a gene that may be asked for, `asked`: `cross`, Σ a_k K_k with the singles, float32
    (n_asked, n_singles). `best` tells single genes: by the ridge, `mean` and `dual`; by `linear`; by the mean of the
    singles, `even`; or nothing. `scores` and `pairs` (class → model) tell pairs.
    """

    genes: pd.Index
    control: np.ndarray = field(repr=False)
    names: pd.Index
    left_out: np.ndarray = field(repr=False)
    parts: np.ndarray = field(repr=False)
    own: np.ndarray = field(repr=False)
    relative: bool
    singles: pd.Index
    asked: pd.Index
    cross: np.ndarray = field(repr=False)
    best: str
    even: np.ndarray = field(repr=False)
    mean: np.ndarray = field(repr=False)
    dual: np.ndarray = field(repr=False)
    linear: Linear = field(repr=False)
    scores: Scores = field(repr=False)
    pairs: dict[str, PairModel] = field(repr=False)

    def class_of(self, name: str) -> str:
        """Which of `CLASSES` a perturbation is; a single that was seen is told as if it had not been."""
        targets = targets_of(name)
        if len(targets) == 1:
            return UNSEEN
        return (NONE_SEEN, ONE_SEEN, BOTH_SEEN)[sum(gene in self.singles for gene in targets)]

    def was_left_out(self, name: str) -> bool:
        """Whether it was learned from, so that what is told of it is told without it."""
        return name in self.names and bool(np.isfinite(self.left_out[self.names.get_loc(name), 0]))

    def predict(self, name: str) -> np.ndarray:
        """The change by a perturbation of one or two genes, float32 (n_genes,)."""
        targets = targets_of(name)
        if self.was_left_out(name):
            told = self.left_out[self.names.get_loc(name)].copy()
        else:
            told = self.single(name) if len(targets) == 1 else self._pair(*targets)
        for gene in targets:
            if gene in self.genes:
                told[self.genes.get_loc(gene)] = self._of_target(gene, name)
        return told

    def single(self, gene: str) -> np.ndarray:
        """The change by a gene that was not seen, its own as if it were any other, float32 (n_genes,).

        A gene of which no kernel knows anything is told the mean of the ridge.
        """
        if self.best == "ridge":
            told = self.mean + (self.cross[self.asked.get_loc(gene)] @ self.dual if gene in self.asked else 0)
        elif self.best == "linear":
            told = self.linear.predict(places([gene], self.genes, self.linear.vectors))[0]
        else:
            told = self.even * (self.best == "mean")
        return np.array(told, dtype=np.float32)

    def _pair(self, *targets: str) -> np.ndarray:
        kind = self.class_of(perturbation_name(targets))
        parts = [self._part(gene)[None] for gene in sorted(targets, key=lambda gene: gene not in self.singles)]
        first, second = parts if kind == ONE_SEEN else stronger_first(*parts)
        return self.pairs[kind].predict(first, second, self.scores.products(first, second))[0]

    def _part(self, gene: str) -> np.ndarray:
        return self.parts[self.names.get_loc(gene)] if gene in self.singles else self.single(gene)

    def _of_target(self, gene: str, name: str) -> float:
        """What happens to a target: as measured by its single, or the median of other targets; and what others add."""
        at, seen = self.genes.get_loc(gene), self.names.get_loc(gene) if gene in self.singles else -1
        own = self.own[seen] if seen >= 0 and gene != name else np.nan
        if not np.isfinite(own):
            others = self.own[(np.arange(len(self.own)) != seen) & np.isfinite(self.own)]
            own = np.median(others) if len(others) else np.nan
        added = [self._part(other)[at] for other in targets_of(name) if other != gene]
        return own * (self.control[at] if self.relative else 1.0) + sum(added)

"""The core: what is told of one gene or of a pair, without ever having seen the perturbation that is told.

Of a pair, its parts, seen or told, are put together by a pair model that was learned with parts of the same sort. A
perturbation that was seen is told as it would be without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.perturb.linear import Linear, places
from engine.perturb.pair_parts import BOTH_SEEN, NONE_SEEN, ONE_SEEN, Scores, stronger_first
from engine.perturb.pairs import PairModel
from engine.types import CLASSES, targets_of

UNSEEN = CLASSES[0]


@dataclass(frozen=True)
class Core:
    """What predictions need.

    `singles`, names of the training singles; `parts`, what each brings to a pair, float32 (n_singles, n_genes); `own`,
    gene → what its perturbation did to itself, as change (`relative` False) or as share of control; `row`, gene that
    may be asked for → row of `cross`, Σ a_k K_k with the training singles; `best`, which predictor of single genes is
    used; `mean` and `dual` of the ridge, `even` the mean of the singles; `linear`; `scores` and `pairs` (class →
    model); `seen`, perturbation → row of `left_out`, what is told of it without it.
    """

    genes: np.ndarray
    control: np.ndarray
    singles: list[str]
    parts: np.ndarray
    own: dict[str, float]
    relative: bool
    row: dict[str, int]
    cross: np.ndarray
    best: str
    even: np.ndarray
    mean: np.ndarray
    dual: np.ndarray
    linear: Linear
    scores: Scores
    pairs: dict[str, PairModel]
    seen: dict[str, int]
    left_out: np.ndarray

    def class_of(self, name: str) -> str:
        """Which of `CLASSES` a perturbation is; a single that was seen is told as if it had not been."""
        targets = targets_of(name)
        if len(targets) == 1:
            return UNSEEN
        return (NONE_SEEN, ONE_SEEN, BOTH_SEEN)[sum(gene in self._at for gene in targets)]

    def predict(self, name: str) -> np.ndarray:
        """The change by a perturbation of one or two genes, float32 (n_genes,)."""
        targets = targets_of(name)
        if name in self.seen:
            told = self.left_out[self.seen[name]].copy()
        else:
            told = self.single(name) if len(targets) == 1 else self._pair(*targets)
        for gene in targets:
            if gene in self._place:
                told[self._place[gene]] = self._of_target(gene, name)
        return told

    def single(self, gene: str, *, by: str = "") -> np.ndarray:
        """The change by a gene that was not seen, its own as if it were any other, float32 (n_genes,).

        A gene of which no kernel knows anything is told the mean of the ridge.
        """
        by = by or self.best
        if by == "ridge":
            told = self.mean + (self.cross[self.row[gene]] @ self.dual if gene in self.row else 0)
        elif by == "linear":
            told = self.linear.predict(places([gene], self.genes, self.linear.vectors))[0]
        else:
            told = self.even * (by == "mean")
        return np.asarray(told, dtype=np.float32)

    def _pair(self, *targets: str) -> np.ndarray:
        kind = self.class_of("+".join(targets))
        parts = [self._part(gene)[None] for gene in sorted(targets, key=lambda gene: gene not in self._at)]
        first, second = parts if kind == ONE_SEEN else stronger_first(*parts)
        return self.pairs[kind].predict(first, second, self.scores.products(first, second))[0]

    def _part(self, gene: str) -> np.ndarray:
        return self.parts[self._at[gene]] if gene in self._at else self.single(gene)

    def _of_target(self, gene: str, name: str) -> float:
        """What happens to a target: as measured by its single, or the median of other targets; and what others add."""
        if gene in self.own and gene != name:
            own = self.own[gene]
        else:
            rest = [change for other, change in self.own.items() if other != gene]
            own = float(np.median(rest)) if rest else float("nan")
        at = self._place[gene]
        others = [self._part(other)[at] for other in targets_of(name) if other != gene]
        return own * (self.control[at] if self.relative else 1.0) + sum(others)

    @cached_property
    def _at(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.singles)}

    @cached_property
    def _place(self) -> dict[str, int]:
        return {gene: i for i, gene in enumerate(self.genes)}

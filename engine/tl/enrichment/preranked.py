"""Preranked GSEA: gene sets whose genes gather at an end of a ranking of all genes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidParameter
from engine.tl.enrichment.matched import Sets, cut, marked, unmarked

if TYPE_CHECKING:
    import pandas as pd

MIN_SIZE, MAX_SIZE = 15, 500  # genes of a set in the ranking, as Subramanian et al. advise
FEWEST = 10  # ranked genes
PERMUTATIONS = 1000
STEP = 1e-12  # of the largest score: what sets tied genes apart
COLUMNS = ("term", "size", "es", "nes", "p", "fdr", "leading_genes")


@dataclass(frozen=True)
class CleanRanking:
    """Scores by gene, highest first, no two alike; and what was done to get there, in numbers of genes."""

    scores: pd.Series
    n_missing: int = 0
    n_twice: int = 0
    n_tied: int = 0
    n_infinite: int = 0

    def notes(self) -> list[str]:
        """A sentence for each thing that was done."""
        told = [
            (self.n_missing, "had no score and {} left out"),
            (self.n_twice, "{} named again; the score furthest from 0 was kept"),
            (self.n_infinite, "had an infinite score and {} given the largest finite one"),
            (self.n_tied, "share their score with another; their order among themselves was drawn by the seed"),
        ]
        return [f"{n:,} gene{'' if n == 1 else 's'} {words.format('was' if n == 1 else 'were')}."
                for n, words in told if n]  # fmt: skip


def smallest_p(permutations: int) -> float:
    """The smallest p that so many permutations can show: 1 / (permutations + 1)."""
    return 1 / (permutations + 1)


def clean_ranking(ranking: pd.Series, *, seed: int) -> CleanRanking:
    """A ranking that GSEA can take: numbers, a gene once, ties in an order drawn by `seed`.

    The order of tied genes changes the enrichment score. Left to a sort it would be that of the file or the alphabet,
    where families of genes stand together; drawn, it favours no set.

    Raises
    ------
    InvalidParameter
        When fewer than ten genes have a score, or all scores are alike.
    """
    scores = ranking.astype(float)
    scores.index = scores.index.astype(str)
    n_missing = int(scores.isna().sum())
    scores = scores.dropna().sort_index()
    order = np.argsort(-scores.abs().to_numpy(), kind="stable")
    n_twice = int(scores.index.duplicated().sum())
    scores = scores.iloc[order]
    scores = scores[~scores.index.duplicated()].sort_index()
    infinite = ~np.isfinite(scores)
    finite = scores[~infinite]
    if len(scores) < FEWEST or finite.nunique() < 2:
        raise InvalidParameter(f"A ranking needs {FEWEST} genes or more with different scores, found {len(scores):,} "
                               f"with {finite.nunique():,} different ones. Choose another column.")  # fmt: skip
    scores = scores.clip(finite.min(), finite.max())
    n_tied = int(scores.duplicated(keep=False).sum())
    drawn = scores.iloc[np.random.default_rng(seed).permutation(len(scores))]
    drawn = drawn.iloc[np.argsort(-drawn.to_numpy(), kind="stable")]
    apart = drawn - STEP * scores.abs().max() * np.arange(len(drawn)) if n_tied else drawn
    return CleanRanking(apart, n_missing, n_twice, n_tied, int(infinite.sum()))


def preranked(ranking: pd.Series, sets: Sets, *, seed: int = 0, permutations: int = PERMUTATIONS,
              min_size: int = MIN_SIZE, max_size: int = MAX_SIZE) -> pd.DataFrame:
    """Gene set enrichment analysis (Subramanian et al., PNAS 2005) of a ranking, by gseapy.

    Genes are permuted, which takes them as independent; genes of a set move together, so p is a guide. gseapy says 0
    where no permutation reached the score. Here neither p nor fdr is below `smallest_p(permutations)`, which is the
    least that can be known.

    Parameters
    ----------
    ranking
        A score of each gene, by name; see `clean_ranking`.
    sets
        Genes of each term; those with `min_size` to `max_size` genes in the ranking are tested.

    Returns
    -------
    DataFrame
        A row a tested term, the smallest p first: term, size, es, nes (enrichment score, and relative to permutations
        of its sign), p, fdr, leading_genes (those before the maximum, joined by semicolons).

    Raises
    ------
    InvalidParameter
        When the ranking cannot be used, no set is in it, or there are fewer than 10 permutations.
    """
    import gseapy

    if permutations < 10:
        raise InvalidParameter(f"GSEA needs 10 permutations or more, found {permutations}. Take 1000.")
    scores = clean_ranking(ranking, seed=seed).scores
    most = min(max_size, len(scores) - 1)
    inside = cut(sets, scores.index, least=min_size, most=most)
    if not inside:
        raise InvalidParameter(_none_inside(sets, scores.index, min_size, most))
    named = scores.set_axis(marked(scores.index))
    done = gseapy.prerank(named, {term: marked(genes) for term, genes in inside.items()}, outdir=None, no_plot=True,
                          min_size=min_size, max_size=most, permutation_num=permutations, seed=seed, threads=1,
                          ascending=None)  # fmt: skip
    return _table(done.res2d, inside, smallest_p(permutations))


def _table(found: pd.DataFrame, inside: Sets, least: float) -> pd.DataFrame:
    import pandas as pd

    numbers = found[["ES", "NES", "NOM p-val", "FDR q-val"]].astype(float).to_numpy()
    table = pd.DataFrame({
        "term": found["Term"].astype(str), "size": [len(inside[term]) for term in found["Term"]],
        "es": numbers[:, 0], "nes": numbers[:, 1], "p": np.clip(numbers[:, 2], least, 1.0),
        "fdr": np.clip(numbers[:, 3], least, 1.0), "leading_genes": found["Lead_genes"].map(unmarked),
    })  # fmt: skip
    strength = -table["nes"].abs()
    return table.assign(_strength=strength).sort_values(["p", "_strength", "term"], ignore_index=True).drop(
        columns="_strength")  # fmt: skip


def _none_inside(sets: Sets, ranked: Iterable[str], least: int, most: int) -> str:
    known, ranked = {gene for genes in sets.values() for gene in genes}, set(ranked)
    return (f"None of the {len(sets):,} gene sets has {least} to {most} genes in the ranking: {len(known & ranked):,} "
            f"of {len(known):,} genes of the sets are among its {len(ranked):,}. Choose gene sets that name genes as "
            "the ranking does.")  # fmt: skip

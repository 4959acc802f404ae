"""Over-representation: gene sets that hold more of some genes than a draw from the background would."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidParameter
from engine.tl.enrichment.matched import FEWEST, Sets, cut, marked, match, other_case, unmarked

if TYPE_CHECKING:
    import pandas as pd

MIN_SIZE = 5  # genes of a set in the background
COLUMNS = ("term", "size", "overlap", "expected", "odds_ratio", "p", "fdr", "genes")


def over_representation(genes: Iterable[str], sets: Sets, background: Iterable[str], *,
                        min_size: int = MIN_SIZE) -> pd.DataFrame:
    """Fisher's exact test, one-sided, of every set against the genes, in the background of the genes tested.

    Genes and sets are cut to the background first: a gene that could not have been chosen is no evidence. p comes from
    gseapy. Its own adjusted p counts only the sets that were hit, and is therefore too small; here Benjamini–Hochberg
    counts every set with at least `min_size` genes in the background, hit or not. Its own odds ratio adds 0.5 to each
    cell of the table; here it is the plain one, infinite where no gene of the list lies outside the set, or none of
    the set outside the list.

    Parameters
    ----------
    genes
        Those to explain.
    sets
        Genes of each term.
    background
        Every gene that could have been among `genes`.
    min_size
        Sets with fewer genes in the background are not tested.

    Returns
    -------
    DataFrame
        A row a tested term, the smallest p first: term, size (its genes in the background), overlap, expected (overlap
        of a random draw), odds_ratio, p, fdr, genes (those of the overlap, joined by semicolons).

    Raises
    ------
    InvalidParameter
        When fewer than two genes are in the background, no gene of it lies outside the list, or no set is in it.
    """
    genes, background = list(dict.fromkeys(genes)), list(dict.fromkeys(background))
    chosen = set(genes) & set(background)
    _check(genes, chosen, background)
    inside = cut(sets, background, least=min_size)
    if not inside:
        raise InvalidParameter(_none_inside(sets, background, min_size))
    return _table(inside, _hits(chosen, inside, background), n_list=len(chosen), n_all=len(background))


def _hits(chosen: set[str], inside: Sets, background: list[str]) -> dict[str, tuple[float, str]]:
    """p and overlap of the sets that were hit, from gseapy; the others are not in it."""
    import gseapy

    named = {term: marked(genes) for term, genes in inside.items()}
    done = gseapy.enrich(marked(sorted(chosen)), named, background=set(marked(background)), outdir=None, no_plot=True)
    if not len(done.results):
        return {}
    found = done.results[["Term", "P-value", "Genes"]].itertuples(index=False)
    return {term: (p, ";".join(sorted(unmarked(genes).split(";")))) for term, p, genes in found}


def _table(inside: Sets, hits: dict[str, tuple[float, str]], *, n_list: int, n_all: int) -> pd.DataFrame:
    import pandas as pd
    from scipy.stats import false_discovery_control

    size = np.array([len(genes) for genes in inside.values()])
    p, genes = zip(*(hits.get(term, (1.0, "")) for term in inside), strict=True)
    overlap = np.array([len(joined.split(";")) if joined else 0 for joined in genes])
    in_neither = n_all - size - n_list + overlap
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = overlap * in_neither / ((size - overlap) * (n_list - overlap))
    table = pd.DataFrame({
        "term": list(inside), "size": size, "overlap": overlap, "expected": size * n_list / n_all, "odds_ratio": odds,
        "p": np.minimum(p, 1.0), "fdr": false_discovery_control(np.minimum(p, 1.0)), "genes": genes,
    })  # fmt: skip
    return table.sort_values(["p", "expected", "term"], ascending=[True, True, True], ignore_index=True)


def _check(genes: list[str], chosen: set[str], background: list[str]) -> None:
    if len(genes) < FEWEST:
        raise InvalidParameter(f"At least {FEWEST} genes are needed to ask what they do together, found {len(genes)}. "
                               "Choose more.")  # fmt: skip
    if len(chosen) < FEWEST:
        missing = match(genes, background).missing
        case = other_case(missing, background)
        hint = (f"{case} of them would be if upper and lower case were the same: are they of another species?" if case
                else "Check that both name genes in the same way, by symbols.")  # fmt: skip
        raise InvalidParameter(
            f"{len(genes):,} genes were given and {len(chosen)} of them {'is' if len(chosen) == 1 else 'are'} in the "
            f"background of {len(background):,} genes; {FEWEST} or more are needed. Not there: "
            f"{', '.join(missing[:5])}{' and more' if len(missing) > 5 else ''}. {hint}"
        )
    if len(chosen) == len(background):
        raise InvalidParameter("The genes are the whole background, so nothing can be more frequent among them. Choose "
                               "fewer genes, or a background that holds all that were measured.")  # fmt: skip


def _none_inside(sets: Sets, background: Collection[str], min_size: int) -> str:
    known = {gene for genes in sets.values() for gene in genes}
    shared = len(known & set(background))
    case = other_case(background, known) if not shared else 0
    hint = (f"{case:,} would be if upper and lower case were the same: are the sets of another species?" if case
            else "Choose gene sets that name genes as the background does, by symbols.")  # fmt: skip
    return (f"None of the {len(sets):,} gene sets has {min_size} genes or more in the background: {shared:,} of "
            f"{len(known):,} genes of the sets are among its {len(background):,}. {hint}")  # fmt: skip

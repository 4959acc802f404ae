"""Which of the genes given are known elsewhere, and gene sets cut to what was measured."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

FEWEST = 2  # genes that a test needs

Sets = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Matched:
    """How many of the genes given are known, and the names of those that are not, in the order given."""

    n_given: int
    n_matched: int
    missing: tuple[str, ...] = ()


def match(genes: Iterable[str], known: Collection[str]) -> Matched:
    """Hold genes, each counted once, against the known ones; upper and lower case differ."""
    given, known = list(dict.fromkeys(genes)), set(known)
    missing = tuple(gene for gene in given if gene not in known)
    return Matched(len(given), len(given) - len(missing), missing)


def cut(sets: Sets, background: Collection[str], *, least: int = 1, most: int | None = None) -> dict[str, list[str]]:
    """Each set's genes that are in the background; sets with fewer than `least` or more than `most` are left out."""
    known = set(background)
    inside = {term: [gene for gene in dict.fromkeys(genes) if gene in known] for term, genes in sets.items()}
    return {term: genes for term, genes in inside.items()
            if len(genes) >= least and (most is None or len(genes) <= most)}


def other_case(missing: Iterable[str], known: Collection[str]) -> int:
    """How many missing names would be known if upper and lower case were the same: names of another species."""
    upper = {gene.upper() for gene in known}
    return sum(gene.upper() in upper for gene in missing)


def marked(genes: Iterable[str]) -> list[str]:
    """Names with a small letter in front, for gseapy, which turns some lists to upper case and numbers to Entrez ids.

    It does so when fewer than nine in ten names are upper case and the first ten sets are all upper case, which cuts
    C1orf112 out of a human list.
    """
    return [f"g{gene}" for gene in genes]


def unmarked(joined: str) -> str:
    """The reverse, for genes that gseapy joined by semicolons."""
    return ";".join(gene[1:] for gene in joined.split(";")) if joined else ""

"""Gene sets from files: GMT with its dialects, and tables with a set and a gene in each row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from engine.errors import InvalidFile
from engine.knowledge.text import MOST, read_table, read_text

SIZE = re.compile(r"\s*\(\d+\)$")  # how many genes an Entrez GMT says a set has


def read_gmt(path: Path, *, most: int = MOST) -> dict[str, tuple[str, ...]]:
    """Genes of each set of a GMT file: name, description, genes, separated by tabs.

    Weights after a comma, as Enrichr writes them, are dropped. Lines without content are passed over.

    Raises
    ------
    InvalidFile
        When a line is not of that form, a set is empty or has the name of another, or there is none.
    """
    name, sets = f"'{Path(path).name}'", {}
    for n, line in enumerate(read_text(path, most=most).splitlines(), 1):
        if not line.strip():
            continue
        title, *rest = (part.strip() for part in line.split("\t"))
        genes = tuple(dict.fromkeys(filter(None, map(_without_weight, rest[1:]))))
        if not title or not genes:
            raise InvalidFile(
                f"{name} was expected to hold a set in each line: name, description and genes, separated by tabs. "
                f"Line {n} {'has no name' if not title else f'({title[:40]}) has no genes'}. Mend that line."
            )
        if title in sets:
            raise InvalidFile(f"{name}: every set needs a name of its own, found '{title}' again in line {n}.")
        sets[title] = genes
    if not sets:
        raise InvalidFile(f"{name} was expected to hold gene sets, found none. Choose a GMT file.")
    return sets


def read_entrez_gmt(path: Path, symbol_of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Sets of a GMT file with Entrez ids, as symbols; named by their description, with the id behind.

    Ids without a symbol are left out, and sets that have none with one.
    """
    sets = {}
    for line in read_text(path).splitlines():
        title, description, *ids = line.split("\t")
        named = f"{SIZE.sub('', description)} ({title})"
        sets[named] = tuple(dict.fromkeys(symbol_of[i] for i in ids if i in symbol_of))
    return {title: genes for title, genes in sets.items() if genes}


def read_lists(path: Path, set_column: str, gene_column: str,
               symbol_of: Mapping[str, str] | None = None) -> dict[str, tuple[str, ...]]:
    """Sets of a table with a row per set and gene; without a set column the whole table is one set."""
    table = read_table(path)
    if symbol_of is not None:
        table = table.assign(**{gene_column: table[gene_column].map(symbol_of)})
    table = table.dropna(subset=[gene_column])
    if not set_column:
        return {gene_column: tuple(dict.fromkeys(table[gene_column]))}
    return {title: tuple(dict.fromkeys(genes)) for title, genes in table.groupby(set_column)[gene_column]}


def read_flags(path: Path, gene_column: str, symbol_of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Sets of a table with a column per set, "Yes" where the gene of that row is in it."""
    table = read_table(path)
    symbols = table[gene_column].map(symbol_of)
    flagged = {column: symbols[table[column] == "Yes"].dropna() for column in table.columns}
    return {column: tuple(dict.fromkeys(genes)) for column, genes in flagged.items() if len(genes)}


def _without_weight(gene: str) -> str:
    symbol, comma, weight = gene.partition(",")
    return symbol if comma and re.fullmatch(r"-?[\d.]+(e-?\d+)?", weight, re.IGNORECASE) else gene


"""The gene table: names, aliases, kind and place of every gene of a species."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("symbol", "ensembl", "entrez", "aliases", "biotype", "chromosome", "start", "end", "strand")


@dataclass(frozen=True, eq=False)
class GeneTable:
    """Genes of one species, a row each.

    `table` has the columns symbol, ensembl (without version), entrez, aliases (earlier and other names,
    separated by `|`), biotype, chromosome ("1" … "X", "MT"), start and end (1-based, inclusive, nullable
    integers), strand (1 or −1). What the source does not know is empty or missing. `assembly` names the
    genome that the positions are on ("GRCh38"), empty where there are none.
    """

    species: str
    table: pd.DataFrame
    assembly: str = ""

    @cached_property
    def symbol_of(self) -> dict[str, str]:
        """Approved symbol by Ensembl id, Entrez id and symbol; an alias only where it has one meaning."""
        approved = dict.fromkeys(self.table["symbol"])
        found = {symbol: symbol for symbol in approved if symbol}
        for column in ("ensembl", "entrez"):
            for name, symbol in zip(self.table[column].astype(str), self.table["symbol"], strict=True):
                if name and symbol:
                    found.setdefault(name, symbol)
        meanings: dict[str, set[str]] = {}
        named = self.table[self.table["symbol"] != ""]
        for names, symbol in zip(named["aliases"], named["symbol"], strict=True):
            for alias in filter(None, str(names).split("|")):
                meanings.setdefault(alias, set()).add(symbol)
        return {alias: symbols.pop() for alias, symbols in meanings.items() if len(symbols) == 1} | found

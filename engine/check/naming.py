"""Other names for genes: symbols from a column, approved symbols from a gene table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.check.identifiers import identify, without_genome, without_version
from engine.io.genes import GeneTable

if TYPE_CHECKING:
    import pandas as pd

SYMBOL_COLUMN = re.compile(
    r"(gene[_. ]?)?(symbols?|names?|short_name)|feature_?names?|hgnc(_symbol)?|mgi(_symbol)?|external_gene_name",
    re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True)
class Renamed:
    """Genes under other names, in their order; how many got a new name, had a good one, and why others did not."""

    names: tuple[str, ...]
    changed: int
    approved: int
    unknown: int
    ambiguous: int

    @property
    def known(self) -> int:
        """Genes that now bear an approved symbol."""
        return self.changed + self.approved

    def say(self) -> str:
        """The outcome in a sentence."""
        rest = f"{self.unknown:,} are not in the gene table"
        if self.ambiguous:
            rest += f", and {self.ambiguous:,} have several meanings"
        return f"{self.known:,} of {len(self.names):,} genes have an approved symbol; {rest}"


def symbol_column(var: pd.DataFrame) -> str:
    """The column of the gene table that holds symbols; empty when none does."""
    for name in var:
        if SYMBOL_COLUMN.fullmatch(str(name)) and identify(filter(None, texts(var[name]))).kind == "symbol":
            return str(name)
    return ""


def approved(names: Sequence[str], table: GeneTable, *, symbols: Sequence[str] = ()) -> Renamed:
    """Approved symbols by Ensembl id, Entrez id, symbol or earlier name; what is unknown keeps its name.

    Hyphens that R made dots are found too (`HLA.A` is HLA-A). `symbols` of the file, one a gene or none at all,
    are taken for genes that the table does not know; they count as unknown.
    """
    several = _ambiguous(table)
    new, changed, unknown, ambiguous = [], 0, 0, 0
    for name in map(str, names):
        bare = without_version(without_genome(name))
        found = next((table.symbol_of[look] for look in (bare, bare.replace(".", "-")) if look in table.symbol_of), "")
        ambiguous += not found and bare in several
        unknown += not found and bare not in several
        new.append(found or (symbols[len(new)] if symbols else "") or name)
        changed += bool(found) and found != name
    return Renamed(tuple(new), changed, len(new) - unknown - ambiguous - changed, unknown, ambiguous)


def from_column(names: Sequence[str], var: pd.DataFrame, column: str) -> Renamed:
    """Symbols from a column of the file; genes without one keep their name."""
    symbols = texts(var[column])
    new = [symbol or str(name) for symbol, name in zip(symbols, names, strict=True)]
    changed = sum(str(old) != now for old, now in zip(names, new, strict=True))
    lacking = sum(not symbol for symbol in symbols)
    return Renamed(tuple(new), changed, len(new) - changed - lacking, lacking, 0)


def has_positions(table: GeneTable | None) -> bool:
    """Whether a gene table knows where genes lie."""
    return table is not None and bool(table.table["start"].notna().any())


def _ambiguous(table: GeneTable) -> set[str]:
    aliases = {alias for names in table.table["aliases"] for alias in str(names).split("|") if alias}
    return aliases - table.symbol_of.keys()


def texts(values: pd.Series) -> list[str]:
    """The values of a column as text, missing ones empty."""
    return ["" if text in ("nan", "None", "<NA>") else text for text in values.astype("object").astype(str)]

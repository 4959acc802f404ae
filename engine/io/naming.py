"""Other names for genes: symbols from a column, approved symbols from a gene table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.io.genes import GeneTable
from engine.io.identifiers import identify, without_genome, without_version

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
            rest += f", {self.ambiguous:,} have several meanings"
        return f"{self.known:,} of {len(self.names):,} genes have an approved symbol; {rest}, and keep their name"


def symbol_column(var: pd.DataFrame) -> str:
    """The column of the gene table that holds symbols; empty when none does."""
    for name in var:
        if SYMBOL_COLUMN.fullmatch(str(name)) and identify(_texts(var[name])).kind == "symbol":
            return str(name)
    return ""


def approved(names: Sequence[str], table: GeneTable) -> Renamed:
    """Approved symbols by Ensembl id, Entrez id, symbol or earlier name; what is unknown keeps its name.

    Hyphens that R made dots are found too (`HLA.A` is HLA-A).
    """
    several = _ambiguous(table)
    new, unknown, ambiguous = [], 0, 0
    for name in map(str, names):
        bare = without_version(without_genome(name))
        found = next((table.symbol_of[look] for look in (bare, bare.replace(".", "-")) if look in table.symbol_of), "")
        ambiguous += not found and bare in several
        unknown += not found and bare not in several
        new.append(found or name)
    changed = sum(old != now for old, now in zip(names, new, strict=True))
    return Renamed(tuple(new), changed, len(new) - unknown - ambiguous - changed, unknown, ambiguous)


def from_column(names: Sequence[str], var: pd.DataFrame, column: str) -> Renamed:
    """Symbols from a column of the file; genes without one keep their name."""
    new = [symbol or str(name) for symbol, name in zip(_texts(var[column], keep=True), names, strict=True)]
    changed = sum(str(old) != now for old, now in zip(names, new, strict=True))
    lacking = sum(not symbol for symbol in _texts(var[column], keep=True))
    return Renamed(tuple(new), changed, len(new) - changed - lacking, lacking, 0)


def has_positions(table: GeneTable | None) -> bool:
    """Whether a gene table knows where genes lie."""
    return table is not None and bool(table.table["start"].notna().any())


def _ambiguous(table: GeneTable) -> set[str]:
    aliases = {alias for names in table.table["aliases"] for alias in str(names).split("|") if alias}
    return aliases - table.symbol_of.keys()


def _texts(values: pd.Series, *, keep: bool = False) -> list[str]:
    texts = ["" if text in ("nan", "None", "<NA>") else text for text in values.astype("object").astype(str)]
    return texts if keep else [text for text in texts if text]

"""Gene tables from HGNC and Ensembl, one out of both, the orthologs of babelgene, and summaries of RefSeq."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.io.genes import COLUMNS, GeneTable
from engine.knowledge.text import read_table

if TYPE_CHECKING:
    import pandas as pd

BIOTYPE = {"protein-coding gene": "protein_coding", "non-coding RNA": "ncRNA", "pseudogene": "pseudogene"}
CHROMOSOMES = {*map(str, range(1, 23)), "X", "Y", "MT"}
MIN_SUPPORT = 4  # databases that agree on an ortholog; with fewer, rare claims hide pairs such as ACTB and Actb
EMPTY = dict.fromkeys(("ensembl", "entrez", "aliases", "biotype", "chromosome"), "")


def read_hgnc(path: Path) -> pd.DataFrame:
    """Approved human genes of the HGNC complete set, columns of `GeneTable`; without positions.

    Aliases are earlier symbols and synonyms; the chromosome is that of the cytoband.
    """
    wanted = ("symbol", "locus_group", "status", "location", "alias_symbol", "prev_symbol", "entrez_id",
              "ensembl_gene_id")  # fmt: skip
    found = read_table(path, columns=wanted)
    found = found[found["status"] == "Approved"]
    aliases = (found["prev_symbol"] + "|" + found["alias_symbol"]).str.strip("|")
    band = found["location"].str.extract(r"^(\d{1,2}|[XY])(?:[pq]|cen|$)")[0]
    chromosome = band.fillna("").mask(found["location"] == "mitochondria", "MT")
    return _columns(found.assign(
        ensembl=found["ensembl_gene_id"], entrez=found["entrez_id"], aliases=aliases, chromosome=chromosome,
        biotype=found["locus_group"].map(BIOTYPE).fillna(found["locus_group"]),
    ))  # fmt: skip


def read_annotables(path: Path) -> pd.DataFrame:
    """Ensembl genes of an annotables table, a row per Ensembl id; positions on whole chromosomes alone."""
    found = read_table(path).drop_duplicates("ensgene")
    placed = found["chr"].isin(CHROMOSOMES)
    return _columns(found.assign(
        ensembl=found["ensgene"], chromosome=found["chr"].where(placed, ""),
        **{name: found[name].where(placed) for name in ("start", "end", "strand")},
    ))  # fmt: skip


def merge_tables(named: pd.DataFrame, placed: pd.DataFrame) -> pd.DataFrame:
    """Genes of both tables: symbols and aliases of `named`, positions and biotypes of `placed`.

    Genes are the same when their Ensembl ids are, and else when their symbols are. Where the symbols of the
    same gene differ, that of `placed` becomes an alias.
    """
    by_id = named[named["ensembl"] != ""].drop_duplicates("ensembl").set_index("ensembl")
    symbol = placed["ensembl"].map(by_id["symbol"]).fillna(placed["symbol"])
    by_symbol = named.drop_duplicates("symbol").set_index("symbol")
    aliases = symbol.map(by_symbol["aliases"]).fillna("")
    other = placed["symbol"].where((placed["symbol"] != symbol) & (placed["symbol"] != ""), "")
    entrez = placed["entrez"].mask(placed["entrez"] == "", symbol.map(by_symbol["entrez"]).fillna(""))
    both = placed.assign(symbol=symbol, entrez=entrez, aliases=(aliases + "|" + other).str.strip("|"))
    alone = named[~named["symbol"].isin(set(symbol))]
    import pandas as pd

    return pd.concat([both, alone], ignore_index=True)


def gene_table(species: str, *, named: Path | None = None, placed: Path | None = None,
               assembly: str = "") -> GeneTable | None:
    """The gene table of a species from the files that are here; None without any."""
    if placed is None:
        return None if named is None else GeneTable(species, read_hgnc(named).reset_index(drop=True))
    table = read_annotables(placed)
    if named is not None:
        table = merge_tables(read_hgnc(named), table)
    return GeneTable(species, table.reset_index(drop=True), assembly)


def read_orthologs(path: Path) -> dict[str, str]:
    """Human symbol by symbol, of genes with just one ortholog on each side.

    Pairs that fewer than four of the joined databases support are not counted.
    """
    found = read_table(path)
    found = found[found["support_n"].astype(float) >= MIN_SUPPORT]
    found = found[(found["symbol"] != "") & (found["human_symbol"] != "")].drop_duplicates(["symbol", "human_symbol"])
    alone = ~found["symbol"].duplicated(keep=False) & ~found["human_symbol"].duplicated(keep=False)
    return dict(zip(found.loc[alone, "symbol"], found.loc[alone, "human_symbol"], strict=True))


def read_summaries(path: Path) -> dict[str, str]:
    """The summary of each gene by its symbol, else by its Entrez id; of a symbol with two, the longer."""
    found = read_table(path)
    name = found["symbol"].where(found["symbol"] != "", found["Gene_ID"])
    found = found.assign(name=name, length=found["Gene_summary"].str.len())
    longest = found[found["length"] > 0].sort_values("length", kind="stable").drop_duplicates("name", keep="last")
    return dict(sorted(zip(longest["name"], longest["Gene_summary"].str.strip(), strict=True)))


def _columns(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of a gene table in their order and types, those that are lacking empty."""
    import pandas as pd

    table = table.assign(**{name: value for name, value in EMPTY.items() if name not in table})
    numbers = {name: pd.to_numeric(table[name]).astype("Int64") if name in table
               else pd.array([pd.NA] * len(table), dtype="Int64") for name in ("start", "end", "strand")}
    return table.assign(**numbers)[list(COLUMNS)]

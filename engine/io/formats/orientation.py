"""Which side of a table names genes."""

from __future__ import annotations

import re
from collections.abc import Sequence

ENSEMBL = re.compile(r"ENS[A-Z]{0,4}G\d{6,}(\.\d+)?")
BARCODE = re.compile(r"([A-Za-z0-9]+[_.-])?[ACGTN]{8,}([_.-]?[A-Za-z0-9]+)*")
PEAK = re.compile(r"(chr)?[0-9XYM]{1,2}[:_-]\d+[-_]\d+", re.IGNORECASE)
SURE = re.compile(r"(MT-(ND|CO|ATP|CYB)|RP[LS]P?\d+)[A-Z0-9]*", re.IGNORECASE)
SYMBOL = re.compile(r"[A-Z][A-Za-z0-9]{1,11}([.-][A-Za-z0-9]{1,6})?")
NUMBERED = re.compile(r"(cell|sample|spot|bc|barcode|c|s|well|donor|patient)[ _.-]?\d+", re.IGNORECASE)
KNOWN = frozenset(
    "ACTB GAPDH B2M MALAT1 CD3D CD3E CD4 CD8A CD14 CD19 MS4A1 LYZ NKG7 GNLY PPBP FCGR3A TP53 MYC EGFR GATA1 GATA2 "
    "GATA6 SOX2 NANOG POU5F1 ALB INS GCG COL1A1 VIM EPCAM KRT18 PTPRC HBB HBA1 XIST TUBB NOTCH1 STAT1 STAT3 IL6 "
    "TNF IFNG FOXP3 SPI1 CEBPA PAX6 SNAP25 GFAP MBP PLP1 APOE TREM2".split()
)
SAMPLE = 2_000
CLEAR = 0.3  # how much larger the share of gene-like names on one side must be


def genes_in_rows(rows: Sequence[str], columns: Sequence[str]) -> tuple[bool, str]:
    """Whether the rows are genes, and a sentence on how that was decided.

    Parameters
    ----------
    rows, columns
        Names of the two sides of a table.
    """
    in_rows, in_columns = gene_share(rows), gene_share(columns)
    if abs(in_rows - in_columns) >= CLEAR:
        side, share, other = ("Rows", in_rows, in_columns) if in_rows > in_columns else ("Columns", in_columns, in_rows)
        return in_rows > in_columns, (
            f"{side} were taken as genes: {share:.0%} of their names look like genes, {other:.0%} on the other side."
        )
    cells = barcode_share(rows), barcode_share(columns)
    if abs(cells[0] - cells[1]) >= CLEAR:
        side = "Columns" if cells[1] > cells[0] else "Rows"
        return cells[1] > cells[0], f"{side} were taken as cells: {max(cells):.0%} of their names are barcodes."
    return True, (
        "Neither side's names tell which are genes; rows were taken as genes, the commonest form. "
        "Turn genes and cells around if that is wrong."
    )


def gene_share(names: Sequence[str]) -> float:
    """Share of names that look like genes or peaks; of the sure kinds a tenth is enough for 1."""
    some = _some(names)
    sure = sum(_is_sure(name) for name in some)
    alike = sum(_is_sure(name) or _is_symbol(name) for name in some)
    return max(min(1.0, 10 * sure / max(len(some), 1)) if sure > 1 else 0.0, alike / max(len(some), 1))


def barcode_share(names: Sequence[str]) -> float:
    """Share of names that are cell barcodes, or numbered cells."""
    some = _some(names)
    return sum(bool(BARCODE.fullmatch(name) or NUMBERED.fullmatch(name)) for name in some) / max(len(some), 1)


def _some(names: Sequence[str]) -> list[str]:
    step = max(1, len(names) // SAMPLE)
    return [str(name) for name in names[::step]]


def _is_sure(name: str) -> bool:
    return bool(
        name.upper() in KNOWN or ENSEMBL.fullmatch(name) or PEAK.fullmatch(name) or SURE.fullmatch(name)
    )


def _is_symbol(name: str) -> bool:
    return bool(SYMBOL.fullmatch(name)) and not (BARCODE.fullmatch(name) or NUMBERED.fullmatch(name))

"""Gene activity from open chromatin: the peaks in a gene's body and just upstream of it, summed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidCounts, KnowledgeMissing
from engine.io.genes import GeneTable

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

PEAK = r"^(?:chr)?(.+)[:_-](\d+)[_-](\d+)$"  # chr1:100-200, chr1-100-200, chr1_100_200, 1:100-200
SPAN = 1 << 40  # one chromosome's stretch on the common line of positions


def gene_activity(counts, peaks: np.ndarray, genes: GeneTable, *, upstream: int = 2000,
                  max_width: int = 500_000) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Counts per gene from counts per peak.

    Parameters
    ----------
    counts
        CSR, shape (n_cells, n_peaks).
    peaks, genes, upstream, max_width
        See `activity_gather`.

    Returns
    -------
    Counts, CSR (n_cells, n_genes), and the symbols, shape (n_genes,).
    """
    gather, names = activity_gather(peaks, genes, upstream=upstream, max_width=max_width)
    wide = np.result_type(counts.dtype, np.int32)  # so that sums of small integers fit
    return (counts @ gather.astype(wide)).tocsr(), names


def activity_gather(peaks: np.ndarray, genes: GeneTable, *, upstream: int = 2000,
                    max_width: int = 500_000) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Which peaks make up the activity of which gene; `block @ gather` turns cells by peaks into cells by genes.

    A peak belongs to every protein-coding gene whose body, lengthened by `upstream` at its start, holds the
    peak's midpoint, both ends included. Signac's GeneActivity (Stuart et al., Nature Methods 18, 1333 (2021))
    has the same intervals and sums fragments; here counts of peaks are summed.

    Parameters
    ----------
    peaks
        Names such as chr1:100-200, chr1-100-200 or chr1_100_200, with or without chr, shape (n_peaks,). The
        midpoint is ⌊(start + end) / 2⌋ of the numbers in the name.
    genes
        Positions on the same genome as the peaks.
    upstream
        Bases before the start of transcription: below `start` on strand 1, above `end` on strand −1.
    max_width
        Genes whose body is longer, in bases, are left out.

    Returns
    -------
    Matrix of 0 and 1, CSR int8 (n_peaks, n_genes), and the symbols, shape (n_genes,): those with at least one
    peak, in the order of the table. Genes of one symbol are summed; a peak counts once for a symbol.

    Raises
    ------
    InvalidCounts
        When names of peaks cannot be read, or no gene has a peak.
    KnowledgeMissing
        When the gene table has no positions.
    """
    from scipy import sparse

    placed = _placed(genes, max_width)
    chromosome, middle = read_peaks(peaks)
    first, last = _intervals(placed, upstream)
    codes = {name: code for code, name in enumerate(placed["chromosome"].unique())}
    line = np.array([codes.get(name, len(codes)) for name in chromosome], dtype=np.int64) * SPAN + middle
    on = placed["chromosome"].map(codes).to_numpy(np.int64) * SPAN
    row, gene = _within(line, on + first, on + last)
    symbols = np.array(list(dict.fromkeys(placed["symbol"])))
    column = placed["symbol"].map({symbol: i for i, symbol in enumerate(symbols)}).to_numpy(np.int64)[gene]
    if not len(row):
        raise InvalidCounts(
            f"None of {len(peaks):,} peaks lies in a protein-coding gene of the table ({genes.species} "
            f"{genes.assembly}). Check the species, and that the chromosomes are named as in it: 1 or chr1."
        )
    seen, column = np.unique(column, return_inverse=True)
    gather = sparse.csr_matrix((np.ones(len(row), dtype=np.int32), (row, column)), shape=(len(peaks), len(seen)))
    gather.data[:] = 1  # a peak in two genes of one symbol was added up
    return gather.astype(np.int8), symbols[seen]


def read_peaks(peaks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chromosome without chr, and midpoint, of each peak's name; both of shape (n_peaks,).

    Raises
    ------
    InvalidCounts
        When a name is not chromosome, start and end; some are named.
    """
    import pandas as pd

    names = pd.Series(np.asarray(peaks, dtype=object)).astype(str)
    parts = names.str.extract(PEAK)
    start, end = (pd.to_numeric(parts[i], errors="coerce").fillna(-1).astype(np.int64) for i in (1, 2))
    bad = parts[0].isna() | (end < start) | (end >= SPAN // 4)
    if bad.any():
        some = ", ".join(f"'{name[:40]}'" for name in names[bad][:3])
        raise InvalidCounts(
            f"Peaks must be named by chromosome, start and end, such as chr1:100-200; {int(bad.sum()):,} of "
            f"{len(names):,} are not: {some}. Rename them, or give gene counts instead."
        )
    chromosome = parts[0].replace({"M": "MT"})
    return chromosome.to_numpy(object), ((start + end) // 2).to_numpy()


def _placed(genes: GeneTable, max_width: int) -> pd.DataFrame:
    """Protein-coding genes with a symbol and a position, no wider than `max_width`."""
    table = genes.table
    known = table["start"].notna() & table["end"].notna() & table["strand"].notna()
    if not known.any():
        raise KnowledgeMissing(
            f"Peaks become gene activity by the places of genes, and the gene table of {genes.species} has none. "
            "Fetch the genes and their places (Ensembl) from the Library."
        )
    wanted = table[known & (table["biotype"] == "protein_coding") & (table["symbol"] != "")]
    return wanted[(wanted["end"] - wanted["start"] + 1 <= max_width).to_numpy(bool)]


def _intervals(placed: pd.DataFrame, upstream: int) -> tuple[np.ndarray, np.ndarray]:
    """First and last base of each gene with its upstream part, at least 0."""
    start, end = (placed[name].to_numpy(np.int64) for name in ("start", "end"))
    forward = placed["strand"].to_numpy(np.int64) > 0
    return np.maximum(np.where(forward, start - upstream, start), 0), np.where(forward, end, end + upstream)


def _within(points: np.ndarray, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index pairs (point, interval) of all points that lie in an interval, ends included."""
    order = np.argsort(points, kind="stable")
    low, high = np.searchsorted(points[order], first, "left"), np.searchsorted(points[order], last, "right")
    n = np.maximum(high - low, 0)
    interval = np.repeat(np.arange(len(first)), n)
    within = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    return order[np.repeat(low, n) + within], interval

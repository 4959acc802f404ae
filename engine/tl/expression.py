"""Which genes changed their level between two conditions: counts summed by donor, then DESeq2's test."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

MIN_COUNT = 10  # a gene is tested when it has so many counts in as many units as the smaller side has
MIN_GENES = 10  # below this a trend of dispersion over mean tells nothing
COLUMNS = ("base_mean", "log2fc", "p", "fdr")


def pseudobulk(counts, cell_unit: np.ndarray, n_units: int) -> np.ndarray:
    """Sum of the counts of each unit's cells, int64 (n_units, n_genes).

    Parameters
    ----------
    counts
        CSR (n_cells, n_genes).
    cell_unit
        Unit of each cell, int (n_cells,), −1 for a cell that is left out.
    """
    from scipy import sparse

    used = np.flatnonzero(cell_unit >= 0)
    places = cell_unit[used], used
    gather = sparse.csr_matrix((np.ones(len(used)), places), shape=(n_units, counts.shape[0]))
    return np.rint((gather @ counts).toarray()).astype(np.int64)


def changed_expression(sums: np.ndarray, case: np.ndarray, *, pair: np.ndarray | None = None,
                       genes: np.ndarray) -> tuple[pd.DataFrame, list[str]]:
    """Mean, log2 fold change (case over control), p and FDR of every gene, and sentences on how it went.

    DESeq2 (Love, Huber and Anders, Genome Biology 15, 550, 2014) as PyDESeq2 has it: ~ condition, or
    ~ donor + condition where donors are in both. Wald test, Benjamini-Hochberg after DESeq2's independent
    filtering. Genes with fewer than 10 counts in as many units as the smaller side has are not tested: their
    log2fc, p and fdr are NaN, as is all but the mean where a side has fewer than two units. Of a gene with one
    unit far out (Cook's distance) p and fdr are NaN, and fdr of one too low for anything to be found.

    Parameters
    ----------
    sums
        Counts of each unit, int (n_units, n_genes).
    case
        Which units are cases, bool (n_units,).
    pair
        Donor of each unit where every donor is on both sides, int (n_units,).
    """
    import pandas as pd

    size = sums.sum(axis=1, keepdims=True)
    table = pd.DataFrame(np.nan, index=pd.Index(genes, name="gene"), columns=list(COLUMNS))
    table["base_mean"] = (sums / np.maximum(size, 1) * size.mean()).mean(axis=0)
    fewest = int(min(case.sum(), (~case).sum()))
    tested = (sums >= MIN_COUNT).sum(axis=0) >= fewest
    if fewest < 2 or tested.sum() < MIN_GENES:
        why = (f"{fewest} unit on one side" if fewest < 2 else
               f"only {int(tested.sum())} genes with {MIN_COUNT} counts in {fewest} units")  # fmt: skip
        return table, [f"Levels of expression were not tested: {why}."]
    found, said = _deseq2(sums[:, tested], case, pair)
    table.loc[tested] = found[["baseMean", "log2FoldChange", "pvalue", "padj"]].to_numpy()
    return table, said


def _deseq2(sums: np.ndarray, case: np.ndarray, pair: np.ndarray | None) -> tuple[pd.DataFrame, list[str]]:
    import pandas as pd
    from pydeseq2.dds import DeseqDataSet
    from pydeseq2.default_inference import DefaultInference
    from pydeseq2.ds import DeseqStats

    units = [f"unit{i}" for i in range(len(sums))]
    facts = pd.DataFrame({"condition": np.where(case, "case", "control")}, index=units)
    if pair is not None:
        facts["donor"] = [f"d{donor}" for donor in pair]
    inference = DefaultInference(n_cpus=1)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        data = DeseqDataSet(
            counts=pd.DataFrame(sums, index=units), metadata=facts, inference=inference, quiet=True,
            design="~condition" if pair is None else "~donor + condition",
            size_factors_fit_type="ratio" if (sums > 0).all(axis=0).any() else "poscounts",
        )  # fmt: skip
        data.deseq2()
        test = DeseqStats(data, contrast=["condition", "case", "control"], inference=inference, quiet=True)
        test.summary()
    return test.results_df, _sentences(heard)


# what PyDESeq2 warns of, by a part of its words, as a biologist may read it
PLAIN = {
    "trend curve fitting did not converge": "no curve of their spread over their mean fitted the genes, so that one "
    "spread for all was what each gene's own was drawn to",
    "As the residual degrees of freedom is less than 3": "so few units say little of the spread of a gene, and the "
    "prior of it is rough",
}  # fmt: skip


def _sentences(heard: list[warnings.WarningMessage]) -> list[str]:
    """What PyDESeq2 itself warned of, once each; what its libraries say to its makers is left out."""
    ours = [str(w.message).strip() for w in heard if issubclass(w.category, (UserWarning, RuntimeWarning))
            and "pydeseq2" in w.filename]  # fmt: skip
    plain = [next((said for part, said in PLAIN.items() if part in text), text.rstrip(".")) for text in ours]
    return [f"Levels of expression: {text}." for text in dict.fromkeys(plain)]

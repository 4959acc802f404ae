"""The measured changes that are to be explained: a table of genes, checked once, and which of them count as changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidFile, InvalidParameter, closest
from engine.tl.adjust import adjusted

if TYPE_CHECKING:
    import pandas as pd

USUAL = {  # names that other tools give the columns, used only to say which may be meant
    "gene": ("genes", "symbol", "gene_name", "gene_symbol", "names", "feature"),
    "log2fc": ("logfc", "log2foldchange", "log_fc", "avg_log2fc", "logfoldchanges", "log2_fold_change", "lfc"),
    "p": ("pvalue", "p_value", "p.value", "pval", "p_val", "pvals", "pr(>f)"),
    "fdr": ("padj", "p_adj", "p_val_adj", "adj.p.val", "pvals_adj", "p_adjusted", "qvalue", "q_value", "q", "bh"),
}


@dataclass(frozen=True)
class Changes:
    """The measured universe and its changed genes.

    Attributes
    ----------
    genes : str (n_genes,)
    log2fc, p, fdr : float64 (n_genes,)
        NaN where the table has none.
    changed : bool (n_genes,)
    notes : sentences about what was left out or worked out
    """

    genes: np.ndarray
    log2fc: np.ndarray
    p: np.ndarray
    fdr: np.ndarray
    changed: np.ndarray
    notes: tuple[str, ...] = ()

    @cached_property
    def direction(self) -> np.ndarray:
        """1 for a gene that changed up, −1 for down, 0 for one that did not change, float64 (n_genes,)."""
        return np.where(self.changed, np.sign(np.nan_to_num(self.log2fc)), 0.0)

    @property
    def n_changed(self) -> int:
        return int(self.changed.sum())

    @cached_property
    def bias(self) -> float:
        """(up − down) / (up + down) of the changed genes; 0 where no direction is known."""
        known = np.abs(self.direction).sum()
        return float(self.direction.sum() / known) if known else 0.0

    @cached_property
    def place(self) -> dict[str, int]:
        """Row of each gene."""
        return {gene: i for i, gene in enumerate(self.genes.tolist())}


def changes_of(table: pd.DataFrame, *, max_fdr: float = 0.05, min_log2fc: float = 0.0,
               changed: Iterable[str] | None = None) -> Changes:
    """Check a table of changes and find its changed genes.

    Parameters
    ----------
    table
        Columns gene, log2fc, and fdr or p or both. A gene without either value was not tested and is left out; an
        fdr that is not there is worked out of p (Benjamini–Hochberg).
    max_fdr, min_log2fc
        A gene changed where fdr ≤ `max_fdr` and |log2fc| ≥ `min_log2fc`.
    changed
        The changed genes, whatever the thresholds; all genes with a log2fc are then the universe.

    Raises
    ------
    InvalidFile
        When columns are missing, a gene is there twice, or no gene has a value.
    InvalidParameter
        When no gene changed at these thresholds, or none of the genes given is in the table.
    """
    kept, notes = _universe(_checked(table), given=changed is not None)
    genes = kept["gene"].to_numpy(str)
    fc, p, fdr = (kept[name].to_numpy(float) for name in ("log2fc", "p", "fdr"))
    if changed is not None:
        chosen, said = _given(genes, changed)
        return Changes(genes, fc, p, fdr, chosen, (*notes, *said))
    with np.errstate(invalid="ignore"):
        chosen = (fdr <= max_fdr) & (np.abs(fc) >= min_log2fc)
    if not chosen.any():
        raise InvalidParameter(_none_changed(fdr, fc, max_fdr, min_log2fc))
    return Changes(genes, fc, p, fdr, chosen, tuple(notes))


def need_columns(columns: Iterable[str], expected: Iterable[str]) -> None:
    """Raise a sentence with the closest names when a table of changes lacks one of the columns."""
    found = [str(column) for column in columns]
    missing = [name for name in expected if name not in found]
    if not missing:
        return
    near = {name: _meant(name, found) for name in missing}
    hints = [f"'{column}' may be {name}" for name, column in near.items() if column]
    raise InvalidFile(
        "A table of changes needs the columns gene, log2fc and fdr, or p in place of fdr; found "
        f"{', '.join(found[:8]) or 'none'}, and no {' and no '.join(missing)}. "
        f"{'; '.join(hints) + ': rename' if hints else 'Name'} its columns in the first line."
    )


def _meant(name: str, columns: list[str]) -> str:
    """The column that is `name` by another word, or near it in spelling; empty where there is none."""
    by_lower = {column.lower(): column for column in columns if column not in USUAL}
    usual = [by_lower[word] for word in (name, *USUAL[name]) if word in by_lower]
    return next(iter(usual or closest(name, by_lower.values(), n=1)), "")


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    wanted = ["fdr"] if "p" not in table else []
    need_columns(table.columns, ["gene", "log2fc", *wanted])
    if table.empty:
        raise InvalidFile("A table of changes was expected to have a gene a row, found no row. Give another table.")
    table = table.reindex(columns=["gene", "log2fc", "p", "fdr"])
    numbers = table[["log2fc", "p", "fdr"]].apply(lambda column: pd.to_numeric(column, errors="coerce"))
    numbers = numbers.where(np.isfinite(numbers))
    _need_shares(numbers)
    genes = table["gene"].fillna("").astype(str).str.strip()
    twice = genes[(genes != "") & genes.duplicated()].drop_duplicates().tolist()
    if twice:
        raise InvalidFile(
            f"Every gene of a table of changes needs one row, found {len(twice):,} with more: {', '.join(twice[:6])}. "
            "Keep one row of each, for example the one with the most reads."
        )
    return numbers.assign(gene=genes)


def _need_shares(numbers: pd.DataFrame) -> None:
    for name in ("p", "fdr"):
        outside = numbers[name][(numbers[name] < 0) | (numbers[name] > 1)]
        if len(outside):
            raise InvalidFile(f"'{name}' of a table of changes lies from 0 to 1, found {outside.iloc[0]:g} in "
                              f"{len(outside):,} rows or more. Bring it as it is, not as −log10.")  # fmt: skip


def _universe(table: pd.DataFrame, *, given: bool) -> tuple[pd.DataFrame, list[str]]:
    """The rows that were measured, with an fdr each, and what is to be said about the others."""
    tested = table["p"].notna() | table["fdr"].notna()
    if not given and not tested.any():
        raise InvalidFile(
            f"A table of changes needs numbers in p or fdr, and none of its {len(table):,} genes has one. "
            "Check how the table was made, or name the changed genes yourself."
        )
    keep = (table["gene"] != "") & table["log2fc"].notna() & (True if given else tested)
    if not keep.any():
        raise InvalidFile("A table of changes needs numbers in log2fc, found none beside a p or fdr. Check the table.")
    notes, kept = [], table[keep].reset_index(drop=True)
    if len(kept) < len(table):
        notes.append(f"{len(table) - len(kept):,} rows of the table without a gene, log2fc or p were left out.")
    if kept["fdr"].isna().all() and kept["p"].notna().any():
        kept = kept.assign(fdr=adjusted(kept["p"].to_numpy(float)))
        notes.append("The table has no fdr: it was worked out of p (Benjamini–Hochberg).")
    return kept, notes


def _given(genes: np.ndarray, changed: Iterable[str]) -> tuple[np.ndarray, list[str]]:
    """Which genes are in a list of changed ones, and what is to be said about those that were not measured."""
    names = list(dict.fromkeys(changed))
    chosen, known = np.isin(genes, names), set(genes.tolist())
    lost = [name for name in names if name not in known]
    if not chosen.any():
        near = closest(lost[0], known, n=1) if lost else []
        raise InvalidParameter(
            f"None of the {len(names):,} changed genes given is in the table. "
            + (f"Closest to {lost[0]}: {near[0]}." if near else "Check how the table names its genes.")
        )
    said = [f"{len(lost):,} of the {len(names):,} changed genes given are not in the table: "
            f"{', '.join(lost[:6])}{' …' if len(lost) > 6 else ''}."]  # fmt: skip
    return chosen, said if lost else []


def _none_changed(fdr: np.ndarray, fc: np.ndarray, max_fdr: float, min_log2fc: float) -> str:
    strong = np.abs(fc) >= min_log2fc
    if not strong.any():
        most = np.abs(fc).max()
        return (f"No gene of {len(fc):,} has |log2fc| of {min_log2fc:g} or more; the largest is {most:.3g}. "
                "Lower that threshold.")  # fmt: skip
    least = np.nanmin(fdr[strong]) if np.isfinite(fdr[strong]).any() else float("nan")
    return (f"No gene of {len(fc):,} changed at fdr ≤ {max_fdr:g}; the smallest is {least:.3g}. Raise the threshold, "
            "or give a list of genes; without changed genes there is nothing to explain.")  # fmt: skip

"""What was measured: RNA, open chromatin, RNA in place, or protein; judged by evidence in the file."""

from __future__ import annotations

import re

from engine.check.columns import levels_of
from engine.check.feature_types import PROTEIN, types_of
from engine.check.identifiers import Names
from engine.io.matrix import Opened
from engine.io.report import Guess

ATAC_COLUMN = re.compile(
    r"n(count|feature)_(peaks|atac|activity|bins)|.*(fragments?|nucleosome|tss[._]?(enrichment|score)?|frip|blacklist).*|"
    r"n_?peaks|peak_\w+|pct_reads_in_peaks|totalreads", re.IGNORECASE
)  # fmt: skip
ATAC_WORD = re.compile(r"(^|[^a-z])(sc|sn)?atac|gene[ _-]?activity|chromatin[ _-]?access", re.IGNORECASE)
PROTEIN_NAME = re.compile(
    r".*[_-](totalseq[a-d]?|adt|prot(ein)?|ab)|(anti-)?(human-)?cd\d+[a-z]*([._-].*)?", re.IGNORECASE
)
FEW_PROTEINS = 500


def guess_modality(opened: Opened, names: Names, genes: list[str], *, name: str = "") -> Guess:
    """The modality and what speaks for it; `name` is how the file is called."""
    if names.kind == "peaks":
        return Guess("atac", "Columns are named like peaks (chromosome and two positions).")
    if "spatial" in opened.obsm:
        return Guess("spatial", "The file has the place of each spot.")
    if (types_of(opened.var) == PROTEIN).all() and len(genes):
        return Guess("protein", f"Features are of the type {PROTEIN}.")
    proteins = sum(bool(PROTEIN_NAME.fullmatch(gene)) for gene in genes)
    if len(genes) <= FEW_PROTEINS and proteins > 0.5 * len(genes):
        return Guess("protein", f"{proteins:,} of {len(genes):,} names are of surface proteins.")
    return _atac(opened, name) or Guess("rna", "Columns are genes, and nothing speaks for another modality.")


def _atac(opened: Opened, name: str) -> Guess | None:
    found = [str(column) for column in [*opened.obs, *opened.var] if ATAC_COLUMN.fullmatch(str(column))]
    if found:
        return Guess("atac", f"Columns are genes, but '{found[0]}' is a measure of open chromatin: gene activity.")
    for column in opened.obs:
        values = opened.obs[column]
        if str(values.dtype) in ("category", "object", "string") and values.nunique() == 1:
            if ATAC_WORD.search(level := levels_of(values)[0]):
                return Guess("atac", f"Column '{column}' says {level}: gene activity.")
    return Guess("atac", "The name of the file speaks of gene activity.") if ATAC_WORD.search(name) else None

"""What is wrong or odd with a file, each with where it is and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from engine.check.counts import place
from engine.check.findings import Findings, some
from engine.check.identifiers import gene_likeness
from engine.check.name_problems import NAME_LOOKS
from engine.io.report import Problem

FEWEST = 20  # cells, or genes, that a study needs
SHALLOW = 500  # counts a cell has at the median
SUBSET = 2000  # a matrix of fewer genes holds a choice of them
BYTES = 12  # of one value while a study reads the matrix


def problems_of(found: Findings) -> tuple[Problem, ...]:
    """All problems, errors first."""
    listed = [problem for look in LOOKS for problem in look(found)]
    return tuple(sorted(listed, key=lambda problem: ("error", "warning", "note").index(problem.severity)))


def _of_shape(found: Findings) -> Iterator[Problem]:
    n_cells, n_genes = found.facts.shape
    table = found.modality == "effects"
    cells, genes = found.content.obs.index, found.content.genes
    if not table and gene_likeness(cells[:5000]) - gene_likeness(genes[:5000]) > 0.5:
        yield Problem("error", "transposed", "Cells and genes look swapped: the rows are named like genes.",
                      f"names of cells, such as {some(cells)}", "Turn the matrix around.", "transpose")
    for number, what, plural in ((n_cells, "few-cells", "cells"), (n_genes, "few-genes", "genes")):
        if number < FEWEST and not (table and what == "few-cells"):
            yield Problem("error", what, f"There are {number:,} {plural}; a study needs at least {FEWEST}.",
                          "the whole matrix", f"Bring a file with more {plural}.")
    need = found.facts.n_values * BYTES
    if found.limit_bytes and need > found.limit_bytes:
        yield Problem("error", "too-large",
                      f"A study would need {need / 1e9:.3g} GB of memory to read the matrix, and "
                      f"{found.limit_bytes / 1e9:.3g} GB are allowed.", "the whole matrix",
                      "Split the file, for example by donor, or raise GENEWEAVE_MATRIX_GB.")


def _of_values(found: Findings) -> Iterator[Problem]:
    facts, where = found.facts, place(found.counts.key)
    if facts.missing:
        yield Problem("error", "missing", f"{facts.missing:,} values are missing or infinite.",
                      _cell(found, "missing"), "Read them as 0 when that is what they mean; otherwise export again.",
                      "drop-missing")
    if found.modality == "effects":
        yield Problem("note", "effects", "The values are log fold changes, a row a perturbation: a table of effects, "
                      "without cells.", where, "Make a study of it alone for the Knockout page; maps and networks need "
                      "the cells.")
    elif found.log_screen and "recover-counts" not in found.fixes:
        back = found.counts.recipe is not None
        yield Problem("warning", "log-screen", "The values are logarithms, not counts. Cells that were perturbed gene "
                      "by gene can be used so on the Knockout page; gene maps, networks and comparisons need counts.",
                      where, "Go on with a study of knockouts; for a map, " + ("get the counts back here, or " if back
                      else "") + "bring the matrix of raw counts.", "recover-counts" if back else "")
    elif found.counts.recipe is not None and "recover-counts" not in found.fixes:
        yield Problem("error", "normalised", f"{found.counts.say}.", where,
                      "Get the counts back here, or bring the matrix of raw counts.", "recover-counts")
    elif facts.negative:
        yield Problem("error", "negative", f"{facts.negative:,} values are negative, which counts never are.",
                      _cell(found, "negative"),
                      "Bring the matrix of raw counts: before scaling, or before a background was subtracted. If they "
                      "are log fold changes, name each row after the gene that was perturbed: then they are used as a "
                      "table of effects.")
    elif facts.fractional:
        yield Problem("error", "fractional", f"{facts.fractional:,} values are no whole numbers, and no cell's "
                      "values are multiples of one.", _cell(found, "fractional"),
                      "Bring the matrix of raw counts. TPM, FPKM and integrated values cannot be turned back.")
    if found.corrected:
        yield Problem("note", "corrected", "The counts look corrected to one depth (as SCTransform does): whole "
                      "numbers, but not what was counted. Networks from them are a little too sure.",
                      where, "Bring the raw counts when you have them (assay 'RNA' or 'Spatial' in Seurat).")


def _of_empties(found: Findings) -> Iterator[Problem]:
    facts = found.facts
    if found.modality == "effects":
        return
    cells, genes = int(facts.empty_cells.sum()), int(facts.empty_genes.sum())
    if not facts.n_values:
        yield Problem("error", "no-values", "The matrix holds nothing but 0.", place(found.counts.key),
                      "Export the counts again.")
    elif cells:
        yield Problem("error", "empty-cells", f"{cells:,} of {facts.shape[0]:,} cells have no count at all.",
                      _which(found.content.obs.index, facts.empty_cells), "Drop them.", "drop-empty-cells")
    if genes:
        yield Problem("note", "empty-genes", f"{genes:,} of {facts.shape[1]:,} genes are seen in no cell.",
                      _which(found.content.genes, facts.empty_genes), "Drop them for a smaller file; studies leave "
                      "them out in any case.", "drop-empty-genes")
    median = float(np.median(facts.cells.counts)) if len(facts.cells.counts) else 0.0
    if not facts.whole or found.modality not in ("rna", "spatial") or found.guesses["depth"].value:
        return
    if facts.shape[1] < SUBSET:
        yield Problem("note", "gene-subset", f"{facts.shape[1]:,} genes are a choice among all, and no column tells "
                      "the total counts of each cell.", "the whole matrix",
                      "Bring the matrix of all genes if you can: depth is then measured, not summed over the choice.")
    elif 0 < median < SHALLOW:
        yield Problem("note", "shallow", f"Half of the cells have fewer than {median:,.0f} counts.", "the whole matrix",
                      "Expect few edges in the network; join cells of a kind from more samples if you can.")


def _of_duplicates(found: Findings) -> Iterator[Problem]:
    import pandas as pd

    genes, cells = pd.Index(found.content.genes), pd.Index(found.content.obs.index)
    if (twice := genes.duplicated()).any():
        yield Problem("warning", "duplicate-genes", f"{twice.sum():,} genes have the name of an earlier one.",
                      f"names of genes, such as {some(genes[twice].unique())}",
                      "Sum the counts of genes of one name.", "sum-duplicates")
    if (twice := cells.duplicated()).any():
        yield Problem("warning", "duplicate-cells", f"{twice.sum():,} cells have the name of an earlier one.",
                      f"names of cells, such as {some(cells[twice].unique())}",
                      "Number them; when whole samples are in twice, take one out.", "unique-cells")


def _of_roles(found: Findings) -> Iterator[Problem]:
    guesses = found.guesses
    if guesses["depth"].value:
        yield Problem("note", "part-of-genes", guesses["depth"].why, f"column '{guesses['depth'].value}'",
                      "Use the column as the total counts of each cell, as the form proposes.")
    for role, what in () if found.modality == "effects" else (("tissue", "tissue"), ("cell_type", "cell type")):
        if not guesses[role].value:
            yield Problem("note", f"no-{what.replace(' ', '-')}", f"No column tells the {what}.", "table of cells",
                          guesses[role].why or ("Type it when you make a study." if role == "tissue" else
                          "Expression by cell type will not be shown; add a column of labels to have it."))


LOOKS: tuple[Callable[[Findings], Iterator[Problem]], ...] = (
    _of_shape, _of_values, _of_empties, _of_duplicates, *NAME_LOOKS, _of_roles,
)  # fmt: skip


def _cell(found: Findings, what: str) -> str:
    cell = found.facts.first[what]
    return f"{place(found.counts.key)}, first in cell {found.content.obs.index[cell]}"


def _which(names: Sequence[str], there: np.ndarray) -> str:
    return f"such as {some(np.asarray(names, dtype=object)[there])}"

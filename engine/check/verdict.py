"""The check of a file: facts, guesses and problems as a report, and the content that studies read."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.check.columns import describe, tidy
from engine.check.counts import Counts, find_counts, recovered
from engine.check.effects import guess_effects
from engine.check.feature_types import split_features
from engine.check.findings import Findings
from engine.check.guess import guess_depth, guess_roles, guess_species
from engine.check.identifiers import Names, identify
from engine.check.mend import (
    Content,
    Helpers,
    content_of,
    drop_empty,
    filled,
    needless,
    ordered,
    rename_and_gather,
    turned_around,
)
from engine.check.modality import guess_modality
from engine.check.naming import symbol_column
from engine.check.problems import problems_of
from engine.check.scan import Scan, read_rows, scan
from engine.io.genes import GeneTable
from engine.io.matrix import Matrix, Opened
from engine.io.qc import CellFacts
from engine.io.report import Guess, Problem, Report
from engine.progress import Progress, Span

CORNER = 8  # cells and genes of the preview
SAME_DEPTH = 0.15  # spread of cell totals, over their mean, below which counts were corrected to one depth


@dataclass(frozen=True)
class Checked:
    """A report, what a study would read, and facts of its cells; `as_it_came` says that nothing was changed."""

    report: Report
    content: Content
    cells: CellFacts
    as_it_came: bool


def check(
    opened: Opened, *, fixes: Sequence[str] = (), genes: GeneTable | None = None,
    orthologs: dict[str, str] | None = None, limit_bytes: int | None = None, name: str = "",
    progress: Progress | None = None,
) -> Checked:  # fmt: skip
    """Facts, guesses and problems of a file with `fixes` applied, in the order of `FIXES` whatever is given.

    Missing values are read as 0 before anything is summed, and emptiness is that of the outcome. Reads blocks of
    bounded size: once when the file needs nothing, once more when a fix changes values or genes.

    Parameters
    ----------
    genes, orthologs
        Knowledge of the species of the file; None where it is not here.
    limit_bytes
        Memory that a study may take to read the matrix.
    name
        How the file is called: weak evidence of what was measured.

    Raises
    ------
    InvalidParameter
        When a fix is not known or does not apply.
    InvalidFile
        When a part of the file cannot be read.
    """
    start, progress = time.monotonic(), progress or Progress()
    asked, helpers = ordered(fixes), Helpers(genes, orthologs)
    given = opened
    opened = _prepared(opened, asked)
    same = given.var.shape == opened.var.shape and [*given.obs, *given.var] == [*opened.obs, *opened.var]
    progress.stage("Looking for whole counts", 0.05)
    counts = find_counts(opened, Span(progress, 0.05, 0.5))
    content = content_of(opened, counts.key)
    if "recover-counts" in asked:
        content = replace(content, matrix=_had_back(opened, counts))
    before = content
    content = rename_and_gather(content, asked, helpers)
    facts = counts.scan
    if content.matrix is not before.matrix or "recover-counts" in asked:
        progress.stage("Reading the mended matrix", 0.5)
        facts = scan(content.matrix, content.genes, Span(progress, 0.5, 0.95))
    _need_missing(opened, asked)
    content, facts = drop_empty(content, facts, asked)
    progress.stage("Judging names and columns", 0.95)
    found = _findings(opened, counts, content, facts, asked, helpers, limit_bytes, name)
    report = _report(opened, found, seconds=time.monotonic() - start)
    whole = counts.whole or found.modality == "effects" or found.log_screen
    untouched = not asked and whole and counts.key == "X" and same
    return Checked(report, content, facts.cells, untouched)


def unreadable(sentence: str, *, format: str = "unknown") -> Report:
    """The report of a file that cannot be opened."""
    problem = Problem("error", "unreadable", sentence, "the file", "Bring the file again, or in another format.")
    return Report(format, 0, 0, 0, "", "No matrix could be read", "unknown", "The file cannot be read. Not ready.",
                  False, problems=(problem,))  # fmt: skip


def species_of(opened: Opened, *, turned: bool = False) -> Guess:
    """The species of a file, from a column that says it or from the names of its genes."""
    said = guess_species(opened.obs)
    if said.value:
        return said
    names = identify((opened.obs if turned else opened.var).index)
    return Guess(names.species, names.why)


def _prepared(opened: Opened, fixes: Sequence[str]) -> Opened:
    """The file as the first fixes want it, its tables fit for HDF5."""
    if "transpose" in fixes:
        opened = turned_around(opened)
    opened = split_features(opened)
    if "drop-missing" in fixes:
        opened = filled(opened)
    raw = None if opened.raw_var is None else tidy(opened.raw_var)
    return replace(opened, obs=tidy(opened.obs), var=tidy(opened.var), raw_var=raw)


def _had_back(opened: Opened, counts: Counts) -> Matrix:
    if counts.recipe is None:
        raise needless("recover-counts", "whole counts are there" if counts.whole else "they cannot be had back")
    return recovered(opened, counts)


def _need_missing(opened: Opened, fixes: Sequence[str]) -> None:
    if "drop-missing" in fixes and not any(matrix.found for matrix in opened.matrices.values()):
        raise needless("drop-missing", "no value is missing")


def _findings(opened: Opened, counts: Counts, content: Content, facts: Scan, fixes: tuple[str, ...],
              helpers: Helpers, limit_bytes: int | None, name: str) -> Findings:  # fmt: skip
    names, original = identify(content.genes), identify(opened.var.index)
    totals = np.asarray(facts.cells.counts, dtype=np.float64)
    species = guess_species(content.obs)
    guesses = guess_roles(content.obs, content.genes) | {
        "modality": guess_effects(opened, counts.scan)
        or guess_modality(opened, original, list(opened.var.index), name=name),
        "species": species if species.value else Guess(original.species, original.why),
        "depth": guess_depth(content.obs, totals) if facts.whole else Guess(),
        "symbols": Guess() if "map-identifiers" in fixes else _symbols(content, names),
    }
    if "human-orthologs" in fixes:
        guesses["species"] = Guess("human", f"Genes of {guesses['species'].value} were named by their human orthologs.")
    corrected = facts.whole and _corrected(content, totals, guesses["modality"].value)
    return Findings(counts, content, facts, names, guesses, fixes, helpers, limit_bytes, corrected)


def _symbols(content: Content, names: Names) -> Guess:
    column = symbol_column(content.var) if names.kind in ("ensembl", "entrez", "mixed") else ""
    return Guess(column, f"Genes are named by ids, and column '{column}' has symbols.") if column else Guess()


def _corrected(content: Content, totals: np.ndarray, modality: str) -> bool:
    """Whether whole counts were corrected to one depth: cells hardly differ, or a column of SCTransform says so."""
    if len(totals) < 50 or modality not in ("rna", "spatial") or not totals.mean():
        return False
    for column in content.obs:
        if re.fullmatch(r"ncount_sct", column, re.IGNORECASE):
            said = content.obs[column].to_numpy(dtype=float)
            if np.median(np.abs(said - totals)) <= 0.01 * np.median(totals):
                return True
    return bool(totals.std() / totals.mean() < SAME_DEPTH)


def _report(opened: Opened, found: Findings, *, seconds: float) -> Report:
    problems, content, facts = problems_of(found), found.content, found.facts
    errors = sum(problem.severity == "error" for problem in problems)
    whole = found.counts.whole or "recover-counts" in found.fixes
    say = "Log fold changes: a table of effects, without cells" if found.modality == "effects" else found.counts.say
    if whole and not found.counts.whole:
        say = f"Whole counts, had back. Before: {say[0].lower()}{say[1:]}"
    report = Report(
        opened.format, *facts.shape, facts.n_values,
        counts=found.counts.key if whole else "", counts_say=say, identifiers=found.names.kind,
        verdict="", ready=not errors, guesses=found.guesses, columns=describe(content.obs), problems=problems,
        fixes=found.fixes, preview=_preview(content, facts),
        layers=tuple(key.partition("/")[2] for key in opened.matrices if key.startswith("layers/")),
        proteins=content.obsm["protein"].shape[1] if "protein" in content.obsm else 0,
        has_coordinates="spatial" in content.obsm, seconds=round(seconds, 2),
    )  # fmt: skip
    notes = [*opened.notes, *content.notes]
    said = tuple(Problem("note", "done", note, "what was done to the file", "Nothing to do.") for note in notes)
    return replace(report, verdict=verdict(report, errors=errors), problems=(*problems, *said))


def verdict(report: Report, *, errors: int) -> str:
    """The outcome in one line of plain words."""
    modality, species = report.guess("modality"), report.guess("species")
    rows = {"spatial": "spots", "effects": "perturbations"}.get(modality, "cells")
    peaks = report.identifiers == "peaks"
    columns = "peaks" if peaks else "proteins" if modality == "protein" else "genes"
    measured = {"rna": "RNA", "atac": "open chromatin" if peaks else "gene activity", "spatial": "RNA in place",
                "protein": "surface protein", "effects": "log fold changes"}.get(modality, modality)  # fmt: skip
    of = f"{species} {measured}" if species else f"{measured}, species unknown"
    counts = "whole counts" if report.counts else "a table of effects" if modality == "effects" else "no whole counts"
    logs = any(problem.code == "log-screen" for problem in report.problems)
    end = "Ready as a screen, for knockouts alone." if logs else "Ready."
    end = end if not errors else f"Not ready: {errors} problem{'s' if errors > 1 else ''} to mend first."
    return f"{_number(report.n_cells, rows)} × {_number(report.n_genes, columns)} of {of}, {counts}. {end}"


def _number(count: int, things: str) -> str:
    return f"{count:,} {things if count != 1 else things[:-1]}"


def _preview(content: Content, facts: Scan) -> dict[str, Any]:
    """The first cells and the genes that most cells have: a corner that is not empty."""
    n_cells, n_genes = (min(CORNER, size) for size in content.matrix.shape)
    genes = np.sort(np.argsort(-facts.gene_cells, kind="stable")[:n_genes])
    values = read_rows(content.matrix, 0, n_cells).astype(np.float64)[:, genes].toarray()
    shown = [[round(float(value), 3) if np.isfinite(value) else None for value in row] for row in values]
    return {"cells": list(content.obs.index[:n_cells]), "genes": [content.genes[gene] for gene in genes],
            "values": shown}  # fmt: skip

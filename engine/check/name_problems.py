"""What is wrong or odd with the names of genes: dates, versions, ids, peaks, another species."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check import naming
from engine.check.findings import Findings, some
from engine.check.guess import species_column
from engine.check.identifiers import ENSEMBL
from engine.io.report import Problem

NAMES = "names of genes"
KNOWLEDGE = "among the knowledge files, then check again"


def _of_spelling(found: Findings) -> Iterator[Problem]:
    names = found.names
    if names.dates:
        yield Problem("warning", "spreadsheet-names", f"{len(names.dates):,} gene names became dates, as spreadsheets "
                      "do to names such as MARCH1 and SEPT2.", f"{NAMES}, such as {some(names.dates)}",
                      "Export the matrix again without a spreadsheet. Which gene was meant cannot be told for sure.")
    if len(names.r_names) > 0.002 * len(found.genes):
        here = found.helpers.genes is not None and "map-identifiers" not in found.fixes
        yield Problem("note", "r-names", f"{len(names.r_names):,} gene names look changed by R: X in front, dots for "
                      "hyphens.", f"{NAMES}, such as {some(names.r_names)}",
                      "Give genes their approved symbols, or export again with check.names = FALSE.",
                      "map-identifiers" if here else "")
    if names.kind == "unknown":
        yield Problem("error", "no-names", "Genes have no names, only numbers.", NAMES,
                      "Export the matrix with the names of its genes.")
    if names.versioned:
        severity = "warning" if names.versioned > 0.1 * len(found.genes) else "note"
        such = [name for name in found.genes if (match := ENSEMBL.fullmatch(name)) and match[2]]
        yield Problem(severity, "versions", f"{names.versioned:,} Ensembl ids carry a version, which hides that genes "
                      "of two datasets are the same.", f"{NAMES}, such as {some(such or found.genes)}",
                      "Strip the versions.", "strip-versions" if such else "")


def _of_identifiers(found: Findings) -> Iterator[Problem]:
    if found.names.kind in ("peaks", "unknown") or "map-identifiers" in found.fixes:
        return
    where = f"{NAMES}, such as {some(found.genes)}"
    if found.helpers.genes is not None:
        yield from _against_table(found, where)
    elif found.names.kind != "symbol":
        column = found.guesses["symbols"].value
        what = "in different ways" if found.names.kind == "mixed" else f"by {found.names.kind.capitalize()} ids"
        mend = f"Take symbols from column '{column}'." if column else (
            f"Fetch the gene table of {found.species or 'the species'} {KNOWLEDGE}.")
        yield Problem("note" if column else "warning", "identifiers", f"Genes are named {what}, not by symbols.", where,
                      mend, "map-identifiers" if column else "")


def _against_table(found: Findings, where: str) -> Iterator[Problem]:
    """How many genes the gene table knows, and by another name."""
    renamed, ids = naming.approved(found.genes, found.helpers.genes), found.names.kind != "symbol"
    if renamed.known < 0.1 * len(found.genes):
        yield Problem("warning", "unknown-genes", f"Hardly a gene is in the gene table of {found.species}: "
                      f"{renamed.known:,} of {len(found.genes):,}.", where,
                      "Check the species, and that genes bear symbols, Ensembl or Entrez ids.")
    elif ids or renamed.changed > 0.005 * len(found.genes):
        told = "can be given a symbol" if ids else "have another approved symbol"
        new = [f"{old} ({now})" for old, now in zip(found.genes, renamed.names, strict=True) if old != now]
        what = f"{renamed.changed:,} genes {told}. {renamed.say()}."
        where = f"{NAMES}, such as {some(new or found.genes)}"
        yield Problem("warning" if ids else "note", "identifiers", what, where,
                      "Give them their symbols, so that they meet the genes of other datasets.", "map-identifiers")


def _of_peaks(found: Findings) -> Iterator[Problem]:
    if found.names.kind != "peaks":
        return
    here, fix = naming.has_positions(found.helpers.genes), ""
    mend = (f"Fetch a gene table of {found.species or 'the species'} with positions, on the genome of the peaks, "
            f"{KNOWLEDGE}.")
    if here:
        assembly = found.helpers.genes.assembly or "the genome of the gene table"
        mend = ("Sum the peaks of each gene's body and the 2,000 bases before it. The peaks must be on "
                f"{assembly} too: from another genome they land in the wrong genes.")
        fix = "gene-activity"
    yield Problem("error", "peaks", f"The {len(found.genes):,} columns are peaks, and a gene map needs genes.",
                  f"names, such as {some(found.genes)}", mend, fix)


def _of_species(found: Findings) -> Iterator[Problem]:
    if len(found.names.genomes) > 1:
        parts = " and ".join(f"{number:,} {species}" for species, number in found.names.genomes)
        yield Problem("warning", "two-species", f"Genes of two species are in one matrix: {parts}.", NAMES,
                      "Split the file by species before it comes here: a dataset has one.")
    if (column := species_column(found.content.obs)) is not None:
        what = f"Column '{column.name}' names several species: {some(column.levels)}."
        yield Problem("note", "cells-of-species", what, f"column '{column.name}'",
                      "Split by it when you make a study, and say the species of each part.")
    if not found.species:
        yield Problem("note", "no-species", "The species cannot be told from the names.", NAMES,
                      "Say which it is when you make a study.")
    elif found.species != "human" and found.names.kind != "peaks":
        here = found.helpers.orthologs is not None
        mend = "Name them by their human orthologs, but only for a study with human data." if here else (
            f"For a study with human data, fetch the orthologs of {found.species} {KNOWLEDGE}.")
        yield Problem("note", "other-species", f"Genes are of {found.species}.", NAMES, mend,
                      "human-orthologs" if here else "")


NAME_LOOKS = (_of_spelling, _of_identifiers, _of_peaks, _of_species)

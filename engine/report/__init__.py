"""A report of a comparison of two conditions: one HTML page, or an archive of everything in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.report.archive import archive
from engine.report.build import Report
from engine.report.inputs import ENRICHMENT, REGULATORS, checked
from engine.report.page import page

if TYPE_CHECKING:
    import pandas as pd

    from engine.types import Contrast

GENE_PAGES = 6


def report_html(contrast: Contrast, *, enrichment: pd.DataFrame | None = None, regulators: pd.DataFrame | None = None,
                gene_pages: int = GENE_PAGES, citation: str = "", commands: tuple[str, ...] = ()) -> str:
    """One page that needs nothing else, for the screen and for print.

    Parameters
    ----------
    enrichment
        Columns term, size, overlap, odds_ratio, p, fdr, genes; None leaves the section out.
    regulators
        Columns regulator, n_targets, n_changed, p, fdr, z, call; None leaves the section out.
    gene_pages
        How many of the genes that changed most are shown with their partners.
    citation
        How the study wants to be cited.
    commands
        Lines that made the enrichment and the regulators.

    Raises
    ------
    InvalidFile
        When a table lacks a column.
    """
    return page(_report(contrast, enrichment, regulators, gene_pages, citation, commands))


def report_zip(contrast: Contrast, *, enrichment: pd.DataFrame | None = None, regulators: pd.DataFrame | None = None,
               gene_pages: int = GENE_PAGES, citation: str = "", commands: tuple[str, ...] = ()) -> bytes:
    """The page with every figure as SVG and PNG, every table with all its rows, methods, facts and command lines.

    Takes what `report_html` takes; the same request gives the same bytes.
    """
    return archive(_report(contrast, enrichment, regulators, gene_pages, citation, commands))


def _report(contrast: Contrast, enrichment: pd.DataFrame | None, regulators: pd.DataFrame | None, gene_pages: int,
            citation: str, commands: tuple[str, ...]) -> Report:  # fmt: skip
    if enrichment is not None:
        enrichment = checked(enrichment, ENRICHMENT, name="The enrichment")
    if regulators is not None:
        regulators = checked(regulators, REGULATORS, name="The table of regulators")
    return Report(contrast, enrichment, regulators, gene_pages, citation, commands)

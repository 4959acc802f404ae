"""A report of a comparison of two conditions: one HTML page, or an archive of everything in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.report.archive import archive
from engine.report.build import GENE_PAGES, Report
from engine.report.inputs import ENRICHMENT, REGULATORS, checked
from engine.report.page import page

if TYPE_CHECKING:
    import pandas as pd

    from engine.types import Contrast

__all__ = ["GENE_PAGES", "Report", "archive", "page", "report_html", "report_of", "report_zip"]


def report_of(contrast: Contrast, *, enrichment: pd.DataFrame | None = None, regulators: pd.DataFrame | None = None,
              gene_pages: int = GENE_PAGES, citation: str = "", commands: tuple[str, ...] = (),
              enriched: str = "", files: tuple[tuple[str, str], ...] = ()) -> Report:  # fmt: skip
    """A report, ready to become a `page` or an `archive`.

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
    enriched
        What the genes of the enrichment are.
    files
        Name and text of each file that those lines read, for the archive.

    Raises
    ------
    InvalidFile
        When a table lacks a column, or holds text where a number belongs.
    """
    if enrichment is not None:
        enrichment = checked(enrichment, ENRICHMENT, name="The enrichment")
    if regulators is not None:
        regulators = checked(regulators, REGULATORS, name="The table of regulators")
    return Report(contrast, enrichment, regulators, gene_pages, citation, commands, enriched,
                  files)


def report_html(contrast: Contrast, *, enrichment: pd.DataFrame | None = None, regulators: pd.DataFrame | None = None,
                gene_pages: int = GENE_PAGES) -> str:
    """One page that needs nothing else, for the screen and for print; see `report_of`."""
    return page(report_of(contrast, enrichment=enrichment, regulators=regulators, gene_pages=gene_pages))


def report_zip(contrast: Contrast, *, enrichment: pd.DataFrame | None = None, regulators: pd.DataFrame | None = None,
               gene_pages: int = GENE_PAGES) -> bytes:
    """The page, every figure as SVG and PNG, every table with all rows; the same request gives the same bytes."""
    return archive(report_of(contrast, enrichment=enrichment, regulators=regulators, gene_pages=gene_pages))

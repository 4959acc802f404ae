"""The sections of a report, in the order of reading: what was found, with which figures and tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from engine.report import figures
from engine.report.about import ARM_TITLES, LEVEL, changed, done, top
from engine.report.canvas import Drawing
from engine.report.methods import methods
from engine.report.references import Reference, cited
from engine.report.tables import Table, alone, arm_tables, composition_table, found_table, partner_table
from engine.report.text import Sentence
from engine.types import ARMS, Contrast
from engine.words import listing, percent

if TYPE_CHECKING:
    import pandas as pd

GENE_PAGES = 6  # genes shown with their partners
TERM_WORDS = {"term": "Term", "size": "Size", "overlap": "Found", "odds_ratio": "Odds ratio", "p": "p", "fdr": "FDR",
              "genes": "Genes"}  # fmt: skip
REGULATOR_WORDS = {"regulator": "Regulator", "n_targets": "Targets", "n_changed": "Changed", "z": "z (predicted)",
                   "p": "p", "fdr": "FDR", "call": "Call"}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A part of a report; `side_by_side` puts its small drawings into a grid under one caption."""

    key: str
    title: str
    words: tuple[str, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    tables: tuple[Table, ...] = ()
    side_by_side: str = ""


@dataclass(frozen=True)
class Report:
    """A contrast with what explains it, ready to become a page or an archive."""

    contrast: Contrast
    enrichment: pd.DataFrame | None = None
    regulators: pd.DataFrame | None = None
    gene_pages: int = GENE_PAGES
    citation: str = ""
    commands: tuple[str, ...] = ()
    enriched: str = ""
    files: tuple[tuple[str, str], ...] = ()

    @cached_property
    def sections(self) -> list[Section]:
        """All sections; one whose data is missing says so."""
        made = [_genes(self.contrast), _partners(self.contrast, self.gene_pages), _maps(self.contrast),
                _modules(self.contrast), _composition(self.contrast)]  # fmt: skip
        made += [_enrichment(self.enrichment, self.enriched)] if self.enrichment is not None else []
        made += [_regulators(self.regulators)] if self.regulators is not None else []
        return [*made, _tables(self.contrast)]

    @cached_property
    def methods(self) -> list[Sentence]:
        return methods(self.contrast, self.enrichment, self.regulators)

    @cached_property
    def references(self) -> dict[str, Reference]:
        return cited(self.methods, self.citation)

    @cached_property
    def command_lines(self) -> list[str]:
        """Lines that repeat the comparison and this report, in the folder of its archive."""
        compare = self.contrast.facts["made"]["command"]
        kept = "" if "--contrast" in compare else " --contrast contrast.h5ad"
        tables = {"enrichment": self.enrichment, "regulators": self.regulators}
        given = [f"--{name} tables/{name}.tsv" for name, table in tables.items() if table is not None]
        genes = [f"--genes {self.gene_pages}"] if self.gene_pages != GENE_PAGES else []
        report = " ".join(["python -m engine report contrast.h5ad", *given, *genes])
        return [compare + kept, *self.commands, f"{report} --out report.html --zip report.zip"]


def _present(*drawings: Drawing | None) -> tuple[Drawing, ...]:
    return tuple(drawing for drawing in drawings if drawing)


def _genes(contrast: Contrast) -> Section:
    words = []
    if not done(contrast, "partners"):
        words.append("The change of partners was not tested, so there is no ranking by it.")
    elif not changed(contrast):
        words.append(f"No gene changed its partners below {percent(LEVEL)} FDR. The ranking below is what the data "
                     "lean to, not a finding.")  # fmt: skip
    return Section("genes", "Which genes changed their partners", tuple(words), _present(figures.volcano(contrast)))


def _partners(contrast: Contrast, n: int) -> Section:
    genes = top(contrast, n) if done(contrast, "partners") else []
    drawings = tuple(figures.slopes(contrast, gene, place) for place, gene in enumerate(genes, 1))
    listed = partner_table(contrast, genes)
    control, case = contrast.facts["control"], contrast.facts["case"]
    caption = (f"Correlations with other genes in {control} and {case}, with 95 % intervals (jackknife, Student's t). "
               "Vermillion: gained; blue: lost; grey: kept; dotted: unclear.")  # fmt: skip
    words = () if genes else ("There is no ranking to take genes from.",)
    return Section("partners", "Partners of the genes that changed most", words, drawings,
                   (listed,) if listed and listed.rows else (), caption)  # fmt: skip


def _maps(contrast: Contrast) -> Section:
    words = () if contrast.placed else ("The genes were not placed in a shared space, so there are no maps.",)
    return Section("maps", "Both conditions in one space", words, _present(figures.maps(contrast)))


def _modules(contrast: Contrast) -> Section:
    drawing = figures.modules(contrast)
    words = () if drawing else ("The genes form no modules here.",)
    return Section("modules", "Modules", words, _present(drawing))


def _composition(contrast: Contrast) -> Section:
    shown = composition_table(contrast)
    words = () if shown else ("Cell types are not known or only one was compared, so composition was not tested.",)
    return Section("composition", "Composition", words, _present(figures.composition(contrast)),
                   (shown,) if shown else ())  # fmt: skip


def _enrichment(table: pd.DataFrame, of: str) -> Section:
    title, words = "What the changed genes have in common", (f"The genes asked about: those of {of}.",) if of else ()
    if table.empty:
        return Section("enrichment", title, (*words, "No term could be tested."))
    listed = found_table("enrichment", "Enriched terms", alone(table), TERM_WORDS)
    return Section("enrichment", title, words, _present(figures.enrichment(table)), (listed,))


def _regulators(table: pd.DataFrame) -> Section:
    title = "Regulators above the change"
    if table.empty:
        return Section("regulators", title, ("No regulator had enough targets among the genes.",))
    drawing = figures.regulators(table)
    words = () if drawing else ("The network has no signs, so activities cannot be predicted; the table ranks by "
                                "overlap alone.",)  # fmt: skip
    return Section("regulators", title, words, _present(drawing),
                   (found_table("regulators", "Regulators", table, REGULATOR_WORDS),))  # fmt: skip


def _tables(contrast: Contrast) -> Section:
    missing = [ARM_TITLES[arm][0].lower() + ARM_TITLES[arm][1:] for arm in ARMS if not done(contrast, arm)]
    words = (f"Not done in this comparison: {listing(missing)}.",) if missing else ()
    return Section("tables", "Genes by each measure", words, (), tuple(arm_tables(contrast)))

"""What Geneweave understood of a file: the verdict, then each fact and guess with its reason."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from app.components.page_header import icon
from app.components.study_card import MODALITY
from app.words import duration, listing, percent, plural, thin, whole
from engine.files import DataFile
from engine.io.report import Guess, Report

IDENTIFIERS = {
    "symbol": "Gene symbols", "ensembl": "Ensembl ids", "entrez": "Entrez ids",
    "peaks": "Peaks, places on chromosomes", "mixed": "Of several kinds", "unknown": "Not recognised",
}  # fmt: skip
VALUES = {"modality": "Modality", "species": "Species", "tissue": "Tissue"}
COLUMNS = {"condition": "Condition", "control": "Control", "batch": "Donor or batch", "cell_type": "Cell type",
           "perturbation": "Perturbation", "depth": "Counts per cell"}  # fmt: skip


def verdict_card(file: DataFile, report: Report, *, downloadable: bool) -> html.Section:
    """Ready or not, in a sentence, and what can be done next."""
    tag = (html.Span([icon("check"), "Ready"], className="gw-tag gw-tag-good") if report.ready
           else html.Span([icon("cross"), "Not ready"], className="gw-tag gw-tag-bad"))
    use = dcc.Link([icon("studies"), "Use in a study"], href=f"/studies/new?files={file.id}", className="gw-button")
    save = html.A([icon("save"), "Download the matrix"], href=f"/data/files/{file.id}/matrix.h5ad",
                  download=True, className="gw-button-quiet", title="The counts that studies read, as h5ad")
    doing = [*([use] if report.ready else []), *([save] if report.ready and downloadable else [])]
    return html.Section([
        html.Div([tag, html.P(thin(report.verdict), id="file-verdict")], className="file-verdict"),
        html.Div(doing, className="gw-row"),
    ], className="gw-card gw-spread", **{"aria-label": "Verdict"})


def understood(report: Report) -> html.Section:
    """Facts of the matrix, then guesses of what its cells are, each with the reason."""
    facts = [_row(name, value, why) for name, value, why in _facts(report)]
    guesses = [_row(name, *_guessed(report.guesses[key], column=False))
               for key, name in VALUES.items() if _told(report, key)]  # fmt: skip
    roles = [_row(name, *_guessed(report.guesses[key], column=key != "control"))
             for key, name in COLUMNS.items() if _told(report, key)]  # fmt: skip
    silent = [name.lower() for key, name in (VALUES | COLUMNS).items() if not _told(report, key)]
    if silent:
        roles.append(_row("Not found", listing(silent).capitalize(), "You can say it in the form of a study"))
    head = html.Thead(html.Tr([html.Th("What"), html.Th("Found"), html.Th("Why")]))
    table = html.Table([head, html.Tbody(facts), html.Tbody(guesses, className="file-group"),
                        html.Tbody(roles, className="file-group")], className="gw-table file-facts")
    took = html.Span(f"Checked in {duration(report.seconds)}", className="gw-muted gw-small") if report.seconds else ""
    return html.Section([html.Div([html.H2("What Geneweave understood"), took], className="gw-spread"),
                         html.Div(table, className="gw-scroll")], className="gw-card",
                        **{"aria-label": "What Geneweave understood"})  # fmt: skip


def _told(report: Report, key: str) -> bool:
    return key in report.guesses and report.guesses[key] != Guess()


def _facts(report: Report) -> list[tuple[str, Any, str]]:
    row = "perturbation" if report.guess("modality") == "effects" else "spot" if report.has_coordinates else "cell"
    size = f"{plural(report.n_cells, row)} × {plural(report.n_genes, 'gene')}"
    zeros = f"{percent(report.sparsity)} of the values are 0"
    rows = [
        ("Format", report.format, ""), ("Matrix", size, zeros),
        ("Counts", "Whole counts" if report.counts else "No whole counts", report.counts_say),
        ("Gene names", IDENTIFIERS.get(report.identifiers, report.identifiers), ""),
    ]  # fmt: skip
    also = [("Coordinates", "Yes", "Each spot has its place in the tissue")] if report.has_coordinates else []
    proteins = ("Proteins", whole(report.proteins), "Surface proteins measured beside the genes")
    also += [proteins] if report.proteins else []
    also += [("Layers", ", ".join(report.layers), "")] if report.layers else []
    return rows + also


def _guessed(guess: Guess, *, column: bool) -> tuple[Any, str]:
    if not guess.value:
        return html.Span("Not found", className="gw-muted"), guess.why
    words = MODALITY.get(guess.value, guess.value)
    return (["Column ", html.Code(guess.value)] if column else words), guess.why


def _row(name: str, value: Any, why: str) -> html.Tr:
    return html.Tr([html.Th(name, scope="row"), html.Td(value), html.Td(why, className="gw-muted")])

"""The files that a person brought, a row each: what the check found, and what can be done with it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from app.components.empty_state import empty_state
from app.components.job_card import line, state_tag
from app.components.page_header import icon
from app.components.study_card import MODALITY
from app.words import listing, number, plural, thin, when, whole
from engine.files import GB
from engine.io.report import SEVERITIES
from engine.jobs.submit import CHECK

if TYPE_CHECKING:
    from app.services import Services
    from engine.files import DataFile
    from engine.io.report import Report
    from engine.jobs.record import Job
    from engine.types import Study

HEAD = ("File", "What was found", "Problems", "Added")
UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "KB"), (1, "bytes"))
LOOK = {"error": " gw-tag-bad", "warning": " data-tag-warning", "note": ""}


@dataclass(frozen=True)
class Row:
    """A file, the report of its last check that ended well, and its newest check."""

    file: DataFile
    report: Report | None
    job: Job | None

    @property
    def ready(self) -> bool:
        """Whether a study can use it."""
        return self.report is not None and self.report.ready


def read_rows(services: Services) -> list[Row]:
    """All files with their checks, the newest first."""
    newest: dict[str, Job] = {}
    for job in services.jobs.list(kind=CHECK):
        newest.setdefault(job.params.get("file", ""), job)
    return [Row(file, services.files.report(file.id), newest.get(file.id)) for file in services.files.list()]


def file_list(rows: list[Row]) -> Any:
    """The table; without files, what it will show."""
    if not rows:
        return empty_state("No file yet", "Every file that you bring is checked within seconds and listed here with "
                           "its cells, genes, modality, species and problems. The original is never altered.",
                           drawing="list")
    head = [html.Th(html.Span("Chosen", className="gw-hidden")), *map(html.Th, HEAD),
            html.Th(html.Span("Actions", className="gw-hidden"))]  # fmt: skip
    body = [html.Tr(_cells(row), id=f"file-{row.file.id}") for row in rows]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="gw-table data-files")
    return html.Div(table, className="gw-card gw-flush gw-scroll")


def signature(rows: list[Row]) -> list:
    """Changes when anything that the table shows does."""
    return [[row.file.id, row.file.name, when(row.file.added), list(row.file.fixes), row.report and row.report.verdict,
             row.report and len(row.report.problems), row.job and [row.job.id, row.job.status, line(row.job)]]
            for row in rows]  # fmt: skip


def room(services: Services) -> html.Div:
    """How much of the room for uploads is taken."""
    used, all_ = services.files.used(), float(services.settings.uploads_gb) * GB
    words = f"{size(used)} of {size(all_)} used"
    bar = html.Progress(value=f"{used}", max=f"{all_:.0f}", className="gw-progress", **{"aria-label": words})
    return html.Div([bar, html.Span(words)], className="data-room")


def size(n: float) -> str:
    """Bytes as people read them: 30 MB, 1.2 GB."""
    unit, word = next(((unit, word) for unit, word in UNITS if n >= unit), UNITS[-1])
    digits = number(n / unit)
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits} {word}"


def studies_with(services: Services, file_id: str) -> list[Study]:
    """Studies that read the matrix, or the original, of a file."""
    folder = os.path.realpath(services.files.matrix(file_id).parent) + os.sep
    return [study for study in services.library.studies()
            if any(os.path.realpath(os.path.expanduser(s.path)).startswith(folder) for s in study.datasets)]


def rename_form(file: DataFile) -> list[Any]:
    """A field with the name, and Save."""
    field = dmc.TextInput(id=_do("name", file.id), value=file.name, label="Name", size="sm",
                          **{"data-autofocus": True})
    return [field, html.Div(_button("Save", "rename", file.id, "gw-button"), className="gw-row data-ends")]


def delete_form(file: DataFile, studies: list[Study]) -> list[Any]:
    """What goes, who uses it, and Delete."""
    goes = f"'{file.name}' ({size(file.bytes)}), its check and the matrix made of it will be gone."
    use = "1 study uses" if len(studies) == 1 else f"{whole(len(studies))} studies use"
    used = [html.P(f"{use} it: {listing([study.title for study in studies])}. Maps that were made stay; "
                   "new ones cannot be made without this file.", className="gw-note gw-note-bad")]
    return [html.P(goes), *(used if studies else [html.P("No study uses it.", className="gw-muted")]),
            html.Div(_button("Delete", "delete", file.id, "gw-button data-danger"), className="gw-row data-ends")]


def _cells(row: Row) -> list[html.Td]:
    file = row.file
    pick = dmc.Checkbox(id={"type": "data-pick", "file": file.id}, checked=False, disabled=not row.ready, size="sm",
                        persistence=file.id, persistence_type="memory",  # a tick outlives a fresh list
                        **{"aria-label": f"Choose {file.name} for a study"})
    name = [dcc.Link(file.name, href=f"/data/files/{file.id}", className="data-name", title=file.name),
            html.Div(size(file.bytes), className="gw-muted gw-small")]  # fmt: skip
    buttons = [_ask("edit", "Rename", "rename", file), _ask("trash", "Delete", "delete", file)]
    title = "" if row.ready else "A study can use it once its check says that it is ready"
    return [html.Td(html.Span(pick, title=title)), html.Td(name), html.Td(_found(row)), html.Td(_problems(row)),
            html.Td(when(file.added), className="data-when"), html.Td(buttons, className="data-acts")]


def _found(row: Row) -> list[Any]:
    """The check while it runs, else what it found, else why not."""
    if row.job is not None and row.job.active:
        bar = html.Progress(value=f"{100 * row.job.fraction:.0f}", max="100", className="gw-progress data-bar",
                            **{"aria-label": f"Check of {row.file.name}"})
        words = html.Span(line(row.job), className="gw-small gw-muted")
        return [html.Div([state_tag(row.job.status), words], className="gw-row"), bar]
    if row.report is None:
        why = row.job.error if row.job is not None else "It has not been checked yet."
        return [html.Div([_tag("warning", "No check", " gw-tag-bad"), _check(row)], className="gw-row"),
                html.P(why, className="gw-small gw-muted gw-clamp", title=why)]
    report = row.report
    tag = _tag("check", "Ready", " gw-tag-good") if report.ready else _tag("warning", "Not ready", " gw-tag-bad")
    again = [_check(row)] if row.job is not None and row.job.status == "failed" else []
    known = [html.Span(facts(report), className="gw-tabular")] if report.n_cells else []
    return [html.Div([tag, *known, *again], className="gw-row"), *([] if report.ready else [_why_not(report)])]


def _why_not(report: Report) -> html.P:
    """The first thing that keeps a file out of studies."""
    errors = [problem.what for problem in report.problems if problem.severity == SEVERITIES[0]]
    why = thin(errors[0] if errors else report.verdict)
    return html.P(why, className="gw-small gw-muted gw-clamp", title=why)


def facts(report: Report) -> str:
    """Size, modality and species of a matrix: 2 700 cells × 32 738 genes · RNA · human."""
    modality = report.guess("modality")
    columns = "peaks" if report.identifiers == "peaks" else "genes"
    rows = "perturbations" if modality == "effects" else "cells"
    size = f"{whole(report.n_cells)} {rows} × {whole(report.n_genes)} {columns}"
    return " · ".join(filter(None, [size, MODALITY.get(modality, modality), report.guess("species")]))


def _problems(row: Row) -> Any:
    if row.report is None:
        return html.Span("–", className="gw-muted")
    counts = {kind: sum(problem.severity == kind for problem in row.report.problems) for kind in SEVERITIES}
    tags = [html.Span(plural(n, kind), className=f"gw-tag{LOOK[kind]}") for kind, n in counts.items() if n]
    return html.Div(tags, className="gw-row data-tags") if tags else html.Span("None", className="gw-muted")


def _tag(drawing: str, word: str, look: str) -> html.Span:
    return html.Span([icon(drawing), word], className=f"gw-tag{look}")


def _check(row: Row) -> html.Button:
    return html.Button([icon("again"), "Check again" if row.job else "Check"], type="button", title="Check this file",
                       id={"type": "data-check", "file": row.file.id}, className="gw-button-small")


def _ask(drawing: str, word: str, what: str, file: DataFile) -> html.Button:
    return html.Button(icon(drawing), id={"type": "data-ask", "file": file.id, "what": what}, type="button",
                       className="data-act", title=word, **{"aria-label": f"{word} {file.name}"})


def _button(word: str, what: str, file_id: str, look: str) -> html.Button:
    return html.Button(word, id=_do(what, file_id), type="button", className=look)


def _do(what: str, file_id: str) -> dict:
    return {"type": f"data-{what}", "file": file_id}

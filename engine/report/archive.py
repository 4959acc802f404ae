"""A report as an archive: the page, every figure twice, every table whole, and what repeats them; the same bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.report.canvas import png, svg
from engine.report.page import page
from engine.report.references import marks
from engine.report.tables import frames
from engine.report.text import clean

if TYPE_CHECKING:
    from engine.report.build import Report

MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can tell: an archive says nothing of when it was packed


def archive(report: Report) -> bytes:
    """The archive as bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, inside in _files(report):
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            file.writestr(entry, inside)
    return content.getvalue()


def _files(report: Report) -> Iterator[tuple[str, str | bytes]]:
    yield "report.html", page(report)
    for section in report.sections:
        for drawing in section.drawings:
            yield f"figures/{drawing.name}.svg", svg(drawing)
            yield f"figures/{drawing.name}.png", png(drawing)
    tables = frames(report.contrast, report.enrichment, report.regulators, report.gene_pages)
    for name, frame in sorted(tables.items()):
        yield f"tables/{name}.tsv", frame.to_csv(sep="\t", index=False, lineterminator="\n")
    yield from report.files
    yield "commands.txt", "\n".join(report.command_lines) + "\n"
    yield "methods.txt", methods_text(report)
    yield "facts.json", json.dumps(report.contrast.facts, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def methods_text(report: Report) -> str:
    """The methods and references as plain text, to paste into a manuscript."""
    said = []
    for sentence in report.methods:
        found = ", ".join(map(str, marks(sentence, report.references)))
        said.append(clean(sentence.text).removesuffix(".") + (f" [{found}]." if found else "."))
    works = [f"{place}. {clean(work.text)} {work.link}".rstrip() for place, work in
             enumerate(report.references.values(), 1)]  # fmt: skip
    return "\n".join(["Methods", "", " ".join(said), "", "References", "", *works, ""])

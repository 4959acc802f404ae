"""A report as one HTML page that needs nothing else: no script, no request, figures inside."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from engine.caution import caution, short_warnings
from engine.report.about import sides, units
from engine.report.canvas import Drawing, inline
from engine.report.references import marks
from engine.report.text import day, html
from engine.words import plural, whole

if TYPE_CHECKING:
    from engine.report.build import Report, Section
    from engine.report.tables import Table

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(report: Report) -> str:
    """The whole page."""
    title = html(heading(report))
    body = "\n".join([*_opening(report), *(_section(report, section) for section in report.sections),
                      *_closing(report)])  # fmt: skip
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{title}</title>
<style>
{_style()}
</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def heading(report: Report) -> str:
    """The title of a report: the study, case against control, which cells."""
    control, case = sides(report.contrast)
    facts = report.contrast.facts
    kinds = f", {facts['cell_type']}" if facts["cell_type"] else ""
    return f"{facts['title']}: {case} against {control}{kinds}"


@lru_cache(maxsize=1)
def _style() -> str:
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8").strip()


def _opening(report: Report) -> Iterator[str]:
    facts = report.contrast.facts
    design, made = facts["design"], facts["made"]
    told = {
        "Compared": units(report.contrast), "Genes": whole(len(report.contrast.genes)),
        "Cells": f"{whole(design['cells_case'])} against {whole(design['cells_control'])}",
        "Cell types": (facts["cell_type"] or "all together") + "".join(f", without {t}" for t in facts["without"]),
        "Made": f"{day(made['created'])}, Geneweave {made['version']}",
    }  # fmt: skip
    facts_list = "".join(f"<div><dt>{html(name)}</dt><dd>{html(value)}</dd></div>" for name, value in told.items())
    yield f'<header><p class="kind">Geneweave report</p><h1>{html(heading(report))}</h1><dl>{facts_list}</dl></header>'
    links = "".join(f'<li><a href="#{section.key}">{html(section.title)}</a></li>' for section in report.sections)
    yield f'<nav aria-label="Sections"><ul>{links}<li><a href="#methods">Methods</a></li></ul></nav>'
    verdict = "".join(f"<li>{html(sentence)}</li>" for sentence in facts["verdict"])
    yield f'<section id="found"><h2>What was found</h2><ul class="verdict">{verdict}</ul></section>' if verdict else ""
    yield "".join(f'<p class="warning"><strong>Warning.</strong> {html(text)}</p>' for text in facts["warnings"])


def _section(report: Report, section: Section) -> str:
    words = "".join(f"<p>{html(text)}</p>" for text in section.words)
    drawn = _grid(report, section) if section.side_by_side else "".join(_figure(report, d) for d in section.drawings)
    tables = "".join(_table(table, caution(report.contrast.facts)) for table in section.tables)
    tables = f'<div class="pairs">{tables}</div>' if len(section.tables) > 1 else tables
    return f'<section id="{section.key}"><h2>{html(section.title)}</h2>{words}{drawn}{tables}</section>'


def _figure(report: Report, drawing: Drawing) -> str:
    return (f'<figure><div class="wide">{inline(drawing)}</div><figcaption>'
            f"<strong>{html(drawing.title)}.</strong> {html(drawing.caption)}"
            f"{_warnings(report)}</figcaption></figure>")  # fmt: skip


def _grid(report: Report, section: Section) -> str:
    if not section.drawings:
        return ""
    cells = "".join(f"<figure>{inline(d)}<figcaption><strong>{html(d.title)}.</strong> {html(d.caption)}</figcaption>"
                    "</figure>" for d in section.drawings)  # fmt: skip
    caption = f"{html(section.side_by_side)}{_warnings(report)}"
    return f'<div class="group"><div class="grid">{cells}</div><p class="caption">{caption}</p></div>'


def _warnings(report: Report) -> str:
    """What the warnings come to in a few words; the sentences stand at the top."""
    short = "; ".join(short_warnings(report.contrast.facts))
    return _warning(f"{short[0].upper()}{short[1:]}.") if short else ""


def _warning(text: str) -> str:
    return f' <span class="beware"><strong>Warning.</strong> {html(text)}</span>'


def _table(table: Table, beware: str) -> str:
    """A table; what to beware of stands beside its p."""
    kinds = ["number" if place in table.numbers else "text" for place in range(len(table.columns))]
    head = "".join(f'<th scope="col" class="{kind}">{html(name)}</th>'
                   for name, kind in zip(table.columns, kinds, strict=True))  # fmt: skip
    rows = "".join("<tr>" + "".join(f'<td class="{kind}">{html(value)}</td>'
                                    for value, kind in zip(row, kinds, strict=True)) + "</tr>"
                   for row in table.rows)  # fmt: skip
    warning = _warning(beware) if beware and "p" in table.columns else ""
    caption = f"<caption><strong>{html(table.title)}.</strong> {html(table.note)}{warning}</caption>"
    kind = " terms" if table.name == "enrichment" else ""
    return (f'<div class="table{kind}" role="region" aria-label="{html(table.title)}" tabindex="0"><table>{caption}'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>")  # fmt: skip


def _closing(report: Report) -> Iterator[str]:
    facts = report.contrast.facts
    said = " ".join(f"{html(sentence.text.removesuffix('.'))}{_marks(report, sentence)}."
                    for sentence in report.methods)  # fmt: skip
    packages = ", ".join(f"{name} {version}" for name, version in sorted(facts["made"]["packages"].items()))
    software = f"Geneweave {facts['made']['version']}, Python {facts['made']['python']}, {packages}."
    sources = "".join(f"<tr><td>{html(name)}</td><td class=\"number\">{html(plural(source['n_cells'], 'cell'))}</td>"
                      f"<td><code>{html(source['content'])}</code></td></tr>"
                      for name, source in facts["sources"].items())  # fmt: skip
    lines = html("\n".join(report.command_lines))
    yield (f'<section id="methods"><h2>Methods</h2><p>{said}</p><h3>Software</h3><p>{html(software)}</p>'
           '<h3>Data</h3><div class="table" role="region" aria-label="Data" tabindex="0"><table><thead><tr>'
           '<th scope="col">Dataset</th><th scope="col" class="number">Size</th><th scope="col">Hash of content</th>'
           f"</tr></thead><tbody>{sources}</tbody></table></div><h3>To repeat this</h3><pre><code>{lines}</code></pre>"
           "</section>")  # fmt: skip
    works = "".join(f'<li id="ref-{place}">{html(work.text)}{_link(work.link)}</li>'
                    for place, work in enumerate(report.references.values(), 1))  # fmt: skip
    yield f'<section id="references"><h2>References</h2><ol>{works}</ol></section>'


def _marks(report: Report, sentence) -> str:
    found = marks(sentence, report.references)
    links = ", ".join(f'<a href="#ref-{place}">{place}</a>' for place in found)
    return f" [{links}]" if found else ""


def _link(link: str) -> str:
    return f' <a href="{html(link)}">{html(link)}</a>' if link else ""

"""A look into a file: the columns that describe its cells, and a corner of the matrix."""

from __future__ import annotations

from typing import Any

from dash import html

from app.words import number, plural, whole
from engine.io.report import Column, Report

SHOWN = 6  # levels of a column


def columns_table(report: Report) -> html.Section:
    """A row an obs column: its name, its kind, and its levels with their cells or its range."""
    head = html.Thead(html.Tr([html.Th("Column"), html.Th("Kind"), html.Th("Content")]))
    rows = [html.Tr([html.Td(html.Code(column.name)), html.Td(_kind(column)), html.Td(_content(column))])
            for column in report.columns]  # fmt: skip
    table = html.Div(html.Table([head, html.Tbody(rows)], className="gw-table"), className="gw-scroll file-tall",
                     tabIndex=0, role="region", **{"aria-label": "Columns of the cells"})
    nothing = html.P("The file says nothing about its cells beside their names: no columns in obs.",
                     className="gw-muted file-top")
    title = html.Div([html.H2("What the file says about its cells"),
                      html.Span(plural(len(report.columns), "column"), className="gw-muted gw-small")],
                     className="gw-spread")  # fmt: skip
    return html.Section([title, table if rows else nothing], className="gw-card", **{"aria-label": "Columns"})


def preview_table(report: Report) -> list[html.Section]:
    """A corner of the matrix, cells down and genes across; nothing when the check kept none."""
    cells, genes, values = (report.preview.get(key, []) for key in ("cells", "genes", "values"))
    if not cells or not genes:
        return []
    head = html.Thead(html.Tr([html.Th("Cell"), *(html.Th(gene, className="gw-num", scope="col") for gene in genes)]))
    rows = [html.Tr([html.Th(cell, scope="row"), *map(_value, row)]) for cell, row in zip(cells, values, strict=True)]
    table = html.Table([head, html.Tbody(rows)], className="gw-table file-preview")
    row = "perturbation" if report.guess("modality") == "effects" else "cell"
    words = f"{plural(len(cells), row)} and {plural(len(genes), 'gene')}"
    return [html.Section([html.Div([html.H2("A corner of the matrix"), html.Span(words, className="gw-muted gw-small")],
                                   className="gw-spread"),
                          html.Div(table, className="gw-scroll", tabIndex=0, role="region",
                                   **{"aria-label": "A corner of the matrix"})],
                         className="gw-card", **{"aria-label": "Preview"})]  # fmt: skip


def _kind(column: Column) -> str:
    return "Number" if column.kind == "number" else f"{plural(column.n_levels, 'level')}"


def _content(column: Column) -> Any:
    if column.kind == "number":
        return "–" if column.low is None else f"{number(column.low)} to {number(column.high)}"
    shown = [html.Span([level, " ", html.Span(whole(cells), className="gw-muted")], className="file-level")
             for level, cells in column.levels[:SHOWN]]  # fmt: skip
    more = column.n_levels - len(shown)
    rest = [html.Span(f"and {whole(more)} more", className="gw-muted file-level")] if more > 0 else []
    return html.Div([*shown, *rest], className="file-levels")


def _value(value: Any) -> html.Td:
    if value is None:
        return html.Td("–", className="gw-num gw-muted")
    words = whole(value) if float(value).is_integer() else number(value)
    return html.Td(words, className="gw-num gw-muted" if value == 0 else "gw-num")

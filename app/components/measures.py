"""Measures of a map in words, strips and a table; what does not beat its nulls says so."""

from __future__ import annotations

import csv
import io
from typing import Any

from dash import html

from app.components.graph import graph
from app.components.page_header import icon
from app.figures.metrics import NULL_MARKS, beaten_by, known_nulls, metric_strip
from app.words import listing, number, plural

MEANING = {
    "random vectors": "knows nothing",
    "one random vector a name": "knows only the names of the genes",
    "product of degrees": "knows only how many partners each gene has",
    "|Pearson| of the input": "the plain correlation of the input",
    "Pearson of the input": "the plain correlation of the input, with its sign",
    "groups of like degree": "genes grouped by how many partners they have",
    "untrained network": "the same network before it learned",
}
CORRELATIONS = {"|Pearson| of the input", "Pearson of the input"}  # these have seen the cells; the others have not


def verdict(metrics: list[dict[str, Any]]) -> str:
    """One sentence on the whole map: where it beats what knows nothing of the cells, and where their correlation."""
    if not metrics:
        return "This map was stored without measures."
    rivals = [set(beaten_by(metric)) for metric in metrics]
    blind, all_of_them = sum(not of - CORRELATIONS for of in rivals), sum(not of for of in rivals)
    told = f"On {blind} of {plural(len(metrics), 'measure')} the map does better than anything that knows nothing"
    if blind == all_of_them:
        return f"{told} of the cells."
    return f"{told} of the cells, and on {all_of_them or 'none'} better than their plain correlation too."


def verdict_of(metric: dict[str, Any]) -> str:
    """What one measure says, plainly."""
    rivals = beaten_by(metric)
    return f"Does not beat {listing(rivals)}" if rivals else "Beats all its nulls"


def measure_rows(metrics: list[dict[str, Any]]) -> list[html.Div]:
    """A row a measure: words, strip, value."""
    return [_row(metric) for metric in metrics]


def null_legend(metrics: list[dict[str, Any]]) -> html.Div:
    """What the marks of the strips mean, for the nulls that occur."""
    seen = dict.fromkeys(name for metric in metrics for name in known_nulls(metric))
    marks = [html.Span([html.Span(className="gw-mark gw-mark-value"), "this map"])]
    marks += [html.Span([html.Span(className=f"gw-mark gw-mark-{NULL_MARKS.get(name, 'circle-open')}"), name],
                        title=MEANING.get(name, "")) for name in seen]
    if any(metric["chance"] is not None for metric in metrics):
        marks.append(html.Span([html.Span(className="gw-mark-chance"), "chance"]))
    return html.Div(marks, className="gw-legend")


def measure_table(metrics: list[dict[str, Any]]) -> html.Table:
    """All numbers, nulls in columns."""
    names, rows = table_of(metrics)
    head = html.Tr([html.Th(name, className="gw-num" if i else "") for i, name in enumerate(names)])
    body = [html.Tr([html.Td(v if isinstance(v, str) else number(v), className="gw-num" if i else "gw-name")
                     for i, v in enumerate(row)]) for row in rows]
    return html.Table([html.Thead(head), html.Tbody(body)], className="gw-table")


def measures_csv(metrics: list[dict[str, Any]]) -> str:
    """The table at full precision; an empty field where there is no number."""
    names, rows = table_of(metrics)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(["" if v is None else v for v in row] for row in rows)
    return out.getvalue()


def table_of(metrics: list[dict[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    """Column names and rows: measure, this map, best, chance, then each null."""
    nulls = list(dict.fromkeys(name for metric in metrics for name in metric["nulls"]))
    rows = [[m["label"], m["value"], m["best"], m["chance"], *map(m["nulls"].get, nulls)] for m in metrics]
    return ["measure", "this map", "best", "chance", *nulls], rows


def _row(metric: dict[str, Any]) -> html.Div:
    short = bool(beaten_by(metric))
    tone = "gw-tag-bad" if short else "gw-tag-good"
    tag = html.Span([icon("warning" if short else "check"), verdict_of(metric)], className=f"gw-tag {tone} gw-wrap")
    words = html.Div([html.H3(metric["label"]), html.P(metric["explanation"], className="gw-muted gw-small"), tag])
    value = html.Div([html.Span(number(metric["value"]), className="gw-big")], className="gw-value")
    strip = graph({"type": "strip", "measure": metric["name"]}, metric_strip(metric), name=metric["name"], save=False)
    return html.Div([words, value, strip], className="gw-measure")

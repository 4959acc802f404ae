"""The tables of trials: classes and methods × measures, differences to one method, and figures of others."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
import pandas as pd
from dash import html

from app.components.score_cells import score_cell, score_column
from app.pages.benchmark import ids
from app.words import exponent
from engine.metrics.perturbation import BY_NAME, HEADLINE
from engine.trials.board import Board
from engine.trials.choose import CORE, POSITIVE
from engine.trials.paired import Difference
from engine.trials.published import PAIRS, published
from engine.trials.sentences import TOLD
from engine.trials.table import summary
from engine.types import CLASSES

KINDS = {"control": "Control", "baseline": "Baseline", "core": "Core", "network": "Network", "ablation": "Ablation"}
LEAST = 132  # pixels of a column of scores
NARROW = {"flex": 0, "minWidth": 70, "width": 92}
SHOWN = (*HEADLINE, "pcc_delta_with_target", "pcc_delta_de100", "centroid_accuracy", "dac_changed", "mse_de20")
COLUMNS = (("unseen single", "pcc_delta", "Unseen singles, all genes"), (PAIRS, "pcc_delta", "Pairs, all genes"),
           ("unseen single", "pcc_delta_de100", "Unseen singles, top 100"),
           (PAIRS, "pcc_delta_de100", "Pairs, top 100"))  # fmt: skip


def method_grid(table: pd.DataFrame) -> dag.AgGrid:
    """A row a class and method; mean ± standard deviation over seeds."""
    known = set(table.loc[table["value"].notna(), "measure"])
    there = [name for name in SHOWN if name in known]
    return _grid(ids.GRID, method_rows(table), [
        {"field": "class", "headerName": "Held out", "pinned": "left", "width": 138, "flex": 0},
        {"field": "label", "headerName": "Method", "pinned": "left", "width": 186, "flex": 0},
        {"field": "kind", "headerName": "Kind", **NARROW},
        *(_column(name) for name in there),
        {"field": "n", "headerName": "Held out", "headerTooltip": "Perturbations, each counted once",
         "type": "rightAligned", **NARROW},
        {"field": "missing", "headerName": "Undefined", "headerTooltip": "Values of the measures shown that are not "
         "defined; they are left out of means, never taken for 0", "type": "rightAligned", **NARROW},
    ])  # fmt: skip


def method_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """For each class and method its numbers, how they are said, and whether they are the best but for controls."""
    found, rows = summary(table[table["measure"].isin(SHOWN)]), []
    for held_out in (one for one in CLASSES if one in set(found["class"])):
        of_class = found[found["class"] == held_out]
        best = _best(of_class)
        for method in of_class["method"].unique():
            own = of_class[of_class["method"] == method]
            row = {"class": held_out, "label": own["label"].iloc[0], "kind": KINDS[own["kind"].iloc[0]],
                   "n": int(own["n"].max()), "missing": int(own["missing"].sum()),
                   "first": not rows or rows[-1]["class"] != held_out}  # fmt: skip
            for one in own.to_dict("records"):
                row |= score_cell(one["measure"], one["mean"], one["sd"], method in best.get(one["measure"], ()))
            rows.append(row)
    return rows


def pair_grid(board: Board, *, subject: str = CORE) -> dag.AgGrid:
    """Differences of every method to one, by class and measure."""
    return _grid(ids.PAIRS, pair_rows(board, subject=subject), [
        {"field": "class", "headerName": "Held out", "width": 138, "flex": 0},
        {"field": "measure", "headerName": "Measure", "width": 150, "flex": 0},
        {"field": "said", "headerName": "What is said", "minWidth": 330, "flex": 2, "tooltipField": "said"},
        *(_plain(name, title, about) for name, title, about in (
            ("gain", "Gain", "Mean difference over perturbations; + is better, whatever the measure"),
            ("low", "Low", "Lower end of the 95 % interval, bootstrap over perturbations"),
            ("high", "High", "Upper end of the 95 % interval"),
            ("p", "p", "Two-sided, of the same bootstrap"),
            ("n", "n", "Perturbations, each counted once"))),
    ])  # fmt: skip


def pair_rows(board: Board, *, subject: str = CORE) -> list[dict[str, Any]]:
    """A row a class, measure and other method that has values of both."""
    return [_pair(board, held_out, measure, subject, other, found)
            for held_out in board.classes for measure in TOLD for other in board.methods(held_out)
            if subject in board.methods(held_out) and other not in (subject, POSITIVE)
            and (found := board.beside(held_out, subject, other, measure)) is not None]  # fmt: skip


def _pair(board: Board, held_out: str, measure: str, subject: str, other: str, found: Difference) -> dict[str, Any]:
    label = board.labels[other]
    numbers = {"gain": found.mean, "low": found.low, "high": found.high}
    return {"class": held_out, "measure": BY_NAME[measure].label, "n": found.n, "n_said": str(found.n), "p": found.p,
            "said": f"{board.labels[subject]} {found.stands} {label[0].lower()}{label[1:]}", "p_said": _p(found.p),
            "first": False, **numbers, **{f"{name}_said": _signed(x) for name, x in numbers.items()}}  # fmt: skip


def published_table(board: Board) -> html.Table:
    """Our figures of this screen, then theirs, by the same two measures; each line says whose it is."""
    ours = [[html.Span(board.labels[name]), html.Span("this screen", className="gw-tag"),
             *(_ours(board, name, held_out, measure) for held_out, measure, _ in COLUMNS)]
            for name in board.labels if name != POSITIVE]  # fmt: skip
    told = published()
    theirs = [[html.Span(name), html.Span("their figure", className="gw-tag"),
               *(_theirs(told, name, held_out, measure) for held_out, measure, _ in COLUMNS)]
              for name in told["method"].unique()]  # fmt: skip
    head = ["Method", "Whose", *(title for _, _, title in COLUMNS)]
    return html.Table([
        html.Thead(html.Tr([html.Th(word, className="gw-num" if i > 1 else "") for i, word in enumerate(head)])),
        html.Tbody([html.Tr([html.Td(word, className="gw-num" if i > 1 else "gw-name" if i == 0 else "")
                             for i, word in enumerate(row)], className="bench-theirs" if n >= len(ours) else "")
                    for n, row in enumerate(ours + theirs)]),
    ], className="gw-table bench-published")  # fmt: skip


def _ours(board: Board, method: str, held_out: str, measure: str) -> str:
    """Mean of a class, or over the perturbations of all classes of pairs."""
    classes = [one for one in board.classes if one.startswith("pair")] if held_out == PAIRS else [held_out]
    values = [board.of_method(one, method, measure) for one in classes]
    values = pd.concat(values) if values else pd.Series(dtype=float)
    return _fixed(values.groupby(level=1).mean().mean()) if values.notna().any() else "–"


def _theirs(told: pd.DataFrame, method: str, held_out: str, measure: str) -> str:
    rows = told[(told["method"] == method) & (told["class"] == held_out) & (told["measure"] == measure)]
    return _fixed(rows["value"].iloc[0]) if len(rows) else "–"


def _best(of_class: pd.DataFrame) -> dict[str, set[str]]:
    found = {}
    ranked = of_class[of_class["kind"] != "control"].dropna(subset="mean")
    for measure, rows in ranked.groupby("measure", observed=True):
        edge = rows["mean"].min() if BY_NAME[measure].less else rows["mean"].max()
        found[measure] = set(rows.loc[rows["mean"] == edge, "method"]) if rows["mean"].nunique() > 1 else set()
    return found


def _column(name: str) -> dict[str, Any]:
    about = BY_NAME[name]
    return score_column(name, about.label + (" ↓" if about.less else ""),
                        f"{about.explanation} Best {about.best:g}; a guess: {about.chance_words}.", least=LEAST)


def _plain(field: str, title: str, about: str) -> dict[str, Any]:
    return {"field": field, "headerName": title, "headerTooltip": about, "type": "rightAligned", **NARROW,
            "valueFormatter": {"function": f"params.data.{field}_said"}}  # fmt: skip


def _grid(name: str, rows: list[dict[str, Any]], columns: list[dict[str, Any]]) -> dag.AgGrid:
    return dag.AgGrid(
        id=name, rowData=rows, columnDefs=columns, className="net-genes quality-grid",
        defaultColDef={"sortable": True, "resizable": True, "flex": 1, "wrapHeaderText": True,
                       "autoHeaderHeight": True},
        rowClassRules={"quality-first": "params.data.first"},
        dashGridOptions={"rowHeight": 30, "theme": "themeQuartz", "animateRows": False, "ensureDomOrder": True,
                         "suppressColumnVirtualisation": True, "domLayout": "autoHeight", "tooltipShowDelay": 300},
        style={"height": None},
    )  # fmt: skip


def _fixed(x: float) -> str:
    return f"{x:.3f}".replace("-", "\u2212") if x == x else "–"


def _signed(x: float) -> str:
    return ("+" if x >= 0 else "") + _fixed(x) if x == x else "–"


def _p(p: float) -> str:
    return exponent(p) if p < 0.001 else f"{p:.2g}"

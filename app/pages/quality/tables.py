"""The tables of a comparison: methods × measures, and gene-level tests × methods; the best of each wears a star."""

from __future__ import annotations

import math
from typing import Any

import dash_ag_grid as dag
import pandas as pd

from app.components.score_cells import score_cell, score_column
from app.words import duration, whole
from engine.metrics.measures import MEASURES
from engine.metrics.summary import averages, best_of, standings

KINDS = {"model": "Model", "rival": "Rival", "ablation": "Without a part", "null": "Null"}
LEAST = 138  # pixels of a column of scores
NARROW = {"minWidth": 84, "width": 88, "flex": 0}
SCORE = ("Each of the six measures of the paper goes from 0, the worst of model and rivals, to 1, the best of them; "
         "the mean of the six. Nulls are on that scale without setting it, so they may lie outside 0 to 1.")
RANK = "Mean of the ranks on the six measures of the paper among model and rivals; 1 is best."
CLASSIFIERS = {"logistic": "Logistic regression", "forest": "Random forest"}
NO_VECTORS = "Gene frequency alone"
FREQUENCY = "What is reached without vectors: how often each gene of a pair is in a true one"


def method_grid(table: pd.DataFrame) -> dag.AgGrid:
    """A row a method, grouped by kind; mean ± standard deviation over seeds."""
    return _grid("quality-grid", method_rows(table), [
        {"field": "label", "headerName": "Method", "pinned": "left", "width": 190, "flex": 0},
        {"field": "kind", "headerName": "Kind", "width": 116, "flex": 0, "minWidth": 100},
        _scores("score", "Avg Score", SCORE), _scores("rank", "Mean rank", RANK) | NARROW,
        *(_scores(m.name, m.label + ("" if m.best else " ↓"), m.explanation + ("" if m.best else " Less is better."))
          for m in MEASURES if m.name in set(table["measure"])),
        _scores("n", "Seeds", "Seeds at which the method was scored") | NARROW,
        _scores("seconds", "Time", "Mean time to learn the vectors, on the machine that made them") | NARROW,
    ])  # fmt: skip


def method_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """For each method its numbers, how they are said, and whether they are the best of model and rivals."""
    average, standing = averages(table), standings(table).set_index("method")
    best, seeds = best_of(average), table.groupby("method")["seed"].nunique()
    rows = []
    for name in in_order(table):
        own = average[average["method"] == name].set_index("measure")
        row: dict[str, Any] = {"method": name, "label": own["label"].iloc[0], "kind": KINDS[own["kind"].iloc[0]]}
        for measure, (mean, sd) in own[["mean", "sd"]].iterrows():
            row |= score_cell(measure, mean, sd, name in best.get(measure, ()))
        if name in standing.index:
            at = standing.loc[name]
            row |= score_cell("score", at["score"], at["score_sd"], at["place"] == 1)
            row |= {"rank": _value(at["rank"]), "rank_said": f"{at['rank']:.1f}" if at["rank"] > 0 else ""}
        row |= {"n": int(seeds[name]), "n_said": str(seeds[name]), "seconds_said": duration(row["seconds"])}
        row["first"] = bool(not rows or rows[-1]["kind"] != row["kind"])
        rows.append(row)
    return rows


def in_order(table: pd.DataFrame) -> list[str]:
    """Names of the methods: ranked ones by Avg Score, then ablations, then nulls."""
    place = {name: i for i, name in enumerate(standings(table)["method"])}
    kinds = dict(zip(table["method"], table["kind"], strict=True))
    groups = {"model": 0, "rival": 0, "ablation": 1, "null": 2}
    return sorted(kinds, key=lambda name: (groups[kinds[name]], place.get(name, len(kinds))))


def grid_of_tests(tests: pd.DataFrame, methods: list[str]) -> dag.AgGrid:
    """A row a gene-level test, a column a method; mean ± standard deviation over seeds."""
    labels = dict(zip(tests["method"], tests["label"], strict=True))
    return _grid("quality-tests", rows_of_tests(tests), [
        {"field": "title", "headerName": "Test", "pinned": "left", "width": 240, "flex": 0, "tooltipField": "title"},
        {"field": "model", "headerName": "Classifier", "width": 160, "flex": 0},
        {"field": "measure", "headerName": "Measure", "width": 100, "flex": 0, "minWidth": 90},
        _scores("n", "Genes or pairs", "Tested, with those that are true in brackets") | {"minWidth": 110},
        _scores("chance", "Chance", "What a guess gives") | NARROW,
        _scores("blind", "No vectors", FREQUENCY) | NARROW,
        *(_scores(f"m{i}", labels[name], labels[name]) for i, name in enumerate(methods)),
    ])  # fmt: skip


def rows_of_tests(tests: pd.DataFrame) -> list[dict[str, Any]]:
    """For each test the number of every method, and which ranked method is best."""
    rows, names = [], methods_of(tests)
    blind = tests[tests["model"] == ""].groupby(["task", "measure"])["value"].mean()
    for (task, model, measure), part in tests[tests["model"] != ""].groupby(["task", "model", "measure"], sort=False):
        by = part.groupby("method")["value"]
        mean, sd = by.mean(), by.std()
        ranked = mean[[name for name in mean.index if _kind(part, name) in ("model", "rival")]]
        first = part.iloc[0]
        row = {"title": first["title"], "model": CLASSIFIERS.get(model, model), "measure": measure.upper(),
               "n": int(first["n"]), "n_said": f"{whole(first['n'])} ({whole(first['positives'])})", "first": False,
               **score_cell("chance", part["chance"].mean(), math.nan, False),
               **score_cell("blind", blind.get((task, measure), math.nan), math.nan, False)}  # fmt: skip
        for i, name in enumerate(names):
            if name in mean.index:
                row |= score_cell(f"m{i}", mean[name], sd[name], bool(mean[name] == ranked.max()))
        rows.append(row)
    return rows


def methods_of(tests: pd.DataFrame) -> list[str]:
    """Names of the methods of gene-level rows: the model, rivals, ablations, nulls."""
    kinds = dict(zip(tests["method"], tests["kind"], strict=True))
    return sorted(kinds, key=lambda name: list(KINDS).index(kinds[name]))


def _kind(part: pd.DataFrame, name: str) -> str:
    return part.loc[part["method"] == name, "kind"].iloc[0]


def _value(x: float) -> float | None:
    return float(x) if x == x else None


def _scores(field: str, name: str, about: str) -> dict[str, Any]:
    return score_column(field, name, about, least=LEAST)


def _grid(name: str, rows: list[dict[str, Any]], columns: list[dict[str, Any]]) -> dag.AgGrid:
    return dag.AgGrid(
        id=name, rowData=rows, columnDefs=columns, className="net-genes quality-grid",
        defaultColDef={"sortable": True, "resizable": True, "flex": 1, "minWidth": 110, "wrapHeaderText": True,
                       "autoHeaderHeight": True},
        rowClassRules={"quality-first": "params.data.first"},
        dashGridOptions={"rowHeight": 30, "theme": "themeQuartz", "animateRows": False, "ensureDomOrder": True,
                         "suppressColumnVirtualisation": True, "domLayout": "autoHeight", "tooltipShowDelay": 300},
        style={"height": None},
    )  # fmt: skip

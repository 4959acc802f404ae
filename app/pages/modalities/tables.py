"""The numbers behind the picture: bands, whole paths, and every name against every cluster."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

from app.figures.sankey import choice_text
from app.pages.modalities.view import flow_of
from engine.store import Store
from engine.tl.flows import Flows
from engine.tl.placement import TESTED, placement_table, placements

KINDS = {"bands": "Bands", "paths": "Paths", "pairs": "Clusters"}
TESTS = ("margins", "expected", "ratio", "p", "p_adjusted", "telling_genes")
COUNTED = {"rows": "points"}

_NONE = "params.value == null ? '–' : "
FORMATS = {
    "margins": _NONE + "d3.format('.1f')(params.value)", "expected": _NONE + "d3.format('.1f')(params.value)",
    "ratio": _NONE + "d3.format('.2f')(params.value)",
    **dict.fromkeys(("p", "p_adjusted"), _NONE + "params.value == 0 ? '< 1e-300' : params.value < 0.001 ? "
                    "d3.format('.1e')(params.value) : d3.format('.2f')(params.value)"),
}  # fmt: skip
HEADS = {
    "from_level": ("From", ""), "from": ("Name", ""), "to_level": ("To", ""), "to": ("Name", ""),
    "level": ("Level", ""), "name": ("Name", ""),
    "points": ("Points", "A point is a gene in a dataset"), "genes": ("Genes", "Distinct genes"),
    "observed": ("Points", "A point is a gene in a dataset"),
    "margins": ("By margins", "Points that the two totals alone would give: their product over all points"),
    "expected": ("Expected", "Points, if the same genes lay in the cluster whatever the dataset"),
    "ratio": ("Times", "Points over expected"),
    "p": ("p", "Exact, two-sided, before adjustment; a guide only: genes of a map are connected"),
    "p_adjusted": ("p adjusted", "Benjamini–Hochberg over the tests of a level, or of all paths; a guide only"),
    "telling_genes": ("Genes that tell", "Genes inside and outside the group, in and out of the cluster"),
}  # fmt: skip
WORDS = {"from_level", "from", "to_level", "to", "level", "name"}


@lru_cache(maxsize=16)
def numbers(store: Store, name: str, levels: tuple[str, ...], top: int, common: bool, kind: str) -> pd.DataFrame:
    """One of the tables of `KINDS`, at full precision."""
    flow = flow_of(store, name, levels, top, common)
    return {"bands": bands, "paths": paths, "pairs": placement_table}[kind](flow)


def bands(flow: Flows) -> pd.DataFrame:
    """Every band between neighbouring levels; those at a cluster with what was expected."""
    pairs = placement_table(flow)
    tests = {(row["level"], row["name"], row["cluster"]): row for row in pairs.to_dict("records")}
    rows = []
    for link in flow.links.itertuples():
        ends = {link.from_level: link.source, link.to_level: link.target}
        cluster = ends.pop("cluster", None)
        found = tests.get((*next(iter(ends.items())), cluster), {})
        rows.append([link.from_level, link.source, link.to_level, link.target, link.rows, link.genes,
                     *(found.get(test) for test in TESTS)])  # fmt: skip
    names = ["from_level", "from", "to_level", "to", "points", "genes", *TESTS]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(TESTS, float))


def paths(flow: Flows) -> pd.DataFrame:
    """Every path through all levels that a point takes; with what was expected when clusters are among them."""
    table = flow.paths.rename(columns=COUNTED)
    levels = list(flow.levels)
    if "cluster" not in levels:
        return table
    return pd.concat([table, placements(flow, table[levels]).drop(columns=TESTED[0])], axis=1)


def choices_of(table: pd.DataFrame, kind: str, levels: tuple[str, ...]) -> list[str]:
    """For each row of a table the choice that it stands for, as text."""
    rows = table.to_dict("records")
    if kind == "bands":
        return [choice_text({row["from_level"]: row["from"], row["to_level"]: row["to"]}) for row in rows]
    if kind == "paths":
        return [choice_text({level: row[level] for level in levels}) for row in rows]
    return [choice_text({row["level"]: row["name"], "cluster": row["cluster"]}) for row in rows]


def grid_rows(table: pd.DataFrame, kind: str, levels: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows for the grid; `pick` is the choice that a row stands for, missing numbers are None."""
    plain = table.astype(object).where(table.notna(), None)
    return [row | {"pick": pick} for row, pick in
            zip(plain.to_dict("records"), choices_of(table, kind, levels), strict=True)]  # fmt: skip


def grid_columns(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Columns of the grid: names filtered as text, numbers as numbers."""
    return [_column(name, not pd.api.types.is_numeric_dtype(table[name])) for name in table.columns]


def _column(name: str, is_text: bool) -> dict[str, Any]:
    head, tip = HEADS.get(name, (name.capitalize(), ""))
    shared = {"field": name, "headerName": head, **({"headerTooltip": tip} if tip else {})}
    if is_text or name in WORDS:
        return shared | {"filter": "agTextColumnFilter", "minWidth": 80}
    form = {"valueFormatter": {"function": FORMATS[name]}} if name in FORMATS else {}
    return shared | {"type": "rightAligned", "minWidth": max(70, 30 + round(6.4 * len(head))), **form}

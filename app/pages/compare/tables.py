"""The ranked table of a comparison, and the tables behind its figures."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
import numpy as np
import pandas as pd

from app.pages.compare import ids
from app.pages.compare.view import CompareView
from app.pages.compare.words import ARM
from engine.errors import unknown
from engine.tl.changed import partners_of
from engine.types import ARMS, Contrast

WHICH = ("genes", "expression", "maps", "volcano", "modules", "cells", "partners")
FDR = ("params.value == null ? '–' : params.value < 0.001 ? d3.format('.1e')(params.value) : "
       "d3.format('.3f')(params.value)")
DASH = "params.value == null ? '–' : "


def table_of(contrast: Contrast, which: str, *, gene: str = "") -> pd.DataFrame:
    """A table at full precision.

    Raises
    ------
    UnknownName
        When there is no such table, or no such gene.
    """
    if which == "genes":
        return contrast.table.rename_axis("gene").reset_index().sort_values("rank", kind="stable")
    if which == "expression":
        return contrast.expression.rename_axis("gene").reset_index()
    if which == "maps":
        return _places(contrast)
    if which == "volcano":
        columns = ["net", *(name for arm in ARMS for name in (arm, f"{arm}_p", f"{arm}_fdr"))]
        return contrast.table[columns].rename_axis("gene").reset_index()
    if which == "modules":
        return _modules(contrast)
    if which == "cells":
        return _shares(contrast)
    if which == "partners":
        return partners_of(contrast, gene)
    raise unknown("table", which, WHICH, where="of a comparison")


def _places(contrast: Contrast) -> pd.DataFrame:
    table = contrast.table[["module", "placement", "placement_fdr"]].rename_axis("gene").reset_index()
    for side in ("control", "case"):
        places = np.asarray(contrast.adata.obsm[f"umap_{side}"])
        table[f"{side}_umap_1"], table[f"{side}_umap_2"] = places[:, 0], places[:, 1]
    return table


def _modules(contrast: Contrast) -> pd.DataFrame:
    units = [unit["name"] for unit in contrast.facts["units"]]
    rows = [{"module": m["name"], "n": m["n"], "control": m["control"], "case": m["case"],
             **{unit: m["units"].get(unit) for unit in units}} for m in contrast.facts["modules"]]  # fmt: skip
    return pd.DataFrame(rows)


def _shares(contrast: Contrast) -> pd.DataFrame:
    levels = {unit["name"]: unit["level"] for unit in contrast.facts["units"]}
    rows = [{"cell_type": row["cell_type"], "unit": unit, "condition": levels.get(unit, ""), "share": share,
             "p": row["p"], "fdr": row["fdr"]} for row in contrast.facts["composition"]
            for unit, share in row["units"].items()]  # fmt: skip
    return pd.DataFrame(rows, columns=["cell_type", "unit", "condition", "share", "p", "fdr"])


def gene_grid(contrast: Contrast, view: CompareView) -> dag.AgGrid:
    """A row a gene, the arms side by side; Enter or a click opens its card."""
    return dag.AgGrid(
        id=ids.GRID, rowData=grid_rows(contrast), columnDefs=grid_columns(view), className="cmp-grid",
        getRowId="params.data.gene", style={"height": "430px"},
        defaultColDef={"sortable": True, "filter": "agNumberColumnFilter", "resizable": True, "minWidth": 76},
        dashGridOptions={"rowHeight": 28, "headerHeight": 34, "groupHeaderHeight": 28, "theme": "themeQuartz",
                         "animateRows": False, "ensureDomOrder": True, "suppressColumnVirtualisation": True,
                         "tooltipShowDelay": 300},
    )  # fmt: skip


def grid_rows(contrast: Contrast) -> list[dict[str, Any]]:
    """All genes, the most changed first; missing numbers are None."""
    shown = ["rank", "module", "gained", "lost", "net", "mean_control", "mean_case",
             *(name for arm in ARMS for name in (arm, f"{arm}_fdr"))]  # fmt: skip
    table = contrast.table[shown].sort_values("rank", kind="stable").rename_axis("gene").reset_index()
    for name in table.select_dtypes("floating").columns:
        table[name] = table[name].astype(float).map(lambda x: float(f"{x:.4g}"))
    table["module"] = table["module"].astype(str)
    plain = table.astype(object)
    return plain.where(table.notna(), None).to_dict("records")


def grid_columns(view: CompareView) -> list[dict[str, Any]]:
    """Columns in groups; an FDR below the chosen one wears a dot, and the chosen arm stands out."""
    gene = {"field": "gene", "headerName": "Symbol", "pinned": "left", "width": 118, "filter": "agTextColumnFilter"}
    head = {"headerName": "Rank", "field": "rank", "width": 78, "headerTooltip": "1 changed its partners most"}
    module = {"field": "module", "headerName": "Module", "width": 90, "filter": "agTextColumnFilter",
              "headerTooltip": "Genes that keep company; 1 is the largest module",
              "comparator": {"function": "(a, b) => Number(a) - Number(b)"}}  # fmt: skip
    partners = {"headerName": "Partners", "children": [
        _column("gained", "Gained", "Partners whose interval of change excludes 0 and that it gained", 84),
        _column("lost", "Lost", "Partners whose interval of change excludes 0 and that it lost", 76),
        _column("net", "Net", "Mean change of |correlation|: below 0 it lost company", 82, "+.3f")]}  # fmt: skip
    levels = {"headerName": "Mean expression", "headerTooltip": "log(1 + counts per 10,000)", "children": [
        _column("mean_control", "Control", "Mean of log(1 + counts per 10,000)", 90, ".2f"),
        _column("mean_case", "Case", "Mean of log(1 + counts per 10,000)", 80, ".2f")]}  # fmt: skip
    named = {"headerName": "Gene", "children": [gene]}  # a group too, so that no header is empty
    return [named, head, module, *(_arm(arm, view) for arm in ARMS), partners, levels]


def _arm(arm: str, view: CompareView) -> dict[str, Any]:
    name, _, about = ARM[arm]
    lit = f"params.value != null && params.value < {view.fdr}"
    value = _column(arm, "log2 FC" if arm == "expression" else "Change", about.capitalize(), 84,
                    "+.2f" if arm == "expression" else ".2f")  # fmt: skip
    fdr = _column(f"{arm}_fdr", "FDR", f"Benjamini–Hochberg over the genes; ● is below {view.level} %", 104)
    fdr["valueFormatter"] = {"function": f"({lit} ? '● ' : '') + ({FDR})"}
    fdr["cellClassRules"] = {"cmp-lit": lit}
    chosen = {"headerClass": "cmp-arm-on"} if arm == view.arm else {}
    return {"headerName": f"{name}{' ▾' if chosen else ''}", "children": [value, fdr], **chosen}


def _column(field: str, name: str, about: str, width: int, form: str = "") -> dict[str, Any]:
    shown = {"valueFormatter": {"function": f"{DASH}d3.format('{form}')(params.value)"}} if form else {}
    return {"field": field, "headerName": name, "headerTooltip": about, "type": "rightAligned", "width": width, **shown}

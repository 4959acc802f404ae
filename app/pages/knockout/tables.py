"""The tables behind a knockout: every gene, the bars that are drawn, perturbations alike, a ranking."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
import pandas as pd

from app.figures.knockout_bars import NOT_CALIBRATED, SPREAD, strongest
from app.pages.knockout import ids
from app.pages.knockout.view import KnockoutView
from engine.types import KnockoutEffect
from engine.types.shown import strength

DASH = "params.value == null ? '–' : "
OPTIONS = {"rowHeight": 28, "headerHeight": 34, "theme": "themeQuartz", "animateRows": False, "ensureDomOrder": True,
           "suppressColumnVirtualisation": True, "tooltipShowDelay": 300}  # fmt: skip


def all_genes(effect: KnockoutEffect) -> pd.DataFrame:
    """Every gene at full precision, the strongest change first; where only measured, the largest over its error."""
    table = effect.table.rename_axis("gene").reset_index()
    return table.loc[strength(table).sort_values(ascending=False, kind="stable").index]


def drawn(effect: KnockoutEffect, view: KnockoutView) -> pd.DataFrame:
    """The genes of the bars that are drawn, in their order."""
    rows = strongest(effect.table, k=view.k, way=view.way, sort=view.sort, hide=view.hide)
    return rows.rename_axis("gene").reset_index()


def gene_grid(effect: KnockoutEffect) -> dag.AgGrid:
    """A row a gene; a click on one that can be asked for leads on."""
    return grid(ids.GRID, records(all_genes(effect)), gene_columns(effect), height=320)


def grid(name: str, rows: list[dict[str, Any]], columns: list[dict[str, Any]], *, height: int,
         key: str = "gene") -> dag.AgGrid:
    """A quiet grid of all rows."""
    return dag.AgGrid(
        id=name, rowData=rows, columnDefs=columns, className="cmp-grid", getRowId=f"params.data.{key}",
        style={"height": f"{height}px"}, dashGridOptions=OPTIONS,
        defaultColDef={"sortable": True, "filter": "agNumberColumnFilter", "resizable": True, "minWidth": 76},
    )  # fmt: skip


def gene_columns(effect: KnockoutEffect) -> list[dict[str, Any]]:
    """Gene, control, change, interval, measured."""
    simulated = effect.evidence["basis"] == "network"
    level = f"{100 * effect.evidence['level']:g}\u202f%" if effect.evidence.get("level") else ""
    reach = f"{level} {SPREAD} {NOT_CALIBRATED}" if simulated else f"{level} interval"
    has = {name: bool(effect.table[name].notna().any())
           for name in ("low", "high", "measured", "measured_se", "control")}  # fmt: skip
    changed, scale = f"{'Simulated' if simulated else 'Predicted'} change", effect.evidence.get("scale", "")
    columns = [{"field": "gene", "headerName": "Gene", "width": 130, "filter": "agTextColumnFilter"},
               number_column("change", changed, scale, 148, "+.3f")]
    columns += [number_column(name, name.capitalize(), f"{end} end of the {reach}", 96, "+.3f")
                for name, end in (("low", "Lower"), ("high", "Upper")) if has[name]]
    columns += [number_column("measured", "Measured", "Change in the screen", 112, "+.3f")] if has["measured"] else []
    columns += [number_column("measured_se", "± se", "Standard error of it", 90, ".3f")] if has["measured_se"] else []
    columns += [number_column("control", "Control", "Mean in unperturbed cells", 100, ".3f")] if has["control"] else []
    words = {"function": "params.data.target ? 'perturbed' : params.data.outside ? 'out of range' : ''"}
    return [*columns, {"headerName": "Note", "valueGetter": words, "width": 116, "filter": "agTextColumnFilter",
                       "colId": "note"}]  # fmt: skip


def number_column(field: str, name: str, about: str, width: int, form: str) -> dict[str, Any]:
    """A column of numbers; a dash where there is none."""
    return {"field": field, "headerName": name, "headerTooltip": about, "type": "rightAligned", "width": width,
            "valueFormatter": {"function": f"{DASH}d3.format('{form}')(params.value)"}}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for a grid: four significant figures, None where a number is missing."""
    table = table.copy()
    for name in table.select_dtypes("floating").columns:
        table[name] = table[name].astype(float).map(lambda x: float(f"{x:.4g}"))
    plain = table.astype(object)
    return plain.where(table.notna(), None).to_dict("records")

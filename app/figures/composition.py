"""The share of each cell type in every unit, by condition: points, means, p and FDR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from app.figures.palette import DOWN, GREY, UP
from app.figures.plain import BASE, axis, subtitle

ROW = 44  # pixels of a cell type
APART = 0.17  # of control and case in a row
MARKS = {"control": (DOWN, "circle-open", -1), "case": (UP, "diamond", 1)}


def composition_figure(rows: Sequence[Mapping[str, Any]], levels: Mapping[str, str], *, names: Mapping[str, str],
                       lines: Sequence[str]) -> go.Figure:
    """A row a cell type, the largest first; control above, case below, a tick at each mean.

    Parameters
    ----------
    rows
        cell_type, control, case (mean shares), p, fdr, units (unit → share), as `Contrast.facts` tells them.
    levels
        For each unit `control` or `case`.
    names
        What control and case are called.
    """
    ordered = sorted(rows, key=lambda row: -max(row["control"] or 0, row["case"] or 0))
    title, above = subtitle(lines)
    figure = go.Figure([_points(ordered, levels, side, names[side]) for side in MARKS])
    for place, row in enumerate(ordered):
        for side, (colour, _, way) in MARKS.items():
            if row[side] is None:
                continue
            y = place + way * APART
            figure.add_shape(type="line", x0=row[side], x1=row[side], y0=y - 0.15, y1=y + 0.15,
                             line={"color": colour, "width": 3})
        figure.add_annotation(x=1, xref="paper", xanchor="left", y=place, xshift=10, showarrow=False, align="left",
                              text=f"p {_small(row['p'])}<br>FDR {_small(row['fdr'])}", font={"size": 11})
    most = max([*(share or 0 for row in ordered for share in row["units"].values()), 0.01])
    figure.update_layout(
        **BASE, height=above + 96 + ROW * len(ordered), title=title, margin={"l": 8, "r": 92, "t": above + 30, "b": 54},
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False},
        xaxis=axis("Share of the cells of a unit") | {"range": [-0.02 * most, 1.06 * most], "tickformat": ".0%",
                                                      "fixedrange": True},
        yaxis={"tickvals": list(range(len(ordered))), "ticktext": [row["cell_type"] for row in ordered],
               "range": [len(ordered) - 0.4, -0.6], "showgrid": False, "zeroline": False, "automargin": True,
               "fixedrange": True},
    )  # fmt: skip
    return figure


def _points(ordered, levels: Mapping[str, str], side: str, name: str) -> go.Scatter:
    colour, symbol, way = MARKS[side]
    found = [(share, place + way * APART, f"<b>{unit}</b>, {name}<br>{row['cell_type']}: {share:.1%}")
             for place, row in enumerate(ordered) for unit, share in row["units"].items()
             if levels.get(unit) == side and share is not None]  # fmt: skip
    return go.Scatter(x=[x for x, _, _ in found], y=[y for _, y, _ in found], text=[words for _, _, words in found],
                      mode="markers", name=f"{name} (each point a unit, the tick their mean)",
                      hovertemplate="%{text}<extra></extra>",
                      marker={"color": colour, "symbol": symbol, "size": 8, "opacity": 0.85,
                              "line": {"width": 1.5, "color": colour if symbol.endswith("open") else GREY}})


def _small(value: float | None) -> str:
    if value is None or value != value:
        return "–"
    return f"{value:.1e}".replace("e-0", "e-") if value < 0.001 else f"{value:.2g}"

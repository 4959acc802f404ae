"""Modules of genes against units: a heat map of how well each holds together, with a tree of the modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from app.figures.palette import DOWN, GREY, SIGNED, UP, colourscale
from app.figures.plain import BASE, axis, subtitle

ROW = 30  # pixels of a module
TREE = 0.11  # of the width
CONDITION = {"control": DOWN, "case": UP}


@dataclass(frozen=True)
class ModuleGrid:
    """Mean correlation of each module in each unit, shape (n_modules, n_units), NaN where it could not be told.

    `labels` say each row, `names` are the modules; `units` the columns and `levels` control or case of each, those of
    control first.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    units: tuple[str, ...]
    levels: tuple[str, ...]
    values: np.ndarray


def modules_figure(grid: ModuleGrid, order: Sequence[int], branches: Sequence[tuple[Sequence[float], Sequence[float]]],
                   *, conditions: dict[str, str], lines: Sequence[str]) -> go.Figure:
    """The heat map, the rows in `order` from below, and the tree on its left.

    Parameters
    ----------
    branches
        Lines of the tree: x (distance, 0 at the heat map and negative to its left) and y (the place of a row is
        10 · place + 5); none where there is nothing to join.
    conditions
        What control and case are called.
    """
    n, rows = len(grid.units), list(order)
    units = [_within(unit, conditions[level]) for unit, level in zip(grid.units, grid.levels, strict=True)]
    y = [10 * place + 5 for place in range(len(rows))]
    title, above = subtitle(lines)
    figure = go.Figure([
        *(go.Scatter(x=list(x), y=list(ys), mode="lines", line={"color": GREY, "width": 1.3}, hoverinfo="skip",
                     showlegend=False) for x, ys in branches),
        _heat(grid, rows, y),
        go.Heatmap(x=list(range(n)), y=[0], z=[[float(level == "case") for level in grid.levels]], zmin=0, zmax=1,
                   xaxis="x2", yaxis="y2", colorscale=[[0, DOWN], [1, UP]], showscale=False, xgap=1.5,
                   text=[[conditions[level] for level in grid.levels]], hovertemplate="%{text}<extra></extra>"),
    ])  # fmt: skip
    height = above + 140 + ROW * max(len(rows), 2)
    inner = height - above - 34 - 84
    bar = 12 / inner
    quiet = {"showgrid": False, "zeroline": False, "fixedrange": True}
    start = TREE if branches else 0.0
    figure.update_layout(
        **BASE, height=height, title=title, showlegend=False,
        margin={"l": 10, "r": 10, "t": above + 34, "b": 84},
        xaxis=quiet | {"domain": [0, start or 0.01], "visible": False},
        xaxis2=axis("Units, control first") | quiet | {"domain": [start, 0.68], "tickvals": list(range(n)),
                                                      "ticktext": units, "tickangle": -45, "anchor": "y",
                                                      "range": [-0.5, n - 0.5]},
        yaxis=quiet | {"domain": [0, 1 - 1.6 * bar], "side": "right", "anchor": "x2", "tickvals": y,
                       "ticktext": [grid.labels[place] for place in rows], "range": [0, 10 * len(rows)], "ticks": "",
                       "tickfont": {"size": 12}},
        yaxis2=quiet | {"domain": [1 - bar, 1], "visible": False, "anchor": "x2"},
    )  # fmt: skip
    for level in ("control", "case"):
        places = [i for i, said in enumerate(grid.levels) if said == level]
        if places:
            figure.add_annotation(x=float(np.mean(places)), xref="x2", y=1, yref="paper", yanchor="bottom", yshift=3,
                                  text=f"<b>{conditions[level]}</b>", showarrow=False, font={"size": 12})
    return figure


def _within(unit: str, condition: str) -> str:
    """The name of a unit without that of its condition, which stands above."""
    return unit.removeprefix(f"{condition}, ").removesuffix(f", {condition}")


def _heat(grid: ModuleGrid, rows: list[int], y: list[int]) -> go.Heatmap:
    values = grid.values[rows]
    reach = float(np.nanmax(np.abs(values), initial=0)) or 1.0
    said = [[f"<b>Module {grid.names[row]}</b> in {unit}<br>mean correlation {_signed(grid.values[row, j])}"
             for j, unit in enumerate(grid.units)] for row in rows]  # fmt: skip
    z = [[float(value) if np.isfinite(value) else None for value in line] for line in values]
    return go.Heatmap(
        x=list(range(len(grid.units))), y=y, z=z, xaxis="x2", yaxis="y", text=said, xgap=1.5, ygap=1.5,
        colorscale=colourscale(SIGNED), zmin=-reach, zmax=reach,
        customdata=[[grid.names[row]] * len(grid.units) for row in rows], hovertemplate="%{text}<extra></extra>",
        hoverongaps=False,
        colorbar={"title": {"text": "Mean correlation within the module", "side": "top", "font": {"size": 11}},
                  "orientation": "h", "thickness": 9, "len": 0.26, "x": 1, "xanchor": "right", "y": -0.06,
                  "yanchor": "top", "outlinewidth": 0, "nticks": 5, "tickfont": {"size": 10}},
    )  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212") if np.isfinite(value) else "not known"

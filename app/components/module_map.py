"""The heat map of modules with its tree: dash-bio's Clustergram orders the rows and draws the branches."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app.figures.modules import ModuleGrid, modules_figure

FIRST = 4  # genes that name a module
LETTERS = 34  # of a module's name in the picture


def module_grid(modules: Sequence[Mapping[str, Any]], units: Sequence[Mapping[str, Any]]) -> ModuleGrid:
    """What the facts of a comparison tell of its modules, the units of control before those of case."""
    ordered = sorted(units, key=lambda unit: unit["level"] != "control")
    names = [unit["name"] for unit in ordered]
    values = [[_number(module["units"].get(name)) for name in names] for module in modules]
    return ModuleGrid(
        names=tuple(module["name"] for module in modules),
        labels=tuple(_label(module) for module in modules),
        units=tuple(names), levels=tuple(unit["level"] for unit in ordered),
        values=np.array(values, dtype=float).reshape(len(modules), len(names)),
    )  # fmt: skip


def module_map(grid: ModuleGrid, *, conditions: dict[str, str], lines: Sequence[str]) -> go.Figure:
    """The figure; rows that are alike stand together."""
    order, branches = tree(grid.values)
    return modules_figure(grid, order, branches, conditions=conditions, lines=lines)


def tree(values: np.ndarray) -> tuple[list[int], list[tuple[list[float], list[float]]]]:
    """The order of the rows from below, and the branches of their tree by average Euclidean distance.

    Rows with a gap count it as the row's mean; one row alone has no tree.
    """
    if len(values) < 2 or values.shape[1] < 2:
        return list(range(len(values)))[::-1], []
    gaps = np.isnan(values)
    means = np.nan_to_num(np.nanmean(np.where(gaps.all(axis=1, keepdims=True), 0, values), axis=1, keepdims=True))
    drawn = _clustergram(np.where(gaps, means, values))
    order = [int(label) for label in drawn.layout.yaxis11.ticktext]
    branches = [(np.asarray(t.x, float).tolist(), np.asarray(t.y, float).tolist())
                for t in drawn.data if t.type == "scatter"]  # fmt: skip
    return order, branches


def _clustergram(values: np.ndarray) -> go.Figure:
    from dash.development.base_component import ComponentRegistry

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import dash_bio

        # only its arithmetic is used: without this every page would load its scripts, some of them large
        if "dash_bio" in ComponentRegistry.registry:
            ComponentRegistry.registry.discard("dash_bio")
        from scipy.cluster.hierarchy import linkage

        return dash_bio.Clustergram(
            data=values, row_labels=[str(i) for i in range(len(values))],
            column_labels=[str(i) for i in range(values.shape[1])], cluster="row", center_values=False,
            link_fun=partial(linkage, method="average"), optimal_leaf_order=True,
        )  # fmt: skip


def _label(module: Mapping[str, Any]) -> str:
    """`1 (12): CD3D, CD3E, …`."""
    words = f"{module['name']} ({module['n']}): {', '.join(module['genes'][:FIRST])}"
    return words if len(words) <= LETTERS else words[:LETTERS].rpartition(",")[0] + ", …"


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)

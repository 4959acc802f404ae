"""One measure of a map beside its nulls: the value filled, the nulls hollow, the better end marked."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

VALUE = "#0072B2"
NULL_MARKS = {
    "random vectors": "circle-open",
    "one random vector a name": "square-open",
    "product of degrees": "diamond-open",
    "|Pearson| of the input": "triangle-up-open",
    "Pearson of the input": "triangle-down-open",
    "groups of like degree": "hexagon-open",
    "untrained network": "cross-open",
}
GREY = "#7a8591"


def known_nulls(metric: dict[str, Any]) -> dict[str, float]:
    """The nulls of a measure that have a value."""
    return {name: value for name, value in metric["nulls"].items() if value is not None}


def beaten_by(metric: dict[str, Any]) -> list[str]:
    """Nulls that do at least as well as the map."""
    sign = 1 if metric["best"] >= 1 else -1
    return [name for name, value in known_nulls(metric).items() if sign * value >= sign * metric["value"]]


def metric_strip(metric: dict[str, Any]) -> go.Figure:
    """The value and its nulls on one axis, with chance as a dotted line."""
    nulls = known_nulls(metric)
    figure = go.Figure()
    figure.add_scatter(
        x=list(nulls.values()), y=[0] * len(nulls), mode="markers", text=list(nulls), showlegend=False,
        marker={"symbol": [NULL_MARKS.get(name, "circle-open") for name in nulls], "size": 10, "color": GREY,
                "line": {"width": 1.6, "color": GREY}},
        hovertemplate="%{text}: %{x:.3g}<extra></extra>",
    )
    figure.add_scatter(
        x=[metric["value"]], y=[0], mode="markers", showlegend=False,
        marker={"symbol": "circle", "size": 13, "color": VALUE}, hovertemplate="this map: %{x:.3g}<extra></extra>",
    )
    figure.update_layout(**_layout(metric, [*nulls.values(), metric["value"]]))
    if metric["chance"] is not None:
        figure.add_vline(x=metric["chance"], line={"color": GREY, "width": 1, "dash": "dot"})
    return figure


def _layout(metric: dict[str, Any], values: list[float]) -> dict[str, Any]:
    low, high = _range(values)
    pad = 0.03 * (high - low)
    return {
        "template": "none", "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "height": 72,
        "margin": {"l": 8, "r": 8, "t": 4, "b": 24},
        "font": {"family": "Inter, system-ui, sans-serif", "size": 11, "color": GREY},
        "xaxis": {"range": [low - pad, high + pad], "zeroline": False, "showgrid": False, "showline": True,
                  "linecolor": GREY, "ticks": "outside", "ticklen": 3, "nticks": 6, "fixedrange": True,
                  "ticksuffix": "", "tickfont": {"size": 11}},
        "yaxis": {"visible": False, "range": [-0.8, 1.6], "fixedrange": True},
        "hoverlabel": {"font": {"size": 12}}, "hovermode": "closest",
        "annotations": [_best_end(metric, low - pad, high + pad)],
    }


def _range(values: list[float]) -> tuple[float, float]:
    """0 to 1, or as much of it from 0 as the values need; wider when they leave it."""
    low, high = min(0.0, *values), max(values)
    return (low, 1.2 * high) if 0 < high < 0.4 and low == 0 else (low, max(1.0, high))


def _best_end(metric: dict[str, Any], low: float, high: float) -> dict[str, Any]:
    better_right = metric["best"] >= 1
    return {
        "x": high if better_right else low, "y": 1.6, "xref": "x", "yref": "y", "showarrow": False,
        "text": "better →" if better_right else "← better", "xanchor": "right" if better_right else "left",
        "yanchor": "top", "font": {"size": 11, "color": GREY},
    }

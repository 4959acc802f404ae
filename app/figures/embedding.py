"""The gene map: the picture on the screen, and the same picture for a publication."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from app.figures.columns import Category, Column, Number, category
from app.figures.palette import CIVIDIS, GREY, INK, PAPER, colourscale, legible
from engine.types import GeneEmbedding

FADED = 0.15
CROSS = 34  # pixels
MM = 96 / 25.4  # CSS pixels a millimetre


def point_size(n_rows: int) -> float:
    """Diameter in pixels that suits so many points: 6 for 2,000, 3 for 20,000."""
    return round(float(np.clip(80 / max(n_rows, 1) ** 0.33, 1.5, 9)), 1)


def map_figure(embedding: GeneEmbedding, *, scheme: str = "light") -> go.Figure:
    """The map as one WebGL trace in one colour; the browser paints it from the columns.

    Its annotations are named: `cluster|4` for a cluster's number, `axis` for the corner cross.
    """
    xy = np.ascontiguousarray(embedding.adata.obsm["X_umap"], dtype=np.float32)
    trace = go.Scattergl(
        x=xy[:, 0], y=xy[:, 1], mode="markers", hoverinfo="skip", showlegend=False,
        marker={"size": point_size(len(xy)), "color": GREY, "opacity": 1, "line": {"width": 0}},
    )  # fmt: skip
    figure = go.Figure(trace)
    figure.update_layout(_frame(xy), annotations=[*cluster_numbers(embedding, scheme=scheme), *_axis_names(scheme)],
                         shapes=_cross(scheme))
    return figure


def cluster_numbers(embedding: GeneEmbedding, *, scheme: str) -> list[dict]:
    """Each cluster's number where most of it lies, in its colour made readable."""
    column = category(embedding, "cluster")
    xy = embedding.adata.obsm["X_umap"]
    return [
        {"name": f"cluster|{level}", "text": f"<b>{level}</b>", "showarrow": False, "captureevents": True,
         "x": float(x), "y": float(y), "font": {"size": 15, "color": legible(column.colours[level], scheme)}}
        for place, level in enumerate(column.levels)
        for x, y in [np.median(xy[column.codes == place], axis=0)]
    ]  # fmt: skip


def _frame(xy: np.ndarray) -> dict:
    clear = "rgba(0,0,0,0)"
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    x_range, y_range = window(xy)
    return {
        "paper_bgcolor": clear, "plot_bgcolor": clear, "dragmode": "pan", "hovermode": False, "showlegend": False,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "uirevision": "map",
        "font": {"family": "Inter, system-ui, sans-serif", "size": 12},
        "xaxis": axis | {"range": x_range}, "yaxis": axis | {"range": y_range, "scaleanchor": "x"},
        "newshape": {"line": {"color": "#7F8892", "width": 1.5, "dash": "dot"}, "fillcolor": "rgba(0,114,178,0.08)"},
    }  # fmt: skip


def window(xy: np.ndarray) -> tuple[list[float], list[float]]:
    """Ends of both axes with a margin of 4 % around the points."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    margin = 0.04 * np.maximum(high - low, 1e-3)
    ends = np.stack([low - margin, high + margin], axis=1).astype(float).round(4)
    return ends[0].tolist(), ends[1].tolist()


def _cross(scheme: str) -> list[dict]:
    line = {"type": "line", "xref": "paper", "yref": "paper", "xsizemode": "pixel", "ysizemode": "pixel",
            "xanchor": 0, "yanchor": 0, "name": "axis", "layer": "below",
            "line": {"color": INK[scheme], "width": 1}, "opacity": 0.6}  # fmt: skip
    start, end = 16, 16 + CROSS
    return [line | {"x0": start, "y0": start, "x1": x1, "y1": y1} for x1, y1 in ((end, start), (start, end))]


def _axis_names(scheme: str) -> list[dict]:
    name = {"name": "axis", "xref": "paper", "yref": "paper", "showarrow": False, "x": 0, "y": 0,
            "font": {"size": 11, "color": INK[scheme]}, "opacity": 0.75}  # fmt: skip
    return [
        name | {"text": "UMAP 1", "xanchor": "left", "yanchor": "middle", "xshift": 20 + CROSS, "yshift": 16},
        name | {"text": "UMAP 2", "xanchor": "center", "yanchor": "bottom", "xshift": 16, "yshift": 20 + CROSS,
                "textangle": -90},
    ]  # fmt: skip


@dataclass(frozen=True)
class Print:
    """What a printed map shows: its column, rows shown and chosen, window, size in pixels, words."""

    column: Column
    shown: np.ndarray
    chosen: np.ndarray | None
    x: tuple[float, float] | None
    y: tuple[float, float] | None
    point_size: float
    opacity: float
    width: int
    title: str
    subtitle: str


def publication_figure(embedding: GeneEmbedding, view: Print) -> go.Figure:
    """The map as vector dots with a legend, on white, with n and method beneath the title.

    Letters keep their size whatever the width, so that they suit a column of print.
    """
    xy = np.asarray(embedding.adata.obsm["X_umap"], dtype=float).round(4)
    figure = go.Figure(_print_traces(xy, view))
    figure.update_layout(_frame(xy))
    side = _legend_width(view)
    square = max(view.width - side, 120)
    figure.update_layout(
        width=view.width, height=square + 44, margin={"l": 6, "r": side, "t": 44, "b": 0},
        paper_bgcolor=PAPER["light"], plot_bgcolor=PAPER["light"], font={"color": INK["light"], "size": 9},
        title={"text": f"<b>{view.title}</b><br><span style='font-size:8px'>{view.subtitle}</span>",
               "font": {"size": 10.5}, "x": 0, "xanchor": "left", "pad": {"l": 6, "t": 6}, "y": 1, "yanchor": "top"},
        showlegend=isinstance(view.column, Category), shapes=_cross("light"),
        legend={"x": 1.01, "xanchor": "left", "y": 1, "itemsizing": "constant", "font": {"size": 8.5},
                "title": {"text": view.column.label, "font": {"size": 9}}, "tracegroupgap": 0},
        annotations=[*_axis_names("light"), *_shown_numbers(embedding, view)],
    )  # fmt: skip
    for axis, ends in (("xaxis", view.x), ("yaxis", view.y)):
        if ends:
            figure.update_layout({axis: {"range": list(ends)}})
    return figure


def _shown_numbers(embedding: GeneEmbedding, view: Print) -> list[dict]:
    seen = set(embedding.obs["cluster"].astype(str).to_numpy()[view.shown])
    halo = {"bgcolor": "rgba(255,255,255,0.75)", "borderpad": 1}
    numbers = cluster_numbers(embedding, scheme="light")
    return [n | halo | {"font": n["font"] | {"size": 10}} for n in numbers if n["name"].partition("|")[2] in seen]


def _print_traces(xy: np.ndarray, view: Print) -> list[go.Scatter]:
    if isinstance(view.column, Number):
        return [_dots(xy, view, view.shown & part, view.column.values[view.shown & part], alpha, name)
                for part, alpha, name in _layers(view)]  # fmt: skip
    order = np.argsort(-view.column.counts, kind="stable")
    layers = _layers(view)
    return [
        _dots(xy, view, rows, view.column.colours[level], alpha, f"{level} ({_n(whole)})", legend=alpha == view.opacity)
        for part, alpha, _ in layers
        for level, code in ((view.column.levels[code], code) for code in order)
        for whole in [view.shown & (view.column.codes == code)]
        for rows in [whole & part]
        if rows.any()
    ]


def _layers(view: Print) -> list[tuple[np.ndarray, float, str]]:
    """Rows drawn first and last: those not chosen, faded, then those that are."""
    if view.chosen is None:
        return [(np.ones(len(view.shown), bool), view.opacity, "")]
    return [(~view.chosen, view.opacity * FADED, "not selected"), (view.chosen, view.opacity, "selected")]


def _dots(xy: np.ndarray, view: Print, rows: np.ndarray, colour, alpha: float, name: str, *,
          legend: bool = True) -> go.Scatter:
    marker = {"size": view.point_size, "color": colour, "opacity": alpha, "line": {"width": 0}}
    if isinstance(view.column, Number):
        bar = {"title": {"text": f"{view.column.label}<br>{view.column.unit}", "font": {"size": 8.5}}, "thickness": 8,
               "len": 0.5, "y": 1, "yanchor": "top", "x": 1.01, "outlinewidth": 0, "tickfont": {"size": 8}}  # fmt: skip
        marker |= {"colorscale": colourscale(CIVIDIS), "cmin": view.column.low, "cmax": view.column.high,
                   "showscale": alpha == view.opacity, "colorbar": bar}  # fmt: skip
    return go.Scatter(x=xy[rows, 0], y=xy[rows, 1], mode="markers", name=name, marker=marker, showlegend=legend,
                      hoverinfo="skip", cliponaxis=True)


def _legend_width(view: Print) -> int:
    if isinstance(view.column, Number):
        return 92
    longest = max((len(level) for level in view.column.levels), default=1) + 8
    return int(np.clip(26 + 5 * longest, 70, view.width * 0.45))


def _n(rows: np.ndarray) -> str:
    return f"{int(rows.sum()):,}"

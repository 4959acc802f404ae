"""The gene map: the picture on the screen, and the same picture for a publication."""

from __future__ import annotations

import textwrap
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
    """Each cluster's number where it is densest, in its colour made readable."""
    column = category(embedding, "cluster")
    xy = np.asarray(embedding.adata.obsm["X_umap"], dtype=float)
    reach = 0.06 * float(np.ptp(xy, axis=0).max())
    return [
        {"name": f"cluster|{level}", "text": f"<b>{level}</b>", "showarrow": False, "captureevents": True,
         "x": x, "y": y, "font": {"size": 15, "color": legible(column.colours[level], scheme)}}
        for place, level in enumerate(column.levels)
        for x, y in [densest(xy[column.codes == place], reach)]
    ]  # fmt: skip


def densest(points: np.ndarray, reach: float, *, most: int = 800) -> tuple[float, float]:
    """Mean of the points within `reach` of the one that has the most around it; of `most` points at most."""
    some = points[:: -(-len(points) // most)]
    near = ((some[:, None] - some[None]) ** 2).sum(axis=2) <= reach**2  # (n, n)
    x, y = some[near[near.sum(axis=1).argmax()]].mean(axis=0)
    return float(x), float(y)


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


def _axis_names(scheme: str, *, size: int = 11) -> list[dict]:
    name = {"name": "axis", "xref": "paper", "yref": "paper", "showarrow": False, "x": 0, "y": 0,
            "font": {"size": size, "color": INK[scheme]}, "opacity": 0.75}  # fmt: skip
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
    figure = go.Figure([*_print_traces(xy, view), *_print_legend(view)])
    side, words = _legend_width(view), textwrap.wrap(view.subtitle, int(view.width / 4.3))
    top = 30 + 11 * len(words)
    figure.update_layout(_frame(xy), shapes=_cross("light"), showlegend=isinstance(view.column, Category))
    figure.update_layout(
        width=view.width, height=max(view.width - side, 120) + top, margin={"l": 8, "r": side, "t": top, "b": 4},
        paper_bgcolor=PAPER["light"], plot_bgcolor=PAPER["light"],
        font={"color": INK["light"], "size": 9, "family": "Arial, Helvetica, sans-serif"},
        legend={"x": 1.01, "xanchor": "left", "y": 1, "font": {"size": 8.5}, "tracegroupgap": 0,
                "title": {"text": view.column.label, "font": {"size": 9}}},
        annotations=[*_heading(view.title, words), *_axis_names("light", size=8), *_shown_numbers(embedding, view)],
    )  # fmt: skip
    for axis, ends in (("xaxis", view.x), ("yaxis", view.y)):
        if ends:
            figure.update_layout({axis: {"range": list(ends)}})
    return figure


def _heading(title: str, words: list[str]) -> list[dict]:
    above = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom", "align": "left",
             "showarrow": False, "name": "heading"}  # fmt: skip
    return [above | {"text": f"<b>{title}</b>", "font": {"size": 11}, "yshift": 8 + 11 * len(words)},
            above | {"text": "<br>".join(words), "font": {"size": 8}, "yshift": 6}]


def _print_legend(view: Print) -> list[go.Scatter]:
    """Entries of one size, largest level first, for the levels that are shown."""
    if isinstance(view.column, Number):
        return []
    column = view.column
    shown = np.bincount(column.codes[view.shown], minlength=len(column.levels))
    return [
        go.Scatter(x=[None], y=[None], mode="markers", name=f"{column.levels[code]} ({shown[code]:,})",
                   marker={"size": 6, "color": column.colours[column.levels[code]]})
        for code in np.argsort(-shown, kind="stable") if shown[code]
    ]  # fmt: skip


def _shown_numbers(embedding: GeneEmbedding, view: Print) -> list[dict]:
    seen = set(embedding.obs["cluster"].astype(str).to_numpy()[view.shown])
    halo = {"bgcolor": "rgba(255,255,255,0.75)", "borderpad": 1}
    numbers = cluster_numbers(embedding, scheme="light")
    return [n | halo | {"font": n["font"] | {"size": 10}} for n in numbers if n["name"].partition("|")[2] in seen]


def _print_traces(xy: np.ndarray, view: Print) -> list[go.Scatter]:
    """A trace for each level, or one of numbers; rows that are not chosen first, faded."""
    return [
        _dots(xy, view, rows, colour, alpha)
        for part, alpha in _layers(view)
        for group, colour in _groups(view.column)
        for rows in [view.shown & part & group]
        if rows.any()
    ]


def _layers(view: Print) -> list[tuple[np.ndarray, float]]:
    if view.chosen is None:
        return [(np.ones(len(view.shown), bool), view.opacity)]
    return [(~view.chosen, view.opacity * FADED), (view.chosen, view.opacity)]


def _groups(column: Column) -> list[tuple[np.ndarray, str | np.ndarray]]:
    if isinstance(column, Number):
        return [(np.ones(len(column.values), bool), column.values)]
    return [(column.codes == code, column.colours[level]) for code, level in enumerate(column.levels)]


def _dots(xy: np.ndarray, view: Print, rows: np.ndarray, colour: str | np.ndarray, alpha: float) -> go.Scatter:
    marker = {"size": view.point_size, "color": colour, "opacity": alpha, "line": {"width": 0}}
    if isinstance(view.column, Number):
        marker |= {"color": colour[rows], "showscale": alpha == view.opacity} | _colour_bar(view.column)
    return go.Scatter(x=xy[rows, 0], y=xy[rows, 1], mode="markers", marker=marker, showlegend=False, hoverinfo="skip")


def _colour_bar(column: Number) -> dict:
    bar = {"title": {"text": f"{column.label}<br>{column.unit}", "font": {"size": 8.5}}, "thickness": 8, "len": 0.5,
           "y": 1, "yanchor": "top", "x": 1.01, "outlinewidth": 0, "tickfont": {"size": 8}}  # fmt: skip
    return {"colorscale": colourscale(CIVIDIS), "cmin": column.low, "cmax": column.high, "colorbar": bar}


def _legend_width(view: Print) -> int:
    if isinstance(view.column, Number):
        return 100
    longest = max((len(level) for level in view.column.levels), default=1) + 8
    return int(np.clip(34 + 4.6 * longest, 74, view.width * 0.45))

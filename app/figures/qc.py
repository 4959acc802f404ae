"""The cells of a file: violins of counts, genes and mitochondrial share, and counts against genes; with limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app.figures.palette import BLUE, CIVIDIS, GREY, VERMILLION, colourscale
from engine.types import QcLimits

SHOWN = 20_000  # cells that are drawn at most
POINTS = 2_000  # cells that violins draw one by one at most
FONT = {"family": "Inter, system-ui, sans-serif", "size": 12, "color": GREY}
BASE = {"template": "none", "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "font": FONT,
        "separators": ".\u202f", "showlegend": False, "hovermode": "closest", "uirevision": "qc"}  # fmt: skip
PANELS = ((0.0, 0.27), (0.385, 0.635), (0.75, 1.0))
TITLES = ("Counts per cell (log scale)", "Genes per cell", "Mitochondrial counts (%)")
Limit = tuple[float | None, float | None]  # the least and the most that are kept


def violins(counts: np.ndarray, genes: np.ndarray, mito: np.ndarray, limits: QcLimits) -> go.Figure:
    """A violin a measure, each array (n_cells,); the limits as lines over what they drop."""
    values = (log_counts(counts), genes, mito)
    drawn = sample(len(counts))
    figure = go.Figure([_violin(v[drawn], place) for place, v in enumerate(values)])
    figure.update_layout(**BASE, height=330, margin={"l": 62, "r": 8, "t": 34, "b": 12}, title=_title(len(counts)))
    for place, v in enumerate(values):
        figure.update_layout(**_panel(place, v))
    figure.update_layout(**violin_marks(limits, ranges(values)))
    return figure


def violin_marks(limits: QcLimits, ends: Sequence[Sequence[float]]) -> dict[str, list]:
    """Shapes and annotations of the limits; `ends` are those of the three y axes, as `ranges` gives them."""
    marks: dict[str, list] = {"shapes": [], "annotations": []}
    for place, (limit, (low, high)) in enumerate(zip(_panels(limits), ends, strict=True)):
        axis = _name(place)
        for value, end, sign in ((limit[0], low, "≥"), (limit[1], high, "≤")):
            if value is None:
                continue
            at = float(log_counts(np.array([value]))[0]) if place == 0 else value
            across = {"xref": f"x{axis} domain", "x0": 0, "x1": 1, "yref": f"y{axis}"}
            marks["shapes"] += _band(across, "y", at, end, low, high)
            if low <= at <= high:
                text = {"text": f"{sign} {_words(value)}", "showarrow": False, "font": {"size": 11, "color": GREY}}
                marks["annotations"].append({**text, "xref": f"x{axis} domain", "x": 1, "xanchor": "right",
                                             "yref": f"y{axis}", "y": at, "yanchor": "bottom"})  # fmt: skip
    return marks


def ranges(values: Sequence[np.ndarray]) -> list[tuple[float, float]]:
    """Ends of the axes of violins over these values, a little wider than they reach."""
    found = []
    for v in values:
        low, high = (float(v.min()), float(v.max())) if len(v) else (0.0, 1.0)
        pad = 0.05 * (high - low) or 0.5
        found.append((low - pad if low - pad > 0 or low < 0 else -0.02 * high - 0.01, high + pad))
    return found


def counts_and_genes(counts: np.ndarray, genes: np.ndarray, mito: np.ndarray, limits: QcLimits) -> go.Figure:
    """A point a cell: genes over counts, both on log axes, coloured by mitochondrial share."""
    drawn = sample(len(counts))
    x, y, colour = np.maximum(counts[drawn], 1), np.maximum(genes[drawn], 1), mito[drawn]
    top = max(float(np.percentile(colour, 99)), 1.0) if len(colour) else 1.0
    bar = {"title": {"text": "Mitochondrial<br>counts (%)", "font": {"size": 11}}, "thickness": 10, "len": 0.8,
           "outlinewidth": 0, "tickfont": {"size": 11}, "x": 1.01}  # fmt: skip
    points = go.Scattergl(
        x=x.tolist(), y=y.tolist(), mode="markers",
        marker={"size": 4, "opacity": 0.75, "color": np.round(colour, 2).tolist(), "cmin": 0, "cmax": top,
                "colorscale": colourscale(CIVIDIS[2:]), "colorbar": bar},
        hovertemplate="%{x:,.0f} counts, %{y:,.0f} genes,<br>%{marker.color:.1f} % mitochondrial<extra></extra>",
    )  # fmt: skip
    figure = go.Figure(points)
    figure.update_layout(
        **BASE, height=330, margin={"l": 62, "r": 8, "t": 34, "b": 46}, title=_title(len(counts)),
        xaxis=_log_axis("Counts per cell", counts), yaxis=_log_axis("Genes per cell", genes),
    )  # fmt: skip
    figure.update_layout(**scatter_marks(limits, scatter_ends(counts, genes)))
    return figure


def scatter_ends(counts: np.ndarray, genes: np.ndarray) -> list[tuple[float, float]]:
    """Ends of the x and y axis of `counts_and_genes`, in log10."""
    return [_log_ends(counts), _log_ends(genes)]


def scatter_marks(limits: QcLimits, ends: Sequence[Sequence[float]]) -> dict[str, list]:
    """Shapes of the limits on counts and genes; `ends` as `scatter_ends` gives them."""
    counts, genes, _ = _panels(limits)
    shapes: list = []
    for way, limit, (low, high), over in (
        ("x", counts, ends[0], {"xref": "x", "yref": "y domain", "y0": 0, "y1": 1}),
        ("y", genes, ends[1], {"yref": "y", "xref": "x domain", "x0": 0, "x1": 1}),
    ):
        for value, end in zip(limit, (low, high), strict=True):
            if value is not None:
                at = float(np.log10(max(value, 1)))
                shapes += _band(over, way, at, end, low, high, log=True)
    return {"shapes": shapes}


def sample(n: int, *, most: int = SHOWN, seed: int = 0) -> np.ndarray:
    """Places of the cells that are drawn: all of `n`, or `most` of them by chance, in order."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, most, replace=False))


def _violin(values: np.ndarray, place: int) -> go.Violin:
    axis = _name(place)
    return go.Violin(
        y=values.tolist(), x0=0, xaxis=f"x{axis}", yaxis=f"y{axis}", spanmode="hard", width=1.5, hoverinfo="skip",
        points="all" if len(values) <= POINTS else False, pointpos=0, jitter=0.6,
        marker={"size": 2.5, "opacity": 0.35, "color": BLUE}, line={"color": BLUE, "width": 1.2},
        fillcolor="rgba(0,114,178,0.18)", box={"visible": True, "width": 0.14, "fillcolor": "rgba(0,114,178,0.35)"},
    )  # fmt: skip


def _panel(place: int, values: np.ndarray) -> dict[str, Any]:
    """The axes of one violin."""
    axis = _name(place)
    (low, high), = ranges([values])
    y = {"domain": [0, 1], "anchor": f"x{axis}", "range": [low, high], "fixedrange": True, "zeroline": False,
         "gridcolor": "#e2e6ea", "title": {"text": TITLES[place], "standoff": 6}, "automargin": False}  # fmt: skip
    if place == 0:
        ticks = _ticks(low, high)
        y |= {"tickvals": np.log10(ticks).tolist(), "ticktext": [_words(tick) for tick in ticks]}
    else:
        y |= {"nticks": 6, "tickformat": ","}
    x = {"domain": list(PANELS[place]), "anchor": f"y{axis}", "visible": False, "fixedrange": True, "range": [-1, 1]}
    return {f"xaxis{axis}": x, f"yaxis{axis}": y}


def _log_axis(title: str, values: np.ndarray) -> dict[str, Any]:
    low, high = _log_ends(values)
    ticks = _ticks(low, high)
    return {"type": "log", "range": [low, high], "title": {"text": title, "standoff": 8}, "zeroline": False,
            "gridcolor": "#e2e6ea", "tickvals": ticks, "ticktext": [_words(tick) for tick in ticks]}  # fmt: skip


def _log_ends(values: np.ndarray) -> tuple[float, float]:
    (ends,) = ranges([log_counts(values)])
    return ends


def _ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten between two ends in log10; powers alone over more than two of them."""
    steps = (1, 2, 5) if high - low <= 2 else (1,) if high - low > 3.4 else (1, 3)
    powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    return [step * 10.0**power for power in powers for step in steps if low <= np.log10(step * 10.0**power) <= high]


def _band(over: dict, way: str, at: float, end: float, low: float, high: float, *, log: bool = False) -> list[dict]:
    """A line at a limit and, beyond it to the end of the axis, what it drops; nothing where it lies outside."""
    at = min(max(at, low), high)
    place = [10**v if log else v for v in (at, end)]
    line = {**over, "type": "line", f"{way}0": place[0], f"{way}1": place[0],
            "line": {"color": VERMILLION, "width": 1.4, "dash": "dash"}}  # fmt: skip
    band = {**over, "type": "rect", f"{way}0": place[0], f"{way}1": place[1], "layer": "below",
            "fillcolor": "rgba(213,94,0,0.10)", "line": {"width": 0}}  # fmt: skip
    return [band, line] if at != end else []


def _panels(limits: QcLimits) -> tuple[Limit, Limit, Limit]:
    return (limits.min_counts, limits.max_counts), (limits.min_genes, None), (None, limits.max_mito)


def _title(n: int) -> dict[str, Any]:
    more = "" if n <= SHOWN else f"; {_words(SHOWN)} of them drawn, chosen by chance"
    return {"text": f"n = {_words(n)} cells{more}", "font": {"size": 12}, "x": 0, "xref": "paper", "y": 0.985,
            "yanchor": "top"}  # fmt: skip


def log_counts(values: np.ndarray) -> np.ndarray:
    """log10 of counts, those below 1 as 1: the first axis of `violins`."""
    return np.log10(np.maximum(values, 1))


def _name(place: int) -> str:
    return str(place + 1) if place else ""


def _words(value: float) -> str:
    return (f"{value:,.0f}" if value == round(value) else f"{value:,.3g}").replace(",", "\u202f")

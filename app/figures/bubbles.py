"""Terms as bubbles: how sure on one axis, how many genes as size, false discovery rate as colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from app.figures.palette import CIVIDIS, GREY, colourscale

WRAP, LINES = 40, 2  # letters in a line of a term, lines of it
ROW, TOP, BELOW = 36, 40, 52  # pixels: a term, above, below
LEAST = 8  # terms that there is room for: what size and colour mean needs it
LARGEST, SMALLEST = 26.0, 7.0  # pixels across of the most genes and of one gene
FLOOR = 1e-300  # a smaller rate is drawn as this one
PICTURE, KEY = (0.0, 0.83), (0.88, 1.0)  # of the width: the bubbles, what size and colour mean
HIDDEN = "rgba(0,0,0,0)"


@dataclass(frozen=True)
class Bubble:
    """One term: `x` in the unit of the axis, `genes` behind it, false discovery rate, and what the pointer says."""

    label: str
    x: float
    genes: int
    fdr: float
    said: str


def minus_log(fdr: float) -> float:
    """−log10 of a rate that may be 0."""
    return float(-np.log10(max(fdr, FLOOR)))


def bubbles(terms: Sequence[Bubble], *, axis: str, subtitle: str, level: float, mark: float | None = None) -> go.Figure:
    """The terms from top to bottom; those not below `level` are hollow.

    Parameters
    ----------
    axis
        What x is, with its unit.
    subtitle
        n, method and test.
    mark
        Where on x a dashed line stands, such as at `level`; None draws none.
    """
    figure = go.Figure()
    most = max((term.genes for term in terms), default=1)
    shades = [minus_log(term.fdr) for term in terms]
    figure.add_trace(_rings(terms, most))
    figure.add_trace(_dots(terms, most, level, shades))
    _key(figure, most)
    if mark is not None:
        figure.add_shape(type="line", x0=mark, x1=mark, y0=0, y1=1, yref="paper", layer="below",
                         line={"color": GREY, "width": 1, "dash": "dash"})
    figure.update_layout(**_layout(terms, axis, subtitle, mark))
    return figure


def diameter(genes: int, most: int) -> float:
    """Pixels across: the area grows with the number of genes."""
    return float(SMALLEST + (LARGEST - SMALLEST) * np.sqrt(max(genes, 0) / max(most, 1)))


def short(label: str) -> str:
    """A term in at most two lines."""
    lines = wrap(label.replace("_", " "), WRAP) or [""]
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], f"{lines[LINES - 1][: WRAP - 1].rstrip()}…"]
    return "<br>".join(lines)


def key_sizes(most: int) -> list[int]:
    """Up to three round numbers of genes to explain the size with."""
    return sorted({max(1, round(most / 4)), max(1, round(most / 2)), max(1, most)})


def _rings(terms: Sequence[Bubble], most: int) -> go.Scatter:
    """A grey outline of every bubble: yellow ones are seen on white, dark ones on black, hollow ones at all."""
    return go.Scatter(
        x=[term.x for term in terms], y=list(range(len(terms))), mode="markers", showlegend=False, hoverinfo="skip",
        cliponaxis=False,
        marker={"symbol": "circle-open", "color": GREY, "line": {"width": 1.2, "color": GREY},
                "size": [diameter(term.genes, most) + 1.5 for term in terms]},
    )  # fmt: skip


def _dots(terms: Sequence[Bubble], most: int, level: float, shades: list[float]) -> go.Scatter:
    low, high = min(shades, default=0.0), max(shades, default=1.0)
    ticks = np.linspace(low, high, 3) if high > low else np.array([low])
    bar = {"title": {"text": "FDR", "side": "top"}, "x": KEY[0], "xanchor": "left", "y": 1.0, "yanchor": "top",
           "len": 0.45, "thickness": 11, "outlinewidth": 0, "tickvals": ticks.tolist(), "tickfont": {"size": 11},
           "ticktext": [_rate(10.0**-tick) for tick in ticks]}  # fmt: skip
    solid = [1.0 if term.fdr < level else 0.0 for term in terms]
    return go.Scatter(
        x=[term.x for term in terms], y=list(range(len(terms))), mode="markers", showlegend=False,
        cliponaxis=False, text=[term.said for term in terms], hovertemplate="%{text}<extra></extra>",
        marker={"size": [diameter(term.genes, most) for term in terms], "color": shades, "opacity": solid,
                "cmin": low, "cmax": high if high > low else low + 1, "colorscale": colourscale(CIVIDIS),
                "colorbar": bar, "line": {"width": 0}},
    )  # fmt: skip


def _key(figure: go.Figure, most: int) -> None:
    """Grey circles of known size at the right."""
    sizes = key_sizes(most)
    figure.add_trace(go.Scatter(
        x=[0] * len(sizes), y=list(range(len(sizes))), xaxis="x2", yaxis="y2", mode="markers+text", showlegend=False,
        hoverinfo="skip", text=[f"   {n}" for n in sizes], textposition="middle right", cliponaxis=False,
        textfont={"size": 11, "color": GREY},
        marker={"size": [diameter(n, most) for n in sizes], "symbol": "circle-open", "color": GREY,
                "line": {"width": 1.2}},
    ))  # fmt: skip
    figure.add_annotation(text="Genes", x=KEY[0], y=0.42, xref="paper", yref="paper", xanchor="left", yanchor="top",
                          showarrow=False, font={"size": 12, "color": GREY})


def _layout(terms: Sequence[Bubble], axis: str, subtitle: str, mark: float | None) -> dict:
    n, height = len(terms), TOP + BELOW + ROW * max(len(terms), LEAST)
    drawn = [0.0, mark or 0.0, *(term.x for term in terms)]
    low, high = min(drawn), max(drawn)
    pad = 0.08 * (high - low) or 0.1
    line = {"showgrid": False, "zeroline": False, "fixedrange": True}
    return {
        "template": "none", "paper_bgcolor": HIDDEN, "plot_bgcolor": HIDDEN, "height": height, "showlegend": False,
        "margin": {"l": 8, "r": 12, "t": TOP, "b": BELOW}, "hovermode": "closest",
        "font": {"family": "Inter, system-ui, sans-serif", "size": 12, "color": GREY},
        "hoverlabel": {"font": {"size": 12}, "align": "left"},
        "title": {"text": subtitle, "font": {"size": 12}, "x": 0, "xref": "container", "xanchor": "left",
                  "pad": {"l": 8}, "y": 1 - 12 / height, "yref": "container", "yanchor": "top"},
        "xaxis": {**line, "domain": PICTURE, "range": [low - (pad if low < 0 else pad / 2), high + pad],
                  "title": {"text": axis, "font": {"size": 12}, "standoff": 8}, "showline": True, "linecolor": GREY,
                  "ticks": "outside", "ticklen": 3, "tickfont": {"size": 11}, "nticks": 7},
        "yaxis": {**line, "range": [max(n, LEAST) - 0.4, -0.6], "tickvals": list(range(n)), "showgrid": True,
                  "gridcolor": "#e2e6ea", "ticktext": [short(term.label) for term in terms], "automargin": True,
                  "tickfont": {"size": 12}},
        "xaxis2": {**line, "domain": KEY, "range": [-1, 6], "visible": False},
        "yaxis2": {**line, "domain": [0.02, 0.34], "range": [-0.6, 2.6], "visible": False, "anchor": "x2"},
    }  # fmt: skip


def _rate(rate: float) -> str:
    """A rate on the colour bar: 0.05, 3e-12."""
    return f"{rate:.2g}" if rate >= 0.001 else f"{rate:.0e}".replace("e-0", "e-")

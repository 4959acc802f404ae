"""A network in pictures: how many partners genes have beside chance, and how strong its edges are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.figures.palette import BLUE, GREY, VERMILLION

BINS = 30  # each side of zero
BASE = {
    "template": "none", "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "height": 320,
    "font": {"family": "Inter, system-ui, sans-serif", "size": 12, "color": GREY}, "separators": ".\u202f",
    "margin": {"l": 64, "r": 12, "t": 56, "b": 46},
}  # fmt: skip


def degree_figure(table: pd.DataFrame, *, n_genes: int) -> go.Figure:
    """Share of genes with at least so many partners, on log axes, beside a random network of the same density.

    `table` has the columns degree, share and random, as `engine.tl.network_stats.degree_table` gives them.
    """
    least = 0.6 / max(n_genes, 1)
    chance = table[table["random"] > least]
    found = table[table["share"] > 0]
    figure = go.Figure([
        go.Scatter(x=found["degree"].tolist(), y=found["share"].tolist(), mode="lines+markers", name="This network",
                   line={"color": BLUE, "width": 1.6, "shape": "hv"}, marker={"size": 4, "color": BLUE},
                   hovertemplate="%{y:.1%} of the genes have %{x:,} partners or more<extra></extra>"),
        go.Scatter(x=chance["degree"].tolist(), y=chance["random"].tolist(), mode="lines", name="Random network",
                   line={"color": GREY, "width": 1.6, "dash": "dash"},
                   hovertemplate="by chance %{y:.1%} would have %{x:,} or more<extra></extra>"),
    ])  # fmt: skip
    top = max(int(table["degree"].max()), 2)
    figure.update_layout(
        **BASE, title=_title(f"n = {_whole(n_genes)} genes; the random network has as many edges"),
        legend={"orientation": "h", "x": 0, "y": 1.1, "yanchor": "bottom", "font": {"size": 12}},
        xaxis=_axis("Partners of a gene (at least)") | _log(1, top),
        yaxis=_axis("Share of the genes") | _log(least, 1, as_share=True) | {"range": [np.log10(least), 0.04]},
    )  # fmt: skip
    return figure


def strength_figure(statistic: np.ndarray) -> go.Figure:
    """Histogram of the signed statistic of the edges, shape (n_edges,): blue below zero, vermillion above."""
    reach = float(np.abs(statistic).max(initial=0)) or 1.0
    edges = np.linspace(-reach, reach, 2 * BINS + 1)
    heights, _ = np.histogram(statistic, bins=edges)
    middle = (edges[:-1] + edges[1:]) / 2
    bars = go.Bar(
        x=middle.tolist(), y=heights.tolist(), width=edges[1] - edges[0],
        marker={"color": [BLUE if at < 0 else VERMILLION for at in middle], "line": {"width": 0}},
        customdata=[[f"{a:.3g}".replace("-", "\u2212"), f"{b:.3g}".replace("-", "\u2212")]
                    for a, b in zip(edges[:-1], edges[1:], strict=True)],
        hovertemplate="%{y:,} edges with a statistic from %{customdata[0]} to %{customdata[1]}<extra></extra>",
    )  # fmt: skip
    figure = go.Figure(bars)
    below, above = int((statistic < 0).sum()), int((statistic > 0).sum())
    sides = [_side(0, "left", f"← {_whole(below)} negative"), _side(1, "right", f"{_whole(above)} positive →")]
    figure.update_layout(
        **BASE, title=_title(f"n = {_whole(len(statistic))} edges; CS-CORE"), bargap=0, annotations=sides,
        xaxis=_axis("Test statistic of an edge (no unit)") | {"range": [-1.04 * reach, 1.04 * reach], "nticks": 9},
        yaxis=_axis("Edges") | {"rangemode": "tozero", "nticks": 6, "tickformat": ","},
    )  # fmt: skip
    return figure


def _axis(title: str) -> dict[str, Any]:
    return {"title": {"text": title, "standoff": 8}, "zeroline": False, "gridcolor": "#e2e6ea"}


def _log(low: float, high: float, *, as_share: bool = False) -> dict[str, Any]:
    """A log axis with ticks at 1, 2 and 5 times powers of ten, or at powers alone for shares."""
    steps = (1,) if as_share or high / low > 2000 else (1, 2, 5)
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    ticks = [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high * 1.001]
    words = [f"{100 * tick:g}\u202f%" if as_share else _whole(tick) for tick in ticks]
    return {"type": "log", "tickvals": ticks, "ticktext": words, "range": [np.log10(low) - 0.04, np.log10(high) + 0.04]}


def _side(x: float, anchor: str, text: str) -> dict[str, Any]:
    return {"xref": "paper", "x": x, "xanchor": anchor, "yref": "paper", "y": 1.02, "yanchor": "bottom", "text": text,
            "showarrow": False, "font": {"size": 12, "color": GREY}}  # fmt: skip


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 12}, "x": 0, "xref": "paper", "y": 0.985, "yanchor": "top"}


def _whole(n: float) -> str:
    return f"{n:,.0f}".replace(",", "\u202f")

"""The change of a pair against the sum of the changes of its parts, a point a gene: on the line where they add up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from app.figures.knockout_bars import signed
from app.figures.palette import GREY
from app.figures.plain import BASE, axis, notes, spaced
from app.figures.predicted_measured import signed_colours

HEIGHT, LABELS = 440, 10


def pair_figure(genes: np.ndarray, first: np.ndarray, second: np.ndarray, pair: np.ndarray, *, names: tuple[str, str],
                measured: bool, unit: str, scale: float, lines: Sequence[str]) -> go.Figure:
    """Points filled where the pair was measured, hollow where it is predicted; dashed is the sum, solid `scale` of it.

    Parameters
    ----------
    genes
        Symbols, (n_genes,).
    first, second, pair
        Changes of the parts and of both, (n_genes,); a gene with a missing number is left out.
    """
    both = first + second
    keep = np.isfinite(both) & np.isfinite(pair)
    x, y, genes, first, second = both[keep], pair[keep], genes[keep], first[keep], second[keep]
    title, above = notes(lines)
    reach = 1.06 * max(float(np.abs(np.concatenate([x, y])).max(initial=0)), 1e-6)
    words = [f"<b>{gene}</b><br>{names[0]} {signed(a)}, {names[1]} {signed(b)}<br>sum {signed(a + b)}, both together "
             f"{signed(ab)}" for gene, a, b, ab in zip(genes, first, second, y, strict=True)]  # fmt: skip
    told = "measured" if measured else "predicted"
    symbol = "circle" if measured else "circle-open"
    kind = go.Scattergl if len(x) > 2000 else go.Scatter
    figure = go.Figure([
        _line(reach, 1.0, "the sum of both", "dash"), _line(reach, scale, f"{scale:.2f} times the sum", "solid"),
        kind(x=x.tolist(), y=y.tolist(), mode="markers", text=words, customdata=genes.tolist(), showlegend=False,
             hovertemplate="%{text}<extra></extra>",
             marker=signed_colours(y) | {"symbol": symbol, "size": 5, "opacity": 0.6,
                                         "line": {"width": 0 if measured else 1}}),
        go.Scatter(x=[None], y=[None], mode="markers", name=f"gene, {told} ({len(x)})",
                   marker={"symbol": symbol, "size": 8, "color": GREY}),
    ])  # fmt: skip
    figure.update_layout(
        **BASE, height=HEIGHT, title=title, margin={"l": 62, "r": 16, "t": above + 28, "b": 54}, dragmode="pan",
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False},
        xaxis=axis(f"Sum of both changes, {unit}") | _zero(reach), yaxis=axis(f"Both together, {told}") | _zero(reach),
    )  # fmt: skip
    first_ones = np.argsort(-np.abs(y - x), kind="stable")[:60]
    for i in first_ones[spaced(x[first_ones], y[first_ones], genes[first_ones], scale=(310 / reach, 170 / reach),
                               most=LABELS)]:  # fmt: skip
        figure.add_annotation(x=x[i], y=y[i], text=str(genes[i]), showarrow=False, yshift=12, font={"size": 11.5})
    return figure


def _line(reach: float, slope: float, name: str, dash: str) -> go.Scatter:
    end = reach / max(abs(slope), 1.0)
    return go.Scatter(x=[-end, end], y=[-slope * end, slope * end], mode="lines", hoverinfo="skip", name=name,
                      line={"color": GREY, "width": 1.3, "dash": dash})


def _zero(reach: float) -> dict:
    return {"range": [-reach, reach], "zeroline": True, "zerolinecolor": "#c2cad2"}

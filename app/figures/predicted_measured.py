"""Predicted against measured changes of one perturbation, a point a gene, with the line on which they agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.figures.knockout_bars import hovers
from app.figures.palette import DOWN, GREY, UP
from app.figures.plain import BASE, axis, notes, spaced

HEIGHT, LABELS = 470, 12


def both_told(table: pd.DataFrame) -> pd.DataFrame:
    """Rows with a prediction and a measurement; the genes perturbed themselves are left out."""
    return table[table["change"].notna() & table["measured"].notna() & ~table["target"].astype(bool)]


def correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Pearson's r, shape (n,) each; NaN where either does not vary or fewer than three are told."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def scatter_figure(table: pd.DataFrame, *, unit: str, lines: Sequence[str], level: float) -> go.Figure:
    """`table` is a `KnockoutEffect.table`; genes whose interval does not hold what was measured are marked."""
    rows = both_told(table)
    x, y, genes = rows["measured"].to_numpy(float), rows["change"].to_numpy(float), rows.index.to_numpy(str)
    low, high = rows["low"].to_numpy(float), rows["high"].to_numpy(float)
    missed = (x < low) | (x > high)
    words = hovers(rows, level)
    title, above = notes(lines)
    reach = 1.06 * max(float(np.abs(np.concatenate([x, y])).max(initial=0)), 1e-6)
    figure = go.Figure(go.Scatter(x=[-reach, reach], y=[-reach, reach], mode="lines", hoverinfo="skip",
                                  name="as measured", line={"color": GREY, "width": 1.2, "dash": "dash"}))
    groups = [(~missed, "circle", 5, 0.5, "in its interval" if np.isfinite(low).any() else "gene"),
              (missed, "diamond-open", 7, 0.9, "outside its interval")]
    for keep, symbol, size, opacity, name in groups:
        if keep.any():
            figure.add_trace(_points(x, y, genes, words, keep, symbol, size, opacity))
            figure.add_trace(go.Scatter(x=[None], y=[None], mode="markers", name=f"{name} ({keep.sum()})",
                                        marker={"symbol": symbol, "size": 8, "color": GREY}))
    figure.update_layout(
        **BASE, height=HEIGHT, title=title, margin={"l": 62, "r": 16, "t": above + 28, "b": 54}, dragmode="pan",
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False},
        xaxis=axis(f"Measured change, {unit}") | _zero(reach), yaxis=axis("Predicted change") | _zero(reach),
    )  # fmt: skip
    first = np.argsort(-np.abs(x), kind="stable")[:60]
    kept = spaced(x[first], y[first], genes[first], scale=(310 / reach, 180 / reach), most=LABELS)
    for i in first[kept]:
        figure.add_annotation(x=x[i], y=y[i], text=str(genes[i]), showarrow=False, yshift=12, font={"size": 11.5})
    return figure


def _points(x, y, genes, words, keep, symbol, size, opacity) -> go.Scatter:
    kind = go.Scattergl if keep.sum() > 2000 else go.Scatter
    return kind(
        x=x[keep].tolist(), y=y[keep].tolist(), mode="markers", showlegend=False, customdata=genes[keep].tolist(),
        text=[word for word, shown in zip(words, keep, strict=True) if shown], hovertemplate="%{text}<extra></extra>",
        marker=signed_colours(x[keep]) | {"symbol": symbol, "size": size, "opacity": opacity,
                                          "line": {"width": 1.3 if "open" in symbol else 0}},
    )  # fmt: skip


def signed_colours(values: np.ndarray) -> dict:
    """Vermillion above 0, blue below, as numbers on a scale: Plotly checks names of colours one by one."""
    return {"color": (values > 0).astype(int).tolist(), "colorscale": [[0, DOWN], [1, UP]], "cmin": 0, "cmax": 1}


def _zero(reach: float) -> dict:
    return {"range": [-reach, reach], "zeroline": True, "zerolinecolor": "#c2cad2"}

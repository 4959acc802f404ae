"""Expression of one gene by cell type: a bar for the mean, in words how many cells show it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from app.figures.palette import BLUE

ROW, ENDS = 22, 34  # pixels a bar, and for the axis


def expression_figure(table: pd.DataFrame) -> go.Figure:
    """Bars from a table with columns cell_type, mean (log(1 + counts per 10,000)), detected (0 to 1)."""
    bars = go.Bar(
        y=table["cell_type"].tolist(), x=table["mean"].tolist(), orientation="h", width=0.62,
        marker={"color": BLUE, "line": {"width": 0}}, text=[f"{share:.0%}" for share in table["detected"]],
        textposition="outside", textangle=0, cliponaxis=False, textfont={"size": 11},
    )  # fmt: skip
    figure = go.Figure(bars)
    most = max(float(table["mean"].max()), 1e-6)
    figure.update_layout(
        height=ROW * len(table) + ENDS, margin={"l": 4, "r": 36, "t": 2, "b": 32}, showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "Inter, system-ui, sans-serif", "size": 11},
        xaxis={"range": [0, 1.02 * most], "nticks": 4, "zeroline": False},
        annotations=[{"text": "mean log(1 + counts per 10,000)", "xref": "paper", "yref": "paper", "x": 1, "y": 0,
                      "xanchor": "right", "yanchor": "top", "yshift": -16, "showarrow": False, "font": {"size": 10.5}}],
        yaxis={"autorange": "reversed", "automargin": True, "ticks": ""},
    )  # fmt: skip
    return figure

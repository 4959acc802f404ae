"""The strongest regulators as bars: predicted z hollow, their own measured change filled beside it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from app.figures.palette import BLUE, GREY, VERMILLION

BAR, AROUND = 20, 104  # pixels: a bar, and what is above and under them
HIDDEN = "rgba(0,0,0,0)"


def causal_bars(table: pd.DataFrame, *, n: int = 20) -> go.Figure:
    """z and own change of the first `n` regulators of a table with regulator, z, p, log2fc, de_fdr."""
    top = table[table["z"].notna()].head(n)
    names = top["regulator"].tolist()
    figure = make_subplots(1, 2, shared_yaxes=True, horizontal_spacing=0.04, column_widths=[0.6, 0.4])
    figure.add_trace(_bars(names, top["z"], top["p"], "z %{x:.2f}, p %{customdata:.1e} (predicted)", hollow=True), 1, 1)
    figure.add_trace(_bars(names, top["log2fc"], top["de_fdr"], "log2 fold change %{x:.2f}, FDR %{customdata:.1e} "
                           "(measured)", hollow=False), 1, 2)  # fmt: skip
    for z in (-2, 2):
        figure.add_vline(x=z, line={"color": GREY, "width": 1, "dash": "dot"}, row=1, col=1)
    said = f"The {len(names)} regulators of smallest p. Hollow: predicted; filled: measured; dotted: |z| = 2"
    figure.update_layout(
        template="none", paper_bgcolor=HIDDEN, plot_bgcolor=HIDDEN, height=AROUND + BAR * max(len(names), 3),
        showlegend=False, margin={"l": 8, "r": 10, "t": 50, "b": 44}, bargap=0.3,
        font={"family": "Inter, system-ui, sans-serif", "size": 12, "color": GREY},
        title={"text": said, "font": {"size": 12}, "x": 0, "xref": "paper", "y": 0.985, "yanchor": "top"},
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False, zeroline=False)
    figure.update_xaxes(gridcolor="#e2e6ea", zeroline=True, zerolinecolor=GREY, nticks=7)
    figure.update_xaxes(title={"text": "z of its activity, predicted (no unit)", "standoff": 6}, row=1, col=1)
    figure.update_xaxes(title={"text": "own log2 fold change, measured", "standoff": 6}, row=1, col=2)
    return figure


def _bars(names: list[str], values: pd.Series, chance: pd.Series, words: str, *, hollow: bool) -> go.Bar:
    colours = [VERMILLION if value > 0 else BLUE for value in values]
    return go.Bar(
        x=[None if value != value else float(value) for value in values], y=names, orientation="h",
        customdata=[None if p != p else float(p) for p in chance], hovertemplate=f"%{{y}}: {words}<extra></extra>",
        marker={"color": HIDDEN if hollow else colours, "line": {"color": colours, "width": 1.8 if hollow else 0}},
    )  # fmt: skip

"""The volcano of a comparison: how much each gene changed against how surely."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.figures.palette import DOWN, GREY, UP
from app.figures.plain import BASE, axis, spaced, subtitle

HEIGHT = 434
SIDES = {"net": ("lost company", "gained company", "Net change of company (mean change of |correlation|)"),
         "expression": ("less", "more", "Change of expression (log2 fold change)")}  # fmt: skip
LABELS = 12
LEAST = 1e-300


def volcano_figure(table: pd.DataFrame, *, arm: str, level: float, smallest: float | None, lines: Sequence[str],
                   chosen: str = "") -> go.Figure:
    """A point a gene: net change of company, or log2 fold change for the expression arm, against −log10 FDR.

    Parameters
    ----------
    table
        As `Contrast.table`.
    level
        FDR below which a gene counts as changed.
    smallest
        The smallest FDR that the relabellings can reach; None where that bounds nothing.
    lines
        n, method, warnings.
    """
    across = "expression" if arm == "expression" else "net"
    done = table[table[f"{arm}_fdr"].notna()]
    x, fdr = done[across].to_numpy(float), done[f"{arm}_fdr"].to_numpy(float)
    y, genes = -np.log10(np.maximum(fdr, LEAST)), done.index.to_numpy(str)
    words = [f"<b>{gene}</b><br>{_sides(across, value)}<br>FDR {_small(q)}"
             for gene, value, q in zip(genes, x, fdr, strict=True)]  # fmt: skip
    changed = fdr < level
    groups = [(~changed, GREY, "circle", 5, 0.55), (changed & (x >= 0), UP, "triangle-up", 9, 0.95),
              (changed & (x < 0), DOWN, "triangle-down", 9, 0.95)]
    names = ["not changed", SIDES[across][1], SIDES[across][0]]
    figure = go.Figure([_points(x, y, genes, words, *group, name=f"{name} ({int(group[0].sum())})")
                        for group, name in zip(groups, names, strict=True)])
    figure.add_trace(ring(x[genes == chosen], y[genes == chosen]))
    title, above = subtitle(lines)
    reach = float(np.abs(x).max(initial=0)) or 1.0
    top = max(float(y.max(initial=0)), -np.log10(level)) * 1.12
    figure.update_layout(
        **BASE, height=HEIGHT, title=title, margin={"l": 60, "r": 16, "t": above + 30, "b": 54}, dragmode="pan",
        uirevision=f"volcano {arm}",
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False},
        xaxis=axis(SIDES[across][2]) | {"range": [-1.12 * reach, 1.12 * reach], "zeroline": True,
                                        "zerolinecolor": "#c2cad2"},
        yaxis=axis("−log10 FDR (higher is surer)") | {"range": [-0.02 * top, top]},
    )  # fmt: skip
    _lines(figure, level, smallest, top)
    first = np.flatnonzero(changed)[np.lexsort((-np.abs(x[changed]), fdr[changed]))]
    for i in first[spaced(x[first], y[first], genes[first], scale=(640 / (2.24 * reach), 300 / top), most=LABELS)]:
        figure.add_annotation(x=x[i], y=y[i], text=str(genes[i]), showarrow=False, yshift=12, font={"size": 11.5})
    return figure


def ring(x: np.ndarray, y: np.ndarray, **place: str) -> go.Scatter:
    """A ring around the gene in view; the page draws what is called `inview` in the colour of its text."""
    return go.Scatter(x=list(x), y=list(y), mode="markers", hoverinfo="skip", showlegend=False, name="in view",
                      uid="inview" + place.get("xaxis", "x"), unselected={"marker": {"opacity": 1}},
                      marker={"symbol": "circle-open", "size": 28, "color": GREY, "line": {"width": 3.4}}, **place)


def _points(x, y, genes, words, keep, colour, symbol, size, opacity, *, name: str) -> go.Scatter:
    kind = go.Scattergl if keep.sum() > 2000 else go.Scatter
    return kind(
        x=x[keep].tolist(), y=y[keep].tolist(), mode="markers", name=name, customdata=genes[keep].tolist(),
        text=[word for word, shown in zip(words, keep, strict=True) if shown], hovertemplate="%{text}<extra></extra>",
        marker={"color": colour, "symbol": symbol, "size": size, "opacity": opacity, "line": {"width": 0}},
    )  # fmt: skip


def _lines(figure: go.Figure, level: float, smallest: float | None, top: float) -> None:
    marks = [(level, "solid", f"{100 * level:g}\u202f% FDR")]
    if smallest is not None and 0 < smallest < 1:
        marks.append((smallest, "dash", f"smallest FDR within reach: {_small(smallest)}"))
    for place, (value, dash, words) in enumerate(sorted(marks, reverse=True)):  # the lower line first
        at = -np.log10(value)
        if at > top:
            continue
        below = place < len(marks) - 1
        figure.add_hline(y=at, line={"color": GREY, "width": 1.2, "dash": dash}, layer="below")
        figure.add_annotation(x=1, xref="paper", xanchor="right", y=at, yanchor="top" if below else "bottom",
                              text=words, showarrow=False, font={"size": 11})


def _sides(across: str, value: float) -> str:
    if across == "expression":
        return f"log2 fold change {value:+.2f}".replace("-", "\u2212")
    return f"{SIDES['net'][int(value >= 0)]}, net {value:+.3f}".replace("-", "\u2212")


def _small(value: float) -> str:
    return f"{value:.1e}".replace("e-0", "e-") if value < 0.001 else f"{value:.2g}"

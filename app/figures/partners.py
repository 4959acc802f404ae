"""The partners of one gene then and now: a slope for each that changed, a network with a side for each condition."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.figures.palette import DOWN, GREY, UP
from app.figures.plain import BASE, apart, axis, subtitle

LOOKS = {"gained": (UP, "solid", "triangle-up"), "lost": (DOWN, "dash", "triangle-down"),
         "kept": (GREY, "solid", "circle"), "unclear": (GREY, "dot", "circle-open")}  # fmt: skip
SLOPES, AROUND = 12, 7  # partners of a slope chart; of each side of a network
CONDITION = {"control": DOWN, "case": UP}


def slope_figure(partners: pd.DataFrame, *, control: str, case: str, lines: Sequence[str],
                 most: int = SLOPES) -> go.Figure:
    """A line a partner from its correlation in control to that in case, with 95 % intervals at both ends.

    `partners` as `engine.tl.changed.partners_of` gives them; those drawn are the most changed.
    """
    shown = _most_changed(partners, most)
    title, above = subtitle(lines, letters=50)
    height = above + 300
    figure = go.Figure([_slope(row) for row in shown.itertuples()])
    ends = shown[["control_low", "case_low", "control_high", "case_high"]].to_numpy()
    ends = ends[np.isfinite(ends)]
    low, high = (max(float(ends.min()), -1.1), min(float(ends.max()), 1.1)) if len(ends) else (0.0, 1.0)
    pad = 0.06 * (high - low or 1)
    if len(shown):
        at = apart(shown["case"], 13 * (high - low + 2 * pad) / 240)
        at += max(low - at.min(), 0) - max(at.max() - high, 0)  # inside the picture
        for row, y in zip(shown.itertuples(), at, strict=True):
            figure.add_trace(go.Scatter(x=[1.02, 1.07], y=[row.case, float(y)], mode="lines", hoverinfo="skip",
                                        line={"color": GREY, "width": 0.7}, opacity=0.6))
            figure.add_annotation(x=1.08, y=float(y), text=row.partner, showarrow=False, xanchor="left",
                                  font={"size": 11})
    figure.update_layout(
        **BASE, height=height, title=title, showlegend=False, margin={"l": 52, "r": 8, "t": above + 10, "b": 34},
        xaxis={"range": [-0.12, 1.62], "tickvals": [0, 1], "ticktext": [control, case], "showgrid": False,
               "zeroline": False, "fixedrange": True, "tickfont": {"size": 12}},
        yaxis=axis("Correlation within donors", standoff=4) | {"range": [low - pad, high + pad], "nticks": 6,
                                                                "fixedrange": True, "zeroline": True,
                                                                "zerolinecolor": "#c2cad2"},
    )  # fmt: skip
    return figure


def _most_changed(partners: pd.DataFrame, most: int) -> pd.DataFrame:
    """Gained and lost ones first, then the rest, each by the size of the change."""
    partners = partners.dropna(subset=["control", "case"])
    sure = partners["state"].isin(("gained", "lost"))
    return pd.concat([partners[sure], partners[~sure]]).head(most)


def _slope(row) -> go.Scatter:
    colour, dash, symbol = LOOKS[row.state]
    bars = {"type": "data", "symmetric": False, "array": [row.control_high - row.control, row.case_high - row.case],
            "arrayminus": [row.control - row.control_low, row.case - row.case_low], "width": 3, "thickness": 1.2,
            "color": colour}  # fmt: skip
    words = f"<b>{row.partner}</b>, {row.state}<br>{said(row, 'control')} then, {said(row, 'case')} now"
    return go.Scatter(x=[0, 1], y=[row.control, row.case], mode="lines+markers", error_y=bars, opacity=0.9,
                      line={"color": colour, "width": 1.6, "dash": dash}, marker={"symbol": symbol, "size": 7},
                      customdata=[row.partner] * 2, text=[words] * 2, hovertemplate="%{text}<extra></extra>")


def said(row, name: str) -> str:
    """`0.70 [0.58, 0.82]`."""
    low, high = getattr(row, f"{name}_low"), getattr(row, f"{name}_high")
    return f"{getattr(row, name):.2f} [{low:.2f}, {high:.2f}]".replace("-", "\u2212")


def network_figure(partners: pd.DataFrame, gene: str, *, control: str, case: str, lines: Sequence[str],
                   most: int = AROUND) -> go.Figure:
    """The gene in the middle, its strongest partners in control on the left and in case on the right.

    A partner is drawn where its 95 % interval excludes 0. Lines are as wide as |correlation|, solid where positive,
    dashed where negative; a filled point is a partner on both sides of the picture, a hollow one on this side alone.
    """
    sides = {"control": _strongest(partners, "control", most), "case": _strongest(partners, "case", most)}
    both = set(sides["control"]["partner"]) & set(sides["case"]["partner"])
    title, above = subtitle(lines, letters=50)
    figure = go.Figure()
    for side, direction in (("control", -1), ("case", 1)):
        rows = sides[side]
        x, y = _arc(len(rows), direction)
        for row, x1, y1 in zip(rows.itertuples(), x, y, strict=True):
            figure.add_trace(_edge(getattr(row, side), x1, y1, CONDITION[side]))
        figure.add_trace(_nodes(rows, x, y, side, both, direction))
    figure.add_trace(go.Scatter(x=[0], y=[0], mode="markers", hoverinfo="skip",
                                marker={"size": 17, "color": GREY, "symbol": "circle"}))
    figure.add_annotation(x=0, y=0, text=f"<b>{gene}</b>", showarrow=False, yshift=19, font={"size": 13})
    for x, name, side in ((0, control, "control"), (1, case, "case")):
        n = len(sides[side])
        words = f"<b>{name}</b>" + ("" if n else "<br>no sure partner")
        figure.add_annotation(x=x, xref="paper", xanchor="right" if x else "left", y=1, yref="paper", yanchor="bottom",
                              text=words, showarrow=False, font={"size": 12})
    quiet = {"visible": False, "fixedrange": True}
    figure.update_layout(**BASE, height=above + 290, title=title, showlegend=False,
                         margin={"l": 6, "r": 6, "t": above + 22, "b": 6},
                         xaxis=quiet | {"range": [-1.95, 1.95]}, yaxis=quiet | {"range": [-1.2, 1.2]})  # fmt: skip
    return figure


def _strongest(partners: pd.DataFrame, side: str, most: int) -> pd.DataFrame:
    sure = (partners[f"{side}_low"] > 0) | (partners[f"{side}_high"] < 0)
    return partners[sure].sort_values(side, key=np.abs, ascending=False, kind="stable").head(most)


def _arc(n: int, direction: int) -> tuple[np.ndarray, np.ndarray]:
    angle = np.radians(np.linspace(68, -68, n)) if n > 1 else np.zeros(n)
    return direction * np.cos(angle), np.sin(angle)


def _edge(r: float, x: float, y: float, colour: str) -> go.Scatter:
    line = {"color": colour, "width": 0.8 + 7 * abs(r), "dash": "solid" if r > 0 else "5px,4px"}
    return go.Scatter(x=[0, x], y=[0, y], mode="lines", hoverinfo="skip", line=line, opacity=0.75)


def _nodes(rows: pd.DataFrame, x, y, side: str, both: set[str], direction: int) -> go.Scatter:
    words = [f"<b>{row.partner}</b><br>{said(row, side)}, {row.state}" for row in rows.itertuples()]
    names = rows["partner"].tolist()
    symbols = ["circle" if name in both else "circle-open" for name in names]
    return go.Scatter(
        x=x.tolist(), y=y.tolist(), mode="markers+text", text=names, customdata=names,
        textposition="middle right" if direction > 0 else "middle left",
        hovertext=words, hovertemplate="%{hovertext}<extra></extra>", textfont={"size": 11.5}, cliponaxis=False,
        marker={"size": 10, "color": CONDITION[side], "symbol": symbols,
                "line": {"width": 2, "color": CONDITION[side]}},
    )  # fmt: skip

"""Which measured perturbations do what a given one does: a dot each, most alike on top, with the null said of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.figures.palette import GREY
from app.figures.plain import BASE, axis, notes

ROW, AROUND = 20, 96  # pixels of a row, of what is around them
LEVEL = 0.05
BEYOND, WITH = "#0072B2", GREY


def alike_figure(table: pd.DataFrame, *, lines: Sequence[str]) -> go.Figure:
    """A row a perturbation, the first on top: filled where it is more alike than chance at 5 % FDR, else open.

    Parameters
    ----------
    table
        perturbation, likeness (what all perturbations share taken off), whole (with it), p, fdr.
    lines
        What, n, method, null, warnings.
    """
    title, above = notes(lines)
    names = table["perturbation"].astype(str).tolist()
    sure = (table["fdr"] < LEVEL).to_numpy()
    words = [f"<b>{row.perturbation}</b><br>likeness {_two(row.likeness)}, with what all share {_two(row.whole)}<br>"
             f"p {_small(row.p)}, FDR {_small(row.fdr)}" for row in table.itertuples()]  # fmt: skip
    figure = go.Figure([
        _stems(names, table["likeness"].to_numpy(float)),
        _dots(names, table["whole"], words, {"symbol": "line-ns-open", "size": 11, "color": WITH,
                                             "line": {"width": 2, "color": WITH}}),
        _dots(names, table["likeness"], words, {
            "symbol": np.where(sure, "circle", "circle-open").tolist(), "size": 10, "color": BEYOND,
            "line": {"width": 2, "color": BEYOND}}),
        *_legend(),
    ])  # fmt: skip
    figure.update_layout(
        **BASE, height=above + AROUND + ROW * max(len(names), 4), title=title,
        margin={"l": 8, "r": 18, "t": above + 26, "b": 54},
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False},
        xaxis=axis("Likeness of the changes, Pearson's r") | {"range": [-1.05, 1.05], "zeroline": True,
                                                              "zerolinecolor": GREY},
        yaxis={"autorange": "reversed", "automargin": True, "showgrid": False, "zeroline": False, "fixedrange": True,
               "ticklabelstandoff": 4, "type": "category"},
    )  # fmt: skip
    return figure


def _stems(names: list[str], values: np.ndarray) -> go.Scatter:
    x = [part for value in values for part in (0.0, float(value), None)]
    y = [part for name in names for part in (name, name, None)]
    return go.Scatter(x=x, y=y, mode="lines", hoverinfo="skip", showlegend=False, line={"color": GREY, "width": 1.2})


def _dots(names: list[str], values: pd.Series, words: list[str], marker: dict) -> go.Scatter:
    return go.Scatter(x=values.astype(float).tolist(), y=names, mode="markers", text=words, customdata=names,
                      hovertemplate="%{text}<extra></extra>", showlegend=False, marker=marker)


def _legend() -> list[go.Scatter]:
    entries = (("alike beyond chance, 5\u202f% FDR", "circle", BEYOND), ("not beyond chance", "circle-open", BEYOND),
               ("with what all perturbations share", "line-ns-open", WITH))  # fmt: skip
    return [go.Scatter(x=[None], y=[None], mode="markers", name=name, hoverinfo="skip",
                       marker={"symbol": symbol, "size": 10, "color": colour, "line": {"width": 2, "color": colour}})
            for name, symbol, colour in entries]  # fmt: skip


def _two(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\u2212") if np.isfinite(value) else "not told"


def _small(value: float) -> str:
    return "not told" if not np.isfinite(value) else f"{value:.1e}" if value < 0.001 else f"{value:.2g}"

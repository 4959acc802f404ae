"""What a knockout is predicted to do, as bars: predicted hollow with intervals, measured filled beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.figures.palette import DOWN, GREY, UP
from app.figures.plain import BASE, HIDDEN, axis, notes
from engine.types.shown import only_measured, shown_change, strength

SORTS = ("size", "sure", "name")
WAYS = ("both", "up", "down")
PAIR, ALONE = 18, 16  # pixels of a row, with a measured bar in it or not
UNDER, LEGEND = 56, 24  # pixels: axis, legend
SPREAD, NOT_CALIBRATED = "spread over blocks of cells", "(not a calibrated interval)"


def strongest(table: pd.DataFrame, *, k: int = 20, way: str = "both", sort: str = "size",
              hide: bool = False) -> pd.DataFrame:
    """The `k` rows of a `KnockoutEffect.table` that are drawn, in the order of the picture.

    `sort` is by size of the change, by size over half the interval (the surest first), or by name among the largest;
    `hide` leaves out the genes that were perturbed themselves. Where nothing was predicted, the changes are those
    that were measured, over their standard errors: the largest by themselves are genes that are hardly seen.
    """
    change = shown_change(table)
    keep = change.notna() & (change != 0)
    if way != "both":
        keep &= (change > 0) == (way == "up")
    if hide:
        keep &= ~table["target"].astype(bool)
    rows = table[keep]
    by = sureness(rows) if sort == "sure" and not only_measured(table) else strength(rows)
    rows = rows.loc[by.sort_values(ascending=False, kind="stable").index[:k]]
    return rows.sort_index(key=lambda names: names.str.upper()) if sort == "name" else rows


def sureness(table: pd.DataFrame) -> pd.Series:
    """Size of the change in half widths of its interval; 0 where there is none."""
    half = (table["high"] - table["low"]) / 2
    return (table["change"].abs() / half.where(half > 0)).fillna(0.0)


def bars_figure(rows: pd.DataFrame, *, unit: str, lines: Sequence[str], level: float,
                simulated: bool = False) -> go.Figure:
    """A row a gene, the first on top.

    Parameters
    ----------
    rows
        Some of `KnockoutEffect.table`, as `strongest` gives them.
    unit
        What a change is measured in.
    lines
        What, n, method, level, warnings.
    level
        Coverage of the intervals, 0 to 1.
    simulated
        Whether the intervals are the spread of a simulation, which was held against nothing measured.
    """
    measured = bool(rows["measured"].notna().any())
    title, above = notes(lines, letters=104)
    names = [f"{gene} ◂ target" if row else gene for gene, row in zip(rows.index, rows["target"], strict=True)]
    words = hovers(rows, level, simulated=simulated)
    alone = only_measured(rows)
    figure = go.Figure([] if alone else _predicted(rows, names, words, level))
    if measured:
        figure.add_trace(_measured(rows, names, words))
    height = above + LEGEND + UNDER + (PAIR if measured and not alone else ALONE) * max(len(rows), 4)
    figure.update_layout(
        **BASE, height=height, title=title, barmode="group", bargap=0.3, bargroupgap=0.08,
        margin={"l": 8, "r": 18, "t": above + LEGEND, "b": UNDER}, uirevision="bars",
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False,
                "traceorder": "normal"},
        xaxis=axis(f"◂ less    Change: {unit}    more ▸") | {"zeroline": True, "zerolinecolor": GREY, "nticks": 8},
        yaxis={"autorange": "reversed", "automargin": True, "showgrid": False, "zeroline": False, "fixedrange": True,
               "tickmode": "array", "tickvals": names, "ticklabelstandoff": 4},
    )  # fmt: skip
    for entry in _legend(measured, level, rows, simulated):
        figure.add_trace(entry)
    return figure


def _predicted(rows: pd.DataFrame, names: list[str], words: list[str], level: float) -> go.Bar:
    change, low, high = (rows[name].to_numpy(float) for name in ("change", "low", "high"))
    known = np.isfinite(low) & np.isfinite(high)
    up, down = (np.where(known, width, 0).tolist() for width in (high - change, change - low))
    reach = {"array": up, "arrayminus": down, "visible": bool(known.any()), "type": "data", "symmetric": False,
             "width": 3, "thickness": 1.3, "color": GREY}  # fmt: skip
    return go.Bar(
        x=change.tolist(), y=names, orientation="h", error_x=reach, showlegend=False,
        customdata=rows.index.tolist(), text=words, textposition="none", hovertemplate="%{text}<extra></extra>",
        name="predicted",
        marker={"color": HIDDEN, "line": {"color": colours(change), "width": 1.7}},
    )  # fmt: skip


def _measured(rows: pd.DataFrame, names: list[str], words: list[str]) -> go.Bar:
    values, se = rows["measured"].to_numpy(float), rows["measured_se"].to_numpy(float)
    whisker = {"type": "data", "array": np.nan_to_num(1.96 * se).tolist(), "width": 2, "thickness": 1.1, "color": GREY,
               "visible": bool(np.isfinite(se).any())}  # fmt: skip
    return go.Bar(
        x=[None if np.isnan(value) else float(value) for value in values], y=names, orientation="h", showlegend=False,
        error_x=whisker, customdata=rows.index.tolist(), text=words, textposition="none", name="measured",
        hovertemplate="%{text}<extra></extra>", marker={"color": colours(values), "line": {"width": 0}},
    )  # fmt: skip


def _legend(measured: bool, level: float, rows: pd.DataFrame, simulated: bool) -> list[go.Scatter]:
    intervals = bool((rows["low"].notna() & rows["high"].notna()).any())
    what, reach = ("simulated", SPREAD) if simulated else ("predicted", "interval")
    within = f", with its {100 * level:g}\u202f% {reach}" if intervals else ""
    entries = [] if only_measured(rows) else [(f"{what}{within}", "square-open")]
    entries += [("measured, with its 95\u202f% interval", "square")] if measured else []
    return [go.Scatter(x=[None], y=[None], mode="markers", name=name, hoverinfo="skip",
                       marker={"symbol": symbol, "size": 10, "color": GREY, "line": {"width": 1.7, "color": GREY}})
            for name, symbol in entries]  # fmt: skip


def colours(values: np.ndarray) -> list[str]:
    """Vermillion above 0 and blue below."""
    return [UP if value > 0 else DOWN for value in values]


TOLD = ("change", "low", "high", "measured", "measured_se", "control", "target", "outside")


def hovers(rows: pd.DataFrame, level: float, *, simulated: bool = False) -> list[str]:
    """`CD74: predicted −0.42 [−0.61, −0.20]`, what was measured, the mean in control, and what is odd of it."""
    columns = (rows[name].tolist() for name in TOLD)
    return [_hover(gene, level, simulated, *told) for gene, *told in zip(rows.index, *columns, strict=True)]


def _hover(gene: str, level: float, simulated: bool, change: float, low: float, high: float, measured: float, se: float,
           control: float, target: bool, outside: bool) -> str:
    what = "simulated" if simulated else "predicted"
    said = f"{what} {signed(change)}" if change == change else f"not {what}"
    lines = [f"<b>{gene}</b>{', perturbed itself' if target else ''}", said]
    told = low == low and high == high  # a number is missing where it is not itself
    if told and simulated:
        lines += [f"{100 * level:g}\u202f% {SPREAD}: {signed(low)} to {signed(high)}", NOT_CALIBRATED]
    elif told:
        lines[-1] += f" [{signed(low)}, {signed(high)}] at {100 * level:g}\u202f%"
    if measured == measured:
        lines.append(f"measured {signed(measured)}" + (f" ± {se:.2f} standard error" if se == se else ""))
    lines += [f"mean in control {control:.2f}"] if control == control else []
    lines += ["leaves the range seen in these cells"] if outside else []
    return "<br>".join(lines)


def signed(value: float) -> str:
    """A number with its sign; more digits where it is small."""
    digits = 3 if abs(value) < 0.1 else 2
    return f"{value:+.{digits}f}".replace("-", "\u2212")

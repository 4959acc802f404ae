"""Methods beside each other on many measures: a small panel each, dots with their spread, the best null dashed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from app.figures.palette import BLUE, GREY

NULLS = "Nulls"
ROW, LINE, TOP, BELOW, HEAD = 22, 17, 28, 30, 30  # pixels: a method, a line of title, above, under a panel, above all
WRAP = 42  # letters of a title in a line
MARKS = {"model": "circle", "rival": "circle-open", "ablation": "diamond-open"}
HIDDEN = "rgba(0,0,0,0)"


@dataclass(frozen=True)
class Panel:
    """One measure: (mean, standard deviation or None) of each method by its label, and the mean of each null.

    `chance` is the value of a guess, where it is known; `less` says that less is better.
    """

    title: str
    values: dict[str, tuple[float, float | None]]
    nulls: dict[str, float] = field(default_factory=dict)
    chance: float | None = None
    less: bool = False

    @property
    def best_null(self) -> tuple[str, float] | None:
        """The null nearest the better end."""
        if not self.nulls:
            return None
        return (min if self.less else max)(self.nulls.items(), key=lambda null: null[1])

    @property
    def ends(self) -> tuple[float, float]:
        """The axis: from the least to the greatest of all that is drawn, and a little more."""
        spread = [end for mean, sd in self.values.values() for end in (mean - (sd or 0), mean + (sd or 0))]
        drawn = [*spread, *self.nulls.values(), *([] if self.chance is None else [self.chance])] or [0.0, 1.0]
        pad = 0.07 * (max(drawn) - min(drawn)) or 0.05
        return min(drawn) - pad, max(drawn) + pad


def dot_panels(kinds: dict[str, str], panels: Sequence[Panel], *, subtitle: str, columns: int = 3) -> go.Figure:
    """A panel a measure with a row a method.

    Parameters
    ----------
    kinds
        Kind (model, rival, ablation) of each method by its label, the uppermost first.
    subtitle
        n, method and what the bars are.
    """
    columns = min(columns, len(panels)) or 1
    lines = -(-len(panels) // columns) or 1
    has_nulls = any(panel.nulls for panel in panels)
    labels = [*kinds, *([NULLS] if has_nulls else [])]
    top = TOP + LINE * max((len(wrap(panel.title, WRAP)) for panel in panels), default=1)
    height = HEAD + lines * (top + ROW * (len(labels) + 1) + BELOW)
    gap = (top + BELOW) / (height - HEAD - top - BELOW) if lines > 1 else 0
    figure = make_subplots(lines, columns, shared_yaxes=True, horizontal_spacing=0.035, vertical_spacing=gap)
    for i, panel in enumerate(panels):
        _draw(figure, panel, kinds, row=i // columns + 1, col=i % columns + 1)
    figure.update_layout(
        template="none", paper_bgcolor=HIDDEN, plot_bgcolor=HIDDEN, height=height, showlegend=False,
        margin={"l": 8, "r": 10, "t": HEAD + top, "b": BELOW}, hovermode="closest",
        font={"family": "Inter, system-ui, sans-serif", "size": 12, "color": GREY}, hoverlabel={"font": {"size": 12}},
        title={"text": subtitle, "font": {"size": 12}, "x": 0, "xref": "paper", "y": 1 - 10 / height,
               "yref": "container", "yanchor": "top"},
    )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=labels[::-1], range=[-0.6, len(labels) - 0.4],
                        showgrid=True, gridcolor="#e2e6ea", zeroline=False, fixedrange=True, automargin=True)
    figure.update_xaxes(showgrid=False, zeroline=False, showline=True, linecolor=GREY, ticks="outside", ticklen=3,
                        nticks=5, fixedrange=True, tickfont={"size": 11})
    return figure


def _draw(figure: go.Figure, panel: Panel, kinds: dict[str, str], *, row: int, col: int) -> None:
    place = {"row": row, "col": col}
    if panel.nulls:
        figure.add_trace(_crosses(panel.nulls), **place)
    for kind, mark in MARKS.items():
        rows = {label: panel.values[label] for label in kinds if kinds[label] == kind and label in panel.values}
        if rows:
            figure.add_trace(_dots(rows, kind, mark), **place)
    _mark_line(figure, panel, place)
    figure.update_xaxes(range=list(panel.ends), **place)
    for note in _notes(panel, figure.data[-1].xaxis, figure.data[-1].yaxis):
        figure.add_annotation(**note)


def _mark_line(figure: go.Figure, panel: Panel, place: dict[str, int]) -> None:
    """The dashed line of the best null, with what it reaches in grey; or that of chance."""
    best, (low, high) = panel.best_null, panel.ends
    if best:
        start, stop = (best[1], high) if panel.less else (low, best[1])
        figure.add_vrect(x0=start, x1=stop, fillcolor="rgba(138,143,152,0.15)", line_width=0, layer="below", **place)
    if best or panel.chance is not None:
        at = best[1] if best else panel.chance
        figure.add_vline(x=at, line={"color": GREY, "width": 1.4, "dash": "dash"}, **place)


def _crosses(nulls: dict[str, float]) -> go.Scatter:
    return go.Scatter(x=list(nulls.values()), y=[NULLS] * len(nulls), mode="markers", text=list(nulls),
                      marker={"symbol": "x-thin", "size": 7, "line": {"width": 1.4, "color": GREY}},
                      hovertemplate="%{text}: %{x:.3f}<extra></extra>")


def _dots(rows: dict[str, tuple[float, float | None]], kind: str, mark: str) -> go.Scatter:
    colour = GREY if kind == "rival" else BLUE
    told = [f"{label}: {mean:.3f}" + (f" ± {sd:.3f}" if sd is not None else "") for label, (mean, sd) in rows.items()]
    return go.Scatter(
        x=[mean for mean, _ in rows.values()], y=list(rows), mode="markers", text=told,
        hovertemplate="%{text}<extra></extra>",
        error_x={"type": "data", "array": [sd or 0 for _, sd in rows.values()], "color": colour, "thickness": 1.6,
                 "width": 3},
        marker={"symbol": mark, "size": 11 if kind == "model" else 9, "color": colour,
                "line": {"width": 1.8, "color": colour}},
    )  # fmt: skip


def _notes(panel: Panel, xaxis: str, yaxis: str) -> list[dict[str, Any]]:
    """Title, the name of the dashed line, and the better end, above a panel."""
    best = panel.best_null
    above = {"xref": f"{xaxis} domain", "yref": f"{yaxis} domain", "y": 1, "yanchor": "bottom", "showarrow": False}
    words = "<br>".join(wrap(panel.title, WRAP))
    title = {"text": f"<b>{words}</b>", "align": "left", "x": 0, "xanchor": "left", "yshift": 19,
             "font": {"size": 13}, **above}
    better = {"text": "← better" if panel.less else "better →", "x": 1, "xanchor": "right", "yshift": 20,
              "font": {"size": 11}, **above}
    if best:
        text = f"best null: {best[0]} {best[1]:.3f}"
    elif panel.chance is not None:
        text = f"chance {panel.chance:.3f}"
    else:
        return [title, better]
    line = {"text": text, "x": 0, "xanchor": "left", "yshift": 3, "font": {"size": 11}}
    return [title, better, line | above]

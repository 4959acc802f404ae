"""Methods beside each other on held-out perturbations: dots with intervals a class; and what intervals hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from app.figures.palette import BLUE, CATEGORIES, GREY
from app.figures.plain import BASE, axis, subtitle

ROW, HEAD, BELOW = 24, 46, 46  # pixels: a method, the titles of a panel, what is under it
MARKS = {"core": "circle", "baseline": "circle-open", "network": "square-open", "ablation": "diamond-open",
         "control": "circle-open"}  # fmt: skip
SYMBOLS = ("circle", "square", "diamond", "triangle-up")
Reach = tuple[float, float, float, int]  # mean, low, high, how many perturbations


@dataclass(frozen=True)
class TrialPanel:
    """One class of held-out perturbations on one measure: what each method reaches by its label.

    `negative` and `positive` are what both controls reach, `guess` what a guess does; None where not known.
    """

    title: str
    reached: dict[str, Reach]
    negative: float | None = None
    positive: float | None = None
    guess: float | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """The axis: all that is drawn, and a little more."""
        spread = [end for reach in self.reached.values() for end in reach[:3] if end == end]
        lines = [line for line in (self.negative, self.positive, self.guess) if line is not None]
        drawn = [*spread, *lines] or [0.0, 1.0]
        pad = 0.07 * (max(drawn) - min(drawn)) or 0.05
        return min(drawn) - pad, max(drawn) + pad


@dataclass(frozen=True)
class Coverage:
    """What intervals hold of a class: nominal and measured shares, and over how many perturbations."""

    title: str
    levels: Sequence[float]
    held: Sequence[float]
    n: int = field(default=0)


def trial_figure(kinds: dict[str, str], panels: Sequence[TrialPanel], *, measure: str, less: bool,
                 lines: Sequence[str]) -> go.Figure:
    """A panel a class with a row a method.

    Parameters
    ----------
    kinds
        Kind of each method by its label, the uppermost first.
    measure
        What the axes show; `less` says that less is better.
    lines
        Of the subtitle: n, method and what is filled, hollow and dashed.
    """
    columns = min(2, len(panels)) or 1
    rows = -(-len(panels) // columns) or 1
    title, above = subtitle(lines, letters=150)
    panel = HEAD + ROW * (len(kinds) + 1) + BELOW
    height = above + rows * panel
    gap = (HEAD + BELOW) / (height - above - HEAD - BELOW) if rows > 1 else 0
    figure = make_subplots(rows, columns, shared_yaxes=True, horizontal_spacing=0.05, vertical_spacing=gap)
    for i, one in enumerate(panels):
        _draw(figure, one, kinds, less=less, place={"row": i // columns + 1, "col": i % columns + 1})
    figure.update_layout(**BASE, height=height, title=title, showlegend=False,
                         margin={"l": 8, "r": 12, "t": above + HEAD, "b": BELOW})  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=list(kinds)[::-1], range=[-0.6, len(kinds) - 0.4],
                        showgrid=True, gridcolor="#e2e6ea", zeroline=False, fixedrange=True, automargin=True)
    figure.update_xaxes(**(axis(measure, standoff=4) | {"showgrid": False, "showline": True, "linecolor": GREY,
                                                        "ticks": "outside", "ticklen": 3, "nticks": 6,
                                                        "fixedrange": True, "automargin": False}))
    return figure


def coverage_figure(classes: Sequence[Coverage], *, lines: Sequence[str]) -> go.Figure:
    """Measured against nominal share of genes within intervals, a line a class; the diagonal is what they promise."""
    title, above = subtitle(lines, letters=60)
    figure = go.Figure(go.Scatter(x=[0.4, 1], y=[0.4, 1], mode="lines", hoverinfo="skip", showlegend=False,
                                  line={"color": GREY, "width": 1.4, "dash": "dash"}))
    for i, one in enumerate(classes):
        told = [f"{one.title}: intervals of {level:.0%} hold {held:.1%} of genes, {one.n} perturbations"
                for level, held in zip(one.levels, one.held, strict=True)]  # fmt: skip
        figure.add_trace(go.Scatter(
            x=list(one.levels), y=list(one.held), mode="markers+lines", name=one.title, text=told,
            hovertemplate="%{text}<extra></extra>", line={"color": CATEGORIES[i], "width": 1.4},
            marker={"symbol": SYMBOLS[i % len(SYMBOLS)], "size": 9, "color": CATEGORIES[i]}))  # fmt: skip
    shares = {"tickformat": ".0%", "fixedrange": True}
    low = min([0.4, *(held - 0.03 for one in classes for held in one.held)])
    figure.update_layout(
        **BASE, height=above + 330, title=title, margin={"l": 60, "r": 12, "t": above + 8, "b": 84},
        legend={"orientation": "h", "y": -0.24, "x": 0},
        xaxis=axis("share of genes that the interval promises") | shares | {"range": [0.42, 1]},
        yaxis=axis("share of genes within, measured") | shares | {"range": [low, 1.01]},
    )  # fmt: skip
    return figure


def _draw(figure: go.Figure, panel: TrialPanel, kinds: dict[str, str], *, less: bool, place: dict[str, int]) -> None:
    for kind, mark in MARKS.items():
        rows = {label: panel.reached[label] for label in kinds if kinds[label] == kind and label in panel.reached}
        if rows:
            figure.add_trace(_dots(rows, kind, mark), **place)
    if not panel.reached:
        figure.add_trace(go.Scatter(x=[], y=[], hoverinfo="skip"), **place)
    for at, dash in ((panel.negative, "dash"), (panel.positive, "solid"), (panel.guess, "dot")):
        if at is not None and at == at:
            figure.add_vline(x=at, line={"color": GREY, "width": 1.4, "dash": dash}, **place)
    figure.update_xaxes(range=list(panel.ends), **place)
    for note in _notes(panel, figure.data[-1].xaxis, figure.data[-1].yaxis, less=less):
        figure.add_annotation(**note)


def _dots(rows: dict[str, Reach], kind: str, mark: str) -> go.Scatter:
    colour = BLUE if kind in ("core", "network", "ablation") else GREY
    told = [f"{label}: {_said(reach)}" for label, reach in rows.items()]
    up, down = ([_gap(reach, end) for reach in rows.values()] for end in (2, 1))
    return go.Scatter(
        x=[reach[0] for reach in rows.values()], y=list(rows), mode="markers", text=told,
        hovertemplate="%{text}<extra></extra>",
        error_x={"type": "data", "array": up, "arrayminus": down, "symmetric": False, "color": colour,
                 "thickness": 1.6, "width": 3},
        marker={"symbol": mark, "size": 11 if kind == "core" else 9, "color": colour,
                "line": {"width": 1.8, "color": colour}},
    )  # fmt: skip


def _gap(reach: Reach, end: int) -> float:
    return abs(reach[end] - reach[0]) if reach[end] == reach[end] else 0.0


def _said(reach: Reach) -> str:
    mean, low, high, n = reach
    between = f", 95 % interval {low:.3f} to {high:.3f}" if low == low else ""
    return f"{mean:.3f}{between}, {n} perturbations"


def _notes(panel: TrialPanel, xaxis: str, yaxis: str, *, less: bool) -> list[dict[str, Any]]:
    """Title, the lines in words, and the better end, above a panel."""
    above = {"xref": f"{xaxis} domain", "yref": f"{yaxis} domain", "y": 1, "yanchor": "bottom", "showarrow": False}
    title = {"text": f"<b>{panel.title}</b>", "x": 0, "xanchor": "left", "yshift": 20, "font": {"size": 13}, **above}
    better = {"text": "← better" if less else "better →", "x": 1, "xanchor": "right", "yshift": 20,
              "font": {"size": 11}, **above}
    lines = [("mean of the screen", panel.negative), ("half of the cells", panel.positive), ("guess", panel.guess)]
    told = " · ".join(f"{word} {at:.3f}" for word, at in lines if at is not None and at == at)
    return [title, better, *([{"text": told, "x": 0, "xanchor": "left", "yshift": 3, "font": {"size": 11}} | above]
                             if told else [])]  # fmt: skip

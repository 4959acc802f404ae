"""The loss of a training run: total and its parts over the epochs, and how to add to it."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

PARTS = {
    "total": ("Total", "#0072B2", "solid"),
    "reconstruction": ("Reconstruction", "#E69F00", "dot"),
    "similarity": ("Similarity", "#009E73", "dash"),
    "contrast": ("Contrast", "#CC79A7", "dashdot"),
}
MARGIN = {"l": 58, "r": 16, "t": 8, "b": 44}


def loss_figure(losses: Sequence[dict[str, float]]) -> go.Figure:
    """Curves of `losses`, one dictionary an epoch with `epoch`, `total` and the parts."""
    figure = go.Figure([_curve(name, losses) for name in PARTS])
    figure.update_layout(
        template="none", paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", margin=MARGIN, height=300,
        hovermode="x unified", font={"family": "Inter, system-ui, sans-serif", "size": 12, "color": "#7a8591"},
        legend={"orientation": "h", "x": 0, "y": 1.14, "font": {"size": 12}}, uirevision="loss",
        xaxis={"title": {"text": "Epoch", "standoff": 10}, "showgrid": False, "zeroline": False, "ticks": "outside",
               "ticklen": 4, "rangemode": "tozero"},
        yaxis={"title": {"text": "Loss (no unit)", "standoff": 8}, "zeroline": False, "gridcolor": "#e2e6ea",
               "rangemode": "tozero", "nticks": 6},
    )
    return figure


def loss_extension(losses: Sequence[dict[str, float]]) -> list:
    """`extendData` that adds epochs to a figure made by `loss_figure`."""
    epochs = [loss["epoch"] for loss in losses]
    return [{"x": [epochs] * len(PARTS), "y": [[loss.get(name) for loss in losses] for name in PARTS]},
            list(range(len(PARTS)))]


def history_losses(history: dict[str, list[float]]) -> list[dict[str, float]]:
    """The finished history of a map as one dictionary an epoch."""
    names = [name for name in ("epoch", *PARTS) if history.get(name)]
    return [dict(zip(names, values, strict=True)) for values in zip(*(history[name] for name in names), strict=True)]


def _curve(name: str, losses: Sequence[dict[str, float]]) -> go.Scatter:
    label, colour, dash = PARTS[name]
    return go.Scatter(
        x=[loss["epoch"] for loss in losses], y=[loss.get(name) for loss in losses], name=label, mode="lines",
        line={"color": colour, "dash": dash, "width": 2.4 if name == "total" else 1.5},
        hovertemplate="%{y:.3g}",
    )

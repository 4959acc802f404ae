"""Two conditions side by side in one space: the same genes at the same scale, moving together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from app.figures.palette import CIVIDIS, GREY, category_colours, colourscale
from app.figures.plain import BASE, spaced, subtitle
from app.figures.volcano import ring

HEIGHT = 434
SIDE = 340  # pixels of a panel, about
SIDES = ("control", "case")
LEVELS = 10  # modules named in the legend
MANY = 60  # rings from which on they are drawn thinner


@dataclass(frozen=True)
class Colouring:
    """What the points are coloured by: the names of groups, or numbers with their unit; one of each gene."""

    label: str
    values: np.ndarray
    unit: str = ""

    @property
    def numeric(self) -> bool:
        return self.values.dtype.kind in "fi"


def maps_figure(places: Mapping[str, np.ndarray], genes: np.ndarray, colouring: Colouring, *, ringed: np.ndarray,
                titles: Mapping[str, str], hover: Mapping[str, Sequence[str]], lines: Sequence[str], ring_words: str,
                chosen: str = "") -> go.Figure:
    """Control on the left and case on the right, with the axes of one tied to those of the other.

    The first two traces are the genes of control and case, in the order of `genes`.

    Parameters
    ----------
    places
        For control and case the place of each gene, shape (n_genes, 2).
    ringed
        Places in `genes` of those that changed, the surest first: these are labelled where there is room.
    hover
        For control and case the words of each gene.
    """
    size = float(np.clip(90 / max(len(genes), 1) ** 0.36, 4, 11))
    figure = go.Figure()
    for side, at in zip(SIDES, ({}, {"xaxis": "x2", "yaxis": "y2"}), strict=True):
        figure.add_trace(_genes(places[side], genes, colouring, hover[side], size, at, bar=side == "case"))
    for side, at in zip(SIDES, ({}, {"xaxis": "x2", "yaxis": "y2"}), strict=True):
        figure.add_trace(_rings(places[side][ringed], size, at))
    for side, at in zip(SIDES, ({}, {"xaxis": "x2", "yaxis": "y2"}), strict=True):
        xy = places[side][genes == chosen]
        figure.add_trace(ring(xy[:, 0], xy[:, 1], **at))
    for entry in _legend(colouring, ring_words if len(ringed) else ""):
        figure.add_trace(entry)
    title, above = subtitle(lines)
    figure.update_layout(
        **BASE, height=HEIGHT, title=title, dragmode="pan", uirevision="maps", selectionrevision="maps",
        margin={"l": 8, "r": 60 if colouring.numeric else 8, "t": above + 26, "b": 8},
        legend={"orientation": "h", "x": 0, "y": -0.015, "yanchor": "top", "itemclick": False, "itemdoubleclick": False,
                "font": {"size": 11.5}, "itemsizing": "constant"},
        newselection={"line": {"color": GREY, "width": 1.5, "dash": "dot"}},
    )  # fmt: skip
    span = _frames(figure, places)
    _names(figure, places, genes, ringed, titles, scale=SIDE / span)
    return figure


def _genes(xy, genes, colouring: Colouring, words, size: float, at: dict[str, str], *, bar: bool) -> go.Scatter:
    kind = go.Scattergl if len(genes) > 2000 else go.Scatter
    marker = {"size": size, "opacity": 0.9, "line": {"width": 0}} | _colour(colouring, bar)
    return kind(
        x=xy[:, 0].astype(float).round(4).tolist(), y=xy[:, 1].astype(float).round(4).tolist(), mode="markers",
        customdata=genes.tolist(), text=list(words), hovertemplate="%{text}<extra></extra>", marker=marker,
        showlegend=False, unselected={"marker": {"opacity": 0.15}}, selected={"marker": {"opacity": 1}}, **at,
    )  # fmt: skip


def _colour(colouring: Colouring, bar: bool) -> dict:
    if not colouring.numeric:
        colours = level_colours(colouring.values)
        return {"color": [colours[level] for level in colouring.values]}
    found = colouring.values[np.isfinite(colouring.values)]
    ends = {"cmin": float(found.min()), "cmax": float(found.max())} if len(found) else {"cmin": 0.0, "cmax": 1.0}
    title = f"{colouring.label}<br>{colouring.unit}" if colouring.unit else colouring.label
    scale = {"title": {"text": title, "side": "top", "font": {"size": 11}}, "thickness": 9, "len": 0.6,
             "outlinewidth": 0, "x": 1.005, "xpad": 2, "tickfont": {"size": 10}}  # fmt: skip
    return {"color": colouring.values.astype(float).tolist(), "colorscale": colourscale(CIVIDIS[2:]), **ends,
            "showscale": bar, **({"colorbar": scale} if bar else {})}  # fmt: skip


def level_colours(values: np.ndarray) -> dict[str, str]:
    """Colour of each module: the largest number last, so that a module has the same colour in every picture."""
    levels = sorted(set(values.tolist()), key=lambda level: (not level.isdigit(), int(level) if level.isdigit() else 0))
    return category_colours(levels)


def _rings(xy: np.ndarray, size: float, at: dict[str, str]) -> go.Scatter:
    return go.Scatter(
        x=xy[:, 0].astype(float).round(4).tolist(), y=xy[:, 1].astype(float).round(4).tolist(), mode="markers",
        hoverinfo="skip", showlegend=False, name="changed", uid="changed" + at.get("xaxis", "x"), **at,
        marker={"symbol": "circle-open", "size": size + 5, "color": GREY,
                "line": {"width": 1.8 if len(xy) < MANY else 1.1}},
        unselected={"marker": {"opacity": 1}},
    )  # fmt: skip


def _legend(colouring: Colouring, ring_words: str) -> list[go.Scatter]:
    entries = []
    if not colouring.numeric:
        colours = level_colours(colouring.values)
        counts = {level: int((colouring.values == level).sum()) for level in colours}
        entries = [(f"{colouring.label} {level} ({counts[level]})", {"symbol": "circle", "color": colours[level]})
                   for level in sorted(counts, key=counts.get, reverse=True)[:LEVELS]]  # fmt: skip
    if ring_words:
        entries.insert(0, (ring_words, {"symbol": "circle-open", "color": GREY, "line": {"width": 2}}))
    return [go.Scatter(x=[None], y=[None], mode="markers", name=name, marker={"size": 9} | marker)
            for name, marker in entries]  # fmt: skip


def _frames(figure: go.Figure, places: Mapping[str, np.ndarray]) -> float:
    """Both panels, tied; how many units the larger of the axes spans."""
    both = np.concatenate([places[side] for side in SIDES]).astype(float)
    low, high = both.min(axis=0), both.max(axis=0)
    pad = 0.06 * np.maximum(high - low, 1e-3)
    quiet = {"showgrid": False, "zeroline": False, "showticklabels": False, "ticks": "", "showline": True,
             "mirror": True, "linecolor": "#c2cad2"}  # fmt: skip
    x, y = ([float(low[i] - pad[i]), float(high[i] + pad[i])] for i in (0, 1))
    figure.update_layout(
        xaxis=quiet | {"domain": [0, 0.49], "range": x, "constrain": "range"},
        yaxis=quiet | {"range": y, "scaleanchor": "x", "constrain": "range"},
        xaxis2=quiet | {"domain": [0.51, 1], "matches": "x", "anchor": "y2", "constrain": "range"},
        yaxis2=quiet | {"matches": "y", "anchor": "x2", "constrain": "range"},
    )  # fmt: skip
    return float(np.max(high - low + 2 * pad))


def _names(figure: go.Figure, places, genes, ringed, titles: Mapping[str, str], *, scale: float) -> None:
    """Names of the conditions above, of the axes in the corner, and of the ringed genes that have room."""
    for side, start, axes in zip(SIDES, (0, 0.51), (("x", "y"), ("x2", "y2")), strict=True):
        figure.add_annotation(x=start, xref="paper", y=1, yref="paper", yanchor="bottom", xanchor="left",
                              text=f"<b>{titles[side]}</b>", showarrow=False, font={"size": 13})
        figure.add_annotation(x=0, xref=f"{axes[0]} domain", y=0, yref=f"{axes[1]} domain", xanchor="left",
                              yanchor="bottom", text="UMAP 1 →, UMAP 2 ↑", showarrow=False, font={"size": 10})
        xy, names = places[side][ringed], genes[ringed]
        for i in spaced(xy[:, 0], xy[:, 1], names, scale=(scale, scale), most=8):
            figure.add_annotation(x=float(xy[i, 0]), y=float(xy[i, 1]), xref=axes[0], yref=axes[1], text=str(names[i]),
                                  showarrow=False, yshift=13, font={"size": 11})

"""The cells on their map with arrows where a simulated change would lead them; faint where shuffled changes do too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from app.figures.embedding import CROSS, point_size, window
from app.figures.palette import INK, category_colours
from app.figures.plain import BASE, notes
from engine.types import CellShift

HEIGHT = 460
FAINT = 0.35  # of an arrow within the null
HEAD, SPREAD = 0.35, 0.45  # of an arrow's length; radians to each side
LONGEST = 1.6  # widths of a square


def cell_shift_figure(places: np.ndarray, labels: np.ndarray, shift: CellShift, *, lines: Sequence[str] = (),
                      scheme: str = "light") -> go.Figure:
    """Cells coloured by their type, the largest first, and one arrow a square of the map.

    The last two traces are the arrows within the null and those beyond it: lines, hollow as all that is simulated.

    Parameters
    ----------
    places, labels
        Place on the map, (n_cells, 2), and type of every cell, (n_cells,).
    lines
        What stands above: what, n and method.
    """
    figure = go.Figure(_cells(places, np.asarray(labels).astype(str)))
    beyond = shift.arrows["beyond"].to_numpy(bool)
    figure.add_trace(_arrows(shift, ~beyond, "as shuffled changes lead", FAINT, scheme))
    figure.add_trace(_arrows(shift, beyond, "beyond shuffled changes", 1.0, scheme))
    title, above = notes([*lines, _told(shift)])
    x_range, y_range = window(np.asarray(places, dtype=float))
    hidden = {"visible": False, "showgrid": False, "zeroline": False}
    figure.update_layout(
        **BASE, height=HEIGHT, title=title, dragmode="pan", uirevision="cell-shift",
        margin={"l": 8, "r": 8, "t": above + 8, "b": 8}, xaxis=hidden | {"range": x_range},
        yaxis=hidden | {"range": y_range, "scaleanchor": "x"}, annotations=_axis_names(scheme),
        legend={"x": 1.0, "xanchor": "left", "y": 1, "itemsizing": "constant", "font": {"size": 11.5}},
    )  # fmt: skip
    return figure


def _told(shift: CellShift) -> str:
    facts = shift.facts
    return (f"{facts['n_beyond']} of {len(shift.arrows)} arrows beyond {facts['n_permutations']} changes with their "
            f"genes shuffled (each at p ≤ 0.05; p of so many {facts['p']:.2g}); {facts['n_cells']:,} cells "
            "simulated").replace(",", "\u202f")  # fmt: skip


def _cells(places: np.ndarray, labels: np.ndarray) -> list[go.Scattergl]:
    names, counts = np.unique(labels, return_counts=True)
    names = names[np.argsort(-counts, kind="stable")]
    colours, found = category_colours(names.tolist()), []
    for name in names:
        xy = places[labels == name].astype(float).round(3)
        said = f"{name} ({len(xy):,})".replace(",", "\u202f")
        found.append(go.Scattergl(
            x=xy[:, 0].tolist(), y=xy[:, 1].tolist(), mode="markers", name=said,
            hovertemplate=f"{name}<extra></extra>", opacity=0.35,
            marker={"size": point_size(len(labels)), "color": colours[str(name)], "line": {"width": 0}},
        ))  # fmt: skip
    return found


def _arrows(shift: CellShift, which: np.ndarray, name: str, opacity: float, scheme: str) -> go.Scattergl:
    """One trace of shafts and heads, a gap after each; the longest is a little longer than a square is wide."""
    table = shift.arrows[which]
    x, y = quiver(table[["x", "y"]].to_numpy(float), table[["dx", "dy"]].to_numpy(float) * _scale(shift))
    return go.Scattergl(x=x, y=y, mode="lines", name=name, opacity=opacity, hoverinfo="skip",
                        line={"color": INK[scheme], "width": 1.8})  # fmt: skip


def _scale(shift: CellShift) -> float:
    """What makes the longest arrow `LONGEST` widths of a square long."""
    longest = float(np.hypot(shift.arrows["dx"], shift.arrows["dy"]).max()) if len(shift.arrows) else 0.0
    return LONGEST * shift.facts["width"] / longest if longest > 0 else 1.0


def quiver(start: np.ndarray, step: np.ndarray) -> tuple[list, list]:
    """Arrows as broken lines: tail, tip, one side of the head, tip, the other side, and None; 6 points an arrow."""
    tip, lines = start + step, []
    for turn in (np.pi - SPREAD, np.pi + SPREAD):
        c, s = np.cos(turn), np.sin(turn)
        lines.append(tip + HEAD * np.stack([c * step[:, 0] - s * step[:, 1], s * step[:, 0] + c * step[:, 1]], axis=1))
    points = np.stack([start, tip, lines[0], tip, lines[1]], axis=1).round(3)  # (n_arrows, 5, 2)
    return tuple([value for arrow in points[:, :, side].tolist() for value in (*arrow, None)] for side in (0, 1))


def _axis_names(scheme: str) -> list[dict]:
    name = {"xref": "paper", "yref": "paper", "showarrow": False, "x": 0, "y": 0, "opacity": 0.75,
            "font": {"size": 11, "color": INK[scheme]}}  # fmt: skip
    return [name | {"text": "UMAP 1 →", "xanchor": "left", "yanchor": "bottom", "xshift": 18},
            name | {"text": "UMAP 2 →", "xanchor": "left", "yanchor": "bottom", "textangle": -90, "yshift": CROSS // 2}]

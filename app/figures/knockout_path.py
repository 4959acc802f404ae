"""The way of a simulated knockout through its network: who stands next to whom, drawn from left to right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.figures.knockout_bars import colours, signed
from app.figures.palette import GREY
from app.figures.plain import BASE, HIDDEN, notes

ROW, LEAST = 25, 250  # pixels of a node, of a picture
SHORT = 0.05  # columns between the head of an edge and its target
Edge = tuple[str, str, int]  # regulator, target, 1 (raises), −1 (lowers) or 0 (not known)
VERB = {1: "raises", -1: "lowers", 0: "acts on"}


def shortest(edges: Iterable[Sequence], start: Iterable[str], ends: Iterable[str]) -> tuple[list[Edge], dict[str, int]]:
    """The edges of one shortest way from `start` to each of `ends`, and how many steps away each gene on them is."""
    into: dict[str, list[Edge]] = {}
    for source, target, sign in edges:
        into.setdefault(str(source), []).append((str(source), str(target), int(np.sign(sign))))
    steps, came = dict.fromkeys(start, 0), {}
    front = list(steps)
    while front:
        front_next = []
        for edge in (edge for gene in front for edge in into.get(gene, ())):
            if edge[1] not in steps:
                steps[edge[1]], came[edge[1]] = steps[edge[0]] + 1, edge
                front_next.append(edge[1])
        front = front_next
    kept: dict[tuple[str, str], Edge] = {}
    for end in ends:
        while end in came and came[end][:2] not in kept:
            kept[came[end][:2]] = came[end]
            end = came[end][0]
    on = {gene for source, target, _ in kept.values() for gene in (source, target)} | set(start)
    return list(kept.values()), {gene: steps[gene] for gene in steps if gene in on}


def path_figure(edges: Sequence[Edge], steps: Mapping[str, int], table: pd.DataFrame, *,
                lines: Sequence[str]) -> go.Figure:
    """Nodes in columns by their number of steps; hollow rings are predicted changes, an arrow raises, a bar lowers.

    Parameters
    ----------
    edges, steps
        As `shortest` gives them.
    table
        `KnockoutEffect.table`, for the change of each node.
    lines
        What, n, method, warnings.
    """
    change = table["change"].reindex(list(steps)).to_numpy(float)
    onward = {source for source, *_ in edges}
    place = places(steps, dict(zip(steps, change, strict=True)), onward)
    most = max((sum(1 + (gene in onward) for gene in steps if steps[gene] == step) for step in set(steps.values())),
               default=1)  # fmt: skip
    columns = max(steps.values(), default=0)
    title, above = notes(lines)
    height = above + max(LEAST, ROW * most + 40)
    figure = go.Figure([_edge(edge, place) for edge in edges])
    figure.add_trace(_nodes(list(steps), change, place, table, onward))
    figure.update_layout(
        **BASE, height=height, title=title, showlegend=False, margin={"l": 8, "r": 8, "t": above + 26, "b": 10},
        annotations=[_column(step, columns) for step in range(columns + 1)],
        xaxis={"visible": False, "fixedrange": True, "range": [-0.28, columns + 0.42]},
        yaxis={"visible": False, "fixedrange": True, "range": [-0.04, 1.04]},
    )  # fmt: skip
    figure.update_layout(annotations=[*figure.layout.annotations, *_arrows(edges, place)])
    return figure


def places(steps: Mapping[str, int], change: Mapping[str, float],
           onward: Collection[str] = ()) -> dict[str, tuple[float, float]]:
    """Where each gene is drawn: across by its steps, upward by its change; `onward` ones have twice the room."""
    found = {}
    for step in sorted(set(steps.values())):
        genes = sorted((np.nan_to_num(change[gene]), gene) for gene in steps if steps[gene] == step)
        room = np.array([1 + (gene in onward) for _, gene in genes], float)
        heights = (np.cumsum(room) - room / 2) / room.sum()
        found |= {gene: (float(step), float(height)) for (_, gene), height in zip(genes, heights, strict=True)}
    return found


def _edge(edge: Edge, place: Mapping[str, tuple[float, float]]) -> go.Scatter:
    (x0, y0), (x1, y1) = place[edge[0]], place[edge[1]]
    dash = {1: "solid", -1: "5px,3px", 0: "dot"}[edge[2]]
    return go.Scatter(x=[x0, x1 - SHORT], y=[y0, y1], mode="lines", hoverinfo="skip", opacity=0.7,
                      line={"color": GREY, "width": 1.4, "dash": dash})


def _arrows(edges: Sequence[Edge], place: Mapping[str, tuple[float, float]]) -> list[dict]:
    """Heads of the edges: a triangle where the regulator raises its target, a square end where it lowers it."""
    heads = []
    for source, target, sign in edges:
        (x0, y0), (x1, y1) = place[source], place[target]
        x1 -= SHORT
        heads.append({"x": x1, "y": y1, "ax": x1 - 0.08 * (x1 - x0), "ay": y1 - 0.08 * (y1 - y0), "axref": "x",
                      "ayref": "y", "xref": "x", "yref": "y", "text": "", "showarrow": True, "arrowcolor": GREY,
                      "arrowhead": 2 if sign > 0 else 7 if sign < 0 else 6, "arrowsize": 1.1, "arrowwidth": 1.4,
                      "name": VERB[sign]})  # fmt: skip
    return heads


def _nodes(genes: list[str], change: np.ndarray, place: Mapping[str, tuple[float, float]], table: pd.DataFrame,
           onward: set[str]) -> go.Scatter:
    known = np.nan_to_num(change)
    size = 9 + 9 * np.sqrt(np.abs(known) / max(float(np.abs(known).max(initial=0)), 1e-9))
    targets = set(table.index[table["target"].astype(bool)])
    words = [f"<b>{gene}</b>{', perturbed itself' if gene in targets else ''}<br>"
             + (f"predicted {signed(value)}" if np.isfinite(value) else "no change told here")
             for gene, value in zip(genes, change, strict=True)]  # fmt: skip
    label = [f"<b>{gene}</b>" if gene in targets else gene for gene in genes]
    text = [f"{name} {'▴' if value > 0 else '▾'}" if np.isfinite(value) and value else name
            for name, value in zip(label, change, strict=True)]  # fmt: skip
    side = ["top center" if gene in onward else "middle right" for gene in genes]
    edge = [GREY if not np.isfinite(value) or not value else colour
            for value, colour in zip(change, colours(change), strict=True)]  # fmt: skip
    return go.Scatter(
        x=[place[gene][0] for gene in genes], y=[place[gene][1] for gene in genes], mode="markers+text", text=text,
        textposition=side, customdata=genes, hovertext=words, hovertemplate="%{hovertext}<extra></extra>",
        textfont={"size": 11.5}, cliponaxis=False, name="gene",
        marker={"size": size.tolist(), "color": HIDDEN, "opacity": 1, "line": {"width": 2.2, "color": edge},
                "symbol": ["diamond" if gene in targets else "circle" for gene in genes]},
    )  # fmt: skip


def _column(step: int, columns: int) -> dict:
    words = "perturbed" if step == 0 else f"{step} step{'s' if step > 1 else ''} away"
    return {"x": step, "y": 1, "xref": "x", "yref": "paper", "yanchor": "bottom", "yshift": 4, "text": words,
            "showarrow": False, "font": {"size": 11.5}, "xanchor": "left" if step == columns and step else "center"}

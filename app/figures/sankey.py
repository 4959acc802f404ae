"""How genes flow through the levels of a map, as bands; a chosen part stands out, exactly counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.figures.palette import GREY, INK, PAPER
from engine.tl.flows import OTHERS, Flows

BAND, CHOSEN, FADED = 0.34, 0.66, 0.15  # opacity of a band: at rest, on the chosen path, beside it
PAD, THICKNESS, LETTER = 16, 14, 6.1  # pixels: between nodes, of a node, of a letter
MARGIN = {"l": 10, "r": 10, "t": 10, "b": 12}
SAID = {("cluster", OTHERS): "others", ("modality", "rna"): "RNA", ("modality", "atac"): "ATAC",
        ("modality", "spatial"): "Spatial", ("modality", "protein"): "Protein"}  # fmt: skip
ROW = 21  # least height of a node with its gap, so that labels do not meet
COUNTS = {"rows": "point", "genes": "gene"}


@dataclass(frozen=True)
class Look:
    """How large, what is counted (`rows` or `genes`), and for paper or a screen of either theme."""

    width: int = 850
    height: int = 470
    count: str = "rows"
    paper: bool = False
    title: str = ""
    subtitle: str = ""


def choice_text(choice: Mapping[str, str]) -> str:
    """A node, band or path as it is written in an address: `dataset:B,cluster:4`."""
    return ",".join(f"{level}:{quote(name, safe='')}" for level, name in choice.items())


def sankey_figure(flow: Flows, colours: Mapping[str, Mapping[str, str]], *, chosen: np.ndarray | None = None,
                  look: Look = Look()) -> go.Figure:
    """The picture.

    Nodes and bands carry `customdata` = [choice_text, words]: the first says what was clicked without
    the index, which nodes and links share (plotly.py issue 2337).

    Parameters
    ----------
    colours
        For each level the colour of each name, `#RRGGBB`.
    chosen
        Counted rows that stand out, bool (n_counted,); each band is split into its chosen and its
        other part.
    """
    height = max(look.height, _least_height(flow) + (90 if look.paper else 0))
    margin = MARGIN | ({"t": 76, "b": 34} if look.paper else {})
    figure = go.Figure()
    if len(flow.labels):
        inner = height - margin["t"] - margin["b"]
        figure.add_sankey(
            arrangement="fixed", node=_nodes(flow, colours, chosen, look, inner),
            link=_links(flow, colours, chosen, look), textfont={"size": 12, "color": _ink(look)}, valueformat=",d",
        )  # fmt: skip
    figure.update_layout(
        template="none", height=height, margin=margin, paper_bgcolor=PAPER["light"] if look.paper else "rgba(0,0,0,0)",
        font={"family": "Inter, system-ui, sans-serif", "size": 12, "color": _ink(look)},
        hoverlabel={"bgcolor": INK["light"], "bordercolor": GREY, "align": "left",
                    "font": {"color": INK["dark"], "size": 12}},
        **(_on_paper(flow, look, height) if look.paper else {}),
    )  # fmt: skip
    return figure


def _least_height(flow: Flows) -> int:
    return ROW * int(flow.nodes["level"].value_counts().max()) + 20 if len(flow.nodes) else 0


def _ink(look: Look) -> str:
    return INK["light"] if look.paper else GREY


def _on_paper(flow: Flows, look: Look, height: int) -> dict[str, Any]:
    """Title, subtitle and the names of the levels, for a file; on the page these are its own words."""
    last = len(flow.levels) - 1
    heads = [{"x": x, "y": 0, "yshift": -8, "yanchor": "top", "text": f"<b>{level.capitalize()}</b>",
              "showarrow": False, "xanchor": {0: "left", last: "right"}.get(place, "center")}
             for place, (level, x) in enumerate(_columns(flow).items())]  # fmt: skip
    return {"width": look.width, "annotations": heads,
            "title": {"text": look.title, "subtitle": {"text": look.subtitle, "font": {"size": 11}}, "x": 0.012,
                      "y": 1 - 20 / height, "yanchor": "top", "font": {"size": 15}}}  # fmt: skip


def _columns(flow: Flows) -> dict[str, float]:
    return {level: place / (len(flow.levels) - 1) for place, level in enumerate(flow.levels)}


def _nodes(flow: Flows, colours: Mapping, chosen: np.ndarray | None, look: Look, inner: int) -> dict[str, Any]:
    nodes, x = flow.nodes, _columns(flow)
    lit = _lit(flow, nodes, chosen)
    marks = [_rgba(colours[n.level].get(n.name, GREY), 1.0 if on else FADED)
             for n, on in zip(nodes.itertuples(), lit, strict=True)]  # fmt: skip
    told = [[choice_text({n.level: n.name}), f"<b>{_full(n.level, n.name)}</b><br>{_numbers(n)}"]
            for n in nodes.itertuples()]  # fmt: skip
    return {
        "label": _labels(flow, look), "color": marks, "customdata": told, "line": {"width": 0}, "pad": PAD,
        "thickness": THICKNESS, "x": [min(max(x[level], 0.001), 0.999) for level in nodes["level"]],
        "y": _middles(flow, look, inner), "hovertemplate": "%{customdata[1]}<extra></extra>",
    }  # fmt: skip


def _labels(flow: Flows, look: Look) -> list[str]:
    """Name and count; where a name of a level would be cut, its level has names alone.

    The last two levels write into the same gap, so the last one takes what it needs of it, up to half.
    """
    gap = (look.width / (len(flow.levels) - 1) - THICKNESS - 10) / LETTER  # letters
    named = {level: [(SAID.get((level, name), name), f" · {count:,}".replace(",", "\u202f")) for name, count in
                     flow.nodes.loc[flow.nodes["level"] == level, ["name", look.count]].to_numpy()]
             for level in flow.levels}  # fmt: skip
    last = min(max((len(name + count) for name, count in named[flow.levels[-1]]), default=0), int(gap / 2))
    room = dict.fromkeys(flow.levels, int(gap)) | {flow.levels[-2]: int(gap) - last - 1, flow.levels[-1]: last}
    counted = {level: all(len(name + count) <= room[level] for name, count in found) for level, found in named.items()}
    return [_short(name, room[level] - len(count) * counted[level]) + count * counted[level]
            for level, found in named.items() for name, count in found]  # fmt: skip


def _short(name: str, most: int) -> str:
    return name if len(name) <= max(most, 3) else name[: max(most, 3) - 1].rstrip() + "…"


def _middles(flow: Flows, look: Look, inner: int) -> list[float]:
    """Middle of each node, 0 (top) to 1, in the order of the names, its column in the middle of the picture."""
    sizes = _sizes(flow, look.count)
    columns = [sizes[flow.nodes["level"] == level] for level in flow.levels]
    scale = min((1 - (len(column) - 1) * PAD / inner) / column.sum() for column in columns)
    middles = []
    for column in columns:
        spans = column.to_numpy() * scale
        steps = spans + PAD / inner
        top = (1 - (steps.sum() - PAD / inner)) / 2
        middles += (top + np.cumsum(steps) - steps + spans / 2).tolist()
    return [min(max(middle, 0.001), 0.999) for middle in middles]


def _sizes(flow: Flows, count: str) -> pd.Series:
    """Height of each node as Plotly makes it: the larger of what comes in and what goes out."""
    keys = pd.MultiIndex.from_frame(flow.nodes[["level", "name"]])
    sums = [flow.links.groupby([level, name])[count].sum()
            for level, name in (("from_level", "source"), ("to_level", "target"))]  # fmt: skip
    ends = [found.rename_axis(keys.names).reindex(keys, fill_value=0).to_numpy() for found in sums]
    return pd.Series(np.maximum(*ends), index=flow.nodes.index)


def _links(flow: Flows, colours: Mapping, chosen: np.ndarray | None, look: Look) -> dict[str, Any]:
    place = {(n.level, n.name): n.Index for n in flow.nodes.itertuples()}
    parts = [part for link, lit in zip(flow.links.itertuples(), _chosen_counts(flow, chosen, look.count), strict=True)
             for part in _parts(link, lit, look.count)]  # fmt: skip
    source = [place[link.from_level, link.source] for link, _, _ in parts]
    target = [place[link.to_level, link.target] for link, _, _ in parts]
    told = [[choice_text({link.from_level: link.source, link.to_level: link.target}), _band_words(flow, link, place)]
            for link, _, _ in parts]  # fmt: skip
    return {
        "source": source, "target": target, "value": [value for _, value, _ in parts], "customdata": told,
        "color": [_rgba(colours[link.from_level].get(link.source, GREY), opacity) for link, _, opacity in parts],
        "hovertemplate": "%{customdata[1]}<extra></extra>",
    }  # fmt: skip


def _parts(link: Any, lit: int | None, count: str) -> list[tuple[Any, int, float]]:
    """A band whole, or its chosen part above the rest."""
    whole = getattr(link, count)
    if lit is None:
        return [(link, whole, BAND)]
    return [(link, value, opacity) for value, opacity in ((lit, CHOSEN), (whole - lit, FADED)) if value]


def _chosen_counts(flow: Flows, chosen: np.ndarray | None, count: str) -> list[int | None]:
    """Rows, or distinct genes, of each band that are chosen; None when nothing is."""
    if chosen is None:
        return [None] * len(flow.links)
    labels, found = flow.labels[chosen], {}
    for one, other in zip(flow.levels, flow.levels[1:], strict=False):
        counts = labels.groupby([one, other])["gene"].agg("size" if count == "rows" else "nunique")
        found |= {(one, *pair): int(value) for pair, value in counts.items()}
    return [found.get((link.from_level, link.source, link.target), 0) for link in flow.links.itertuples()]


def _lit(flow: Flows, nodes: pd.DataFrame, chosen: np.ndarray | None) -> list[bool]:
    if chosen is None:
        return [True] * len(nodes)
    on = {level: set(flow.labels.loc[chosen, level]) for level in flow.levels}
    return [node.name in on[node.level] for node in nodes.itertuples()]


def _band_words(flow: Flows, link: Any, place: dict) -> str:
    source, target = (flow.nodes.loc[place[pair], "rows"]
                      for pair in ((link.from_level, link.source), (link.to_level, link.target)))  # fmt: skip
    one, other = _full(link.from_level, link.source), _full(link.to_level, link.target)
    return (f"<b>{one} → {other}</b><br>{_numbers(link)}<br>"
            f"{link.rows / source:.0%} of {one}, {link.rows / target:.0%} of {other}")


def _full(level: str, name: str) -> str:
    return f"cluster {name}" if level == "cluster" and name != OTHERS else name


def _numbers(counted: Any) -> str:
    parts = [f"{value:,} {word}{'' if value == 1 else 's'}".replace(",", "\u202f")
             for value, word in ((counted.rows, "point"), (counted.genes, "gene"))]  # fmt: skip
    return " of ".join(parts)


def _rgba(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"

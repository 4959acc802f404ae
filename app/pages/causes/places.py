"""Where the nodes of a picture lie: in layers from roots to targets, or in rings around the roots."""

from __future__ import annotations

import math

import numpy as np

from app.pages.causes.folding import Picture

COLUMNS, STEP, ROW, GAP = 12, 74, 62, 94  # nodes in a row, pixels between them, between rows, between layers
WIDE, FOLD, WIDER = 112, 96, 150  # room for the name of a function, of a fold; the most between two nodes of a row
RING, ARC, FLAT = 84, 84, 1.8  # pixels between rings, between nodes along one; how much wider than high a ring is
Places = dict[str, tuple[float, float]]


def places(drawn: Picture, layout: str) -> Places:
    """x and y of each node and fold in pixels, y downward; forces begin from the layers."""
    layers = ordered_layers(drawn)
    return ringed(layers) if layout == "concentric" else layered(drawn, layers)


def ordered_layers(drawn: Picture) -> list[list[str]]:
    """Ids layer by layer from the top, each near those that it is joined to (two sweeps by barycentre)."""
    layer = drawn.nodes["layer"].to_dict() | {fold.id: fold.layer for fold in drawn.folds}
    levels = [[name for name in layer if layer[name] == level] for level in sorted(set(layer.values()))]
    joined = _joined(drawn)
    for sweep in (levels, levels[::-1], levels):
        for above, level in zip(sweep, sweep[1:], strict=False):
            place = {name: i / max(len(above) - 1, 1) for i, name in enumerate(above)}
            own = {name: i / max(len(level) - 1, 1) for i, name in enumerate(level)}
            level.sort(key=lambda name, place=place, own=own: _mean(joined.get(name, ()), place, own[name]))
    return [_folds_last(level) for level in levels]


def _joined(drawn: Picture) -> dict[str, list[str]]:
    pairs = list(zip(drawn.links["source"], drawn.links["target"], strict=True))
    pairs += [(fold.of, fold.id) for fold in drawn.folds]
    joined: dict[str, list[str]] = {}
    for one, other in pairs:
        joined.setdefault(one, []).append(other)
        joined.setdefault(other, []).append(one)
    return joined


def _mean(names: list[str], place: dict[str, float], otherwise: float) -> float:
    known = [place[name] for name in names if name in place]
    return float(np.mean(known)) if known else otherwise


def _folds_last(level: list[str]) -> list[str]:
    """Folds of a kind stand at the end of their row."""
    return sorted(level, key=lambda name: name.startswith("+@"))


def layered(drawn: Picture, layers: list[list[str]]) -> Places:
    """Rows of at most twelve nodes, or as many as keep the picture wide; a layer may take several rows."""
    longest = max((len(level) for level in layers), default=0)
    width = STEP * max(COLUMNS, math.ceil(math.sqrt(2.4 * longest)))
    function = set(drawn.nodes.index[drawn.nodes["kind"] == "function"])
    found, y = {}, 0.0
    for level in layers:
        folds = [name for name in level if name.startswith("+") and not name.startswith("+@")]
        rest = [name for name in level if name not in set(folds)]
        for names, step in ((rest, WIDE if function & set(rest) else STEP), (folds, FOLD)):
            rows = _rows(names, max(width // step, 1))
            for row in rows:
                found |= _row(row, width, y)
                y += ROW
        y += GAP - ROW
    return found


def _rows(names: list[str], most: int) -> list[list[str]]:
    """Names dealt to as few rows as hold them, so that neighbours in the order stay near in x."""
    n = math.ceil(len(names) / most)
    return [names[start::n] for start in range(n)]


def _row(names: list[str], width: float, y: float) -> Places:
    step = min(width / max(len(names), 1), WIDER)
    start = (width - step * (len(names) - 1)) / 2
    return {name: (round(start + i * step, 1), y) for i, name in enumerate(names)}


def ringed(layers: list[list[str]]) -> Places:
    """Roots in the middle, each layer in flat rings around; a ring holds as many as have room for their names."""
    found, radius = {}, 0.0
    for level in layers:
        radii = []
        while sum(map(_holds, radii)) < len(level):
            radius = radius + RING if found or radii or len(level) > 1 else 0.0
            radii.append(radius)
        share = len(level) / sum(map(_holds, radii))
        ends = [round(share * sum(map(_holds, radii[: i + 1]))) for i in range(len(radii))]
        for i, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            found |= _ring(level[start:end], radii[i])
    return found


def _holds(radius: float) -> int:
    """Nodes that a flat ring has room for."""
    return max(int(2 * math.pi * radius * math.sqrt((1 + FLAT**2) / 2) / ARC), 1)


def _ring(names: list[str], radius: float) -> Places:
    turn = math.pi / max(len(names), 1) * (radius / RING % 2)  # rings are turned against each other
    angles = [2 * math.pi * i / len(names) - math.pi / 2 + turn for i in range(len(names))]
    return {name: (round(FLAT * radius * math.cos(angle), 1), round(radius * math.sin(angle), 1))
            for name, angle in zip(names, angles, strict=True)}  # fmt: skip

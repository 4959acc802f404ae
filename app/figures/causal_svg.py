"""A causal network as SVG for print: the same places and looks as on the screen, with title and legend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from app.figures.causal_marks import BEND, INKS, Mark

MARGIN, HEAD, FOOT = 60, 58, 64
LINE = 12.5  # pixels between two lines of a label
FOLD = (90, 24)
INK = INKS["light"]
Place = tuple[float, float]


def network_svg(marks: Mapping[str, Mark], links: Sequence[tuple[str, str, int, float]], folds: Mapping[str, str],
                ties: Sequence[tuple[str, str]], places: Mapping[str, Place], *, title: str, subtitle: str,
                note: str = "") -> str:
    """The picture as a standalone SVG document on white.

    Parameters
    ----------
    marks
        Look of each node.
    links
        source, target, sign (1, −1, 0) and width of each edge.
    folds, ties
        Words of each fold, and the edges from a node to its fold.
    places
        Centre of each node and fold in pixels, y downward.
    note
        What to beware of, under the subtitle.
    """
    known = [places[name] for name in (*marks, *folds)] or [(0.0, 0.0)]
    left, top = min(x for x, _ in known) - MARGIN, min(y for _, y in known) - MARGIN - HEAD
    width = max(max(x for x, _ in known) + MARGIN - left, 780)
    height = max(y for _, y in known) + MARGIN + FOOT - top
    body = [_edge(places[a], places[b], _reach(marks[a]), _reach(marks[b]), sign, size) for a, b, sign, size in links]
    body += [_tie(places[a], places[b]) for a, b in ties]
    body += [_node(mark, places[name]) for name, mark in marks.items()]
    body += [_fold(words, places[name]) for name, words in folds.items()]
    head = [_text(title, left + 20, top + 28, 16, weight="bold"), _text(subtitle, left + 20, top + 47, 11.5),
            *([_text(note, left + 20, top + 65, 10.5)] if note else [])]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{left:.1f} {top:.1f} {width:.1f} {height:.1f}" font-family="Inter, Helvetica, Arial, sans-serif">',
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{INK["paper"]}"/>',
        *head, *body, *_legend(left + 24, top + height - 30), "</svg>", "",
    ])  # fmt: skip


def _reach(mark: Mark) -> float:
    return mark.size / 2 + mark.width / 2 + (4 if mark.predicted else 1)


def _edge(start: Place, end: Place, out: float, into: float, sign: int, width: float) -> str:
    """A line from rim to rim with its head: an arrow, a bar or a dot; within a row it bows upward."""
    length = math.dist(start, end)
    if length <= out + into:
        return ""
    bow = 2 * BEND * length if start[1] == end[1] and out else 0.0
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 - bow)
    leaves, comes = _way(start, middle), _way(middle, end)
    foot = (start[0] + leaves[0] * out, start[1] + leaves[1] * out)
    tip = (end[0] - comes[0] * into, end[1] - comes[1] * into)
    colour = {1: INK["up"], -1: INK["down"], 0: INK["line"]}[sign]
    line = (f'<path d="M{foot[0]:.1f} {foot[1]:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {tip[0]:.1f} {tip[1]:.1f}" '
            f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="0.7"/>')  # fmt: skip
    return line + _head(tip, comes, sign, colour)


def _way(start: Place, end: Place) -> Place:
    length = math.dist(start, end)
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length


def _head(tip: Place, way: Place, sign: int, colour: str) -> str:
    (x, y), (dx, dy) = tip, way
    if sign == 1:
        points = [(x, y), (x - 8 * dx + 4 * dy, y - 8 * dy - 4 * dx), (x - 8 * dx - 4 * dy, y - 8 * dy + 4 * dx)]
        return f'<polygon points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in points)}" fill="{colour}"/>'
    if sign == -1:
        return (f'<line x1="{x + 5 * dy:.1f}" y1="{y - 5 * dx:.1f}" x2="{x - 5 * dy:.1f}" y2="{y + 5 * dx:.1f}" '
                f'stroke="{colour}" stroke-width="2.4"/>')  # fmt: skip
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{colour}"/>'


def _tie(start: Place, end: Place) -> str:
    return (f'<line x1="{start[0]:.1f}" y1="{start[1] + 18:.1f}" x2="{end[0]:.1f}" y2="{end[1] - FOLD[1] / 2:.1f}" '
            f'stroke="{INK["line"]}" stroke-dasharray="3 3" stroke-opacity="0.6"/>')  # fmt: skip


def _node(mark: Mark, at: Place) -> str:
    (x, y), half = at, mark.size / 2
    ring = {"up": INK["up"], "down": INK["down"]}.get(mark.ring, INK["line"])
    dots = ' stroke-dasharray="1.5 2.5"' if mark.ring == "none" else ""
    fill = mark.fill or INK["paper"]
    shapes = [_shape(mark.shape, x, y, half, f'fill="{fill}" stroke="{ring}" stroke-width="{mark.width}"{dots}')]
    if mark.predicted:
        shapes.append(_shape(mark.shape, x, y, half + mark.width / 2 + 2.5,
                             f'fill="none" stroke="{INK["muted"]}" stroke-width="1.2" stroke-dasharray="4 3"'))
    words = [_text(line, x, y + half + 14 + i * LINE, 11, anchor="middle")
             for i, line in enumerate(mark.label.split("\n"))]  # fmt: skip
    return "".join([*shapes, *words])


def _shape(shape: str, x: float, y: float, half: float, look: str) -> str:
    if shape == "diamond":
        points = f"{x:.1f},{y - half:.1f} {x + half:.1f},{y:.1f} {x:.1f},{y + half:.1f} {x - half:.1f},{y:.1f}"
        return f'<polygon points="{points}" {look}/>'
    if shape == "round-rectangle":
        return (f'<rect x="{x - half:.1f}" y="{y - half:.1f}" width="{2 * half:.1f}" height="{2 * half:.1f}" rx="5" '
                f"{look}/>")
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{half:.1f}" {look}/>'


def _fold(words: str, at: Place) -> str:
    (x, y), (w, h) = at, FOLD
    return (f'<rect x="{x - w / 2:.1f}" y="{y - h / 2:.1f}" width="{w}" height="{h}" rx="5" fill="{INK["paper"]}" '
            f'stroke="{INK["muted"]}" stroke-dasharray="4 3"/>'
            + _text(words, x, y + 3.5, 9.5, anchor="middle", halo=False))


def _text(words: str, x: float, y: float, size: float, *, weight: str = "normal", anchor: str = "start",
          halo: bool = True) -> str:
    """Words that edges behind them do not make hard to read."""
    around = f' stroke="{INK["paper"]}" stroke-width="2.6" paint-order="stroke"' if halo else ""
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
            f'fill="{INK["ink"]}"{around}>{escape(words)}</text>')


def _legend(x: float, y: float) -> list[str]:
    """What fill, ring, shapes and heads mean, in a row at the foot."""
    parts, at = [], x
    for sign, word in ((1, "activates"), (-1, "inhibits"), (0, "sign unknown")):
        parts += [_edge((at, y), (at + 34, y), 0, 0, sign, 2), _text(word, at + 42, y + 4, 11)]
        at += 62 + 6.2 * len(word)
    for mark, word in (
        (Mark("ellipse", 16, "#eaae7f", "none", 1.2, True, ""), "predicted active (blue: inhibited)"),
        (Mark("ellipse", 16, "#ffffff", "up", 4, False, ""), "measured up (blue: down)"),
    ):  # fmt: skip
        parts += [_node(mark, (at + 10, y)), _text(word, at + 28, y + 4, 11)]
        at += 44 + 6 * len(word)
    return parts

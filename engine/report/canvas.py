"""A drawing of a report, and how it becomes SVG or PNG: one style, and nothing of matplotlib's global state touched."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from engine.report.text import clean

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, PAPER = "#15191e", "#fefefe"  # become the ink and the paper of the page that an SVG lies in
GREY, UP, DOWN = "#8a8f98", "#d55e00", "#0072b2"
DPI = 300
STYLE = {
    "svg.fonttype": "none", "font.size": 8, "font.family": "sans-serif", "text.parse_math": False,
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"], "text.color": INK, "axes.labelcolor": INK,
    "axes.edgecolor": GREY, "axes.facecolor": "none", "axes.linewidth": 0.7, "axes.spines.top": False,
    "axes.spines.right": False, "axes.unicode_minus": True, "xtick.color": GREY, "ytick.color": GREY,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "xtick.labelsize": 7, "ytick.labelsize": 7,
    "legend.frameon": False, "legend.fontsize": 7, "lines.linewidth": 1.2, "savefig.bbox": None,
}  # fmt: skip
LOCK = threading.Lock()  # a style is the whole process's while it is in force


@dataclass(frozen=True)
class Drawing:
    """One figure: what it shows in words, and how it is drawn.

    `name` is its file and the prefix of its ids; `alt` says what a person who cannot see it should know; `caption`
    gives n, method and test; `width` and `height` are in inches.
    """

    name: str
    title: str
    alt: str
    caption: str
    draw: Callable[[Figure], None]
    width: float = 6.6
    height: float = 3.6


def svg(drawing: Drawing) -> str:
    """The drawing as an SVG file, text as text; the same bytes each time."""
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    return _save(drawing, format="svg", metadata=nothing, transparent=True).decode("utf-8")


def png(drawing: Drawing) -> bytes:
    """The drawing on white, 300 dots an inch; the same bytes each time."""
    return _save(drawing, format="png", metadata={"Software": None}, dpi=DPI, facecolor="white")


def inline(drawing: Drawing) -> str:
    """The drawing as an element of a page: ids of its own, a title and a description, the page's ink and paper."""
    text = svg(drawing)
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r'(?<=[ "(])(id="|xlink:href="#|url\(#)', rf"\1{drawing.name}-", text)
    text = text.replace(INK, "currentColor").replace(PAPER, "var(--paper)").replace(DOWN, "var(--down)")
    start, end = f"{drawing.name}-title", f"{drawing.name}-alt"
    head = (f'<svg role="img" aria-labelledby="{start} {end}" '
            f'viewBox="0 0 {72 * drawing.width:g} {72 * drawing.height:g}" xmlns="http://www.w3.org/2000/svg" '
            'xmlns:xlink="http://www.w3.org/1999/xlink">'
            f'<title id="{start}">{escape(clean(drawing.title))}</title>'
            f'<desc id="{end}">{escape(clean(drawing.alt))}</desc>')  # fmt: skip
    return head + re.sub(r"\n\s*", "\n", text[text.index(">") + 1 :]).strip()


def _save(drawing: Drawing, **how) -> bytes:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    content = io.BytesIO()
    with LOCK, rc_context({**STYLE, "svg.hashsalt": drawing.name}):
        figure = Figure(figsize=(drawing.width, drawing.height), layout="constrained")
        drawing.draw(figure)
        figure.savefig(content, **how)
    return content.getvalue()


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near those wanted, at least `gap` apart, from `low` up; they squeeze where there are too many."""
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed: list[float] = []
    for i in order:
        placed.append(max(wanted[i], low, placed[-1] + gap if placed else low))
    ceiling = high
    for place in reversed(range(len(placed))):
        placed[place] = min(placed[place], ceiling)
        ceiling = placed[place] - gap
    return [placed[order.index(i)] for i in range(len(wanted))]


def bare(axes: Axes) -> None:
    """Take away frame and ticks, as maps have none."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)

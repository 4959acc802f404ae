"""What the figures of a comparison share: clear paper, axes with their unit, a subtitle, labels that leave room."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import numpy as np

from app.figures.palette import GREY

HIDDEN = "rgba(0,0,0,0)"
FONT = {"family": "Inter, system-ui, sans-serif", "size": 12, "color": GREY}
BASE: dict[str, Any] = {
    "template": "none", "paper_bgcolor": HIDDEN, "plot_bgcolor": HIDDEN, "font": FONT, "hovermode": "closest",
    "hoverlabel": {"font": {"size": 12}, "align": "left"}, "separators": ".\u202f",
}  # fmt: skip
LINE = 16  # pixels of a line of the subtitle


def axis(title: str, *, standoff: int = 8) -> dict[str, Any]:
    """A quiet axis with its title."""
    return {"title": {"text": title, "standoff": standoff, "font": {"size": 12}}, "zeroline": False,
            "gridcolor": "#e2e6ea", "automargin": True}  # fmt: skip


def subtitle(lines: Sequence[str], *, letters: int = 100) -> tuple[dict[str, Any], int]:
    """Lines above a figure as its title, and the pixels that they take."""
    folded = [part for line in lines if line for part in wrap(line, letters)]
    down = 4 + LINE // 2 * max(len(folded) - 1, 0)  # Plotly hangs a title by its middle
    title = {"text": "<br>".join(folded), "font": {"size": 12}, "x": 0, "xref": "container", "xanchor": "left", "y": 1,
             "yref": "container", "yanchor": "top", "pad": {"t": down, "l": 4}}  # fmt: skip
    return title, 10 + LINE * len(folded)


def notes(lines: Sequence[str], *, letters: int = 100) -> tuple[dict[str, Any], int]:
    """As `subtitle`, for any number of lines: Plotly hangs two or more by the first of them."""
    title, above = subtitle(lines, letters=letters)
    return title | {"pad": {"t": 17 if "<br>" in title["text"] else 4, "l": 4}}, above


def spaced(x: np.ndarray, y: np.ndarray, words: Sequence[str], *, scale: tuple[float, float], most: int = 12,
           letter: float = 7, line: float = 15) -> list[int]:
    """Places of the points whose labels, set above them, do not overlap; earlier ones go first.

    Parameters
    ----------
    x, y
        Places, shape (n,).
    scale
        Pixels a unit of x and of y.
    """
    across, up = x * scale[0], y * scale[1]
    kept: list[int] = []
    for i in range(len(x)):
        free = all(abs(across[i] - across[j]) > letter * (len(words[i]) + len(words[j])) / 2 + 4
                   or abs(up[i] - up[j]) > line for j in kept)  # fmt: skip
        if free and len(kept) < most:
            kept.append(i)
    return kept


def apart(values: Sequence[float], gap: float) -> np.ndarray:
    """The values moved as little as needed, in their order, until neighbours are `gap` apart; shape as given."""
    values = np.asarray(values, dtype=float)
    order = np.argsort(values, kind="stable")
    blocks: list[list[Any]] = []  # centre, members; blocks that touch become one
    for i in order:
        blocks.append([values[i], [i]])
        while len(blocks) > 1 and blocks[-1][0] - blocks[-2][0] < gap * (len(blocks[-1][1]) + len(blocks[-2][1])) / 2:
            members = blocks[-2][1] + blocks[-1][1]
            blocks[-2:] = [[float(values[members].mean()), members]]
    moved = values.copy()
    for centre, members in blocks:
        moved[members] = centre + gap * (np.arange(len(members)) - (len(members) - 1) / 2)
    return moved

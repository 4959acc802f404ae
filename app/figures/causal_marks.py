"""How a node and an edge of a causal network look: predicted by fill and dashes, measured by a solid ring."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

import pandas as pd

from app.figures.palette import BLUE, VERMILLION

FULL_Z, FULL_FC = 5.0, 3.0  # |z| and |log2 fold change| of the strongest colour and the widest ring
COLLECTION = "HALLMARK_"  # stands before each name of a collection, and says nothing beside its others
WRAP = 18  # letters of a function's name in a line
BEND = 0.16  # how far an edge within a row bows, as a share of its length
SIZE = {"root": 30, "regulator": 30, "target": 22, "function": 26, "fold": 24}
SHAPE = {"root": "diamond", "regulator": "ellipse", "target": "ellipse", "function": "round-rectangle",
         "fold": "round-rectangle"}
ARROW = {1: "triangle", -1: "tee", 0: "circle"}
VERB = {1: "activates", -1: "inhibits", 0: "regulates"}
SIGNED = {1: "up", -1: "down", 0: "open"}
INKS = {  # by theme: paper, ink, muted, faint line, up, down
    "light": {"paper": "#ffffff", "ink": "#15191e", "muted": "#566070", "line": "#9aa3ad", "up": "#d55e00",
              "down": "#0072b2"},
    "dark": {"paper": "#171b1f", "ink": "#e7ebef", "muted": "#9ba6b2", "line": "#66707b", "up": "#f08a3c",
             "down": "#4ba8dc"},
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """The look of a node: shape and size, fill, ring (`up`, `down`, `still`, `none`) with its width, dashes, words."""

    shape: str
    size: int
    fill: str
    ring: str
    width: float
    predicted: bool
    label: str


def fill_of(z: float) -> str:
    """From blue over white to vermillion; none, which leaves the paper, where nothing is predicted."""
    if z != z:
        return ""
    strong, share = (VERMILLION if z > 0 else BLUE), min(abs(z) / FULL_Z, 1.0)
    parts = [round(255 + (int(strong[place : place + 2], 16) - 255) * share) for place in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)


def mark_of(name: str, row: pd.Series, *, max_fdr: float, min_log2fc: float) -> Mark:
    """The look of a node; a measured change is drawn where it passes both thresholds."""
    fc, passes = row["log2fc"], row["de_fdr"] <= max_fdr and abs(row["log2fc"]) >= min_log2fc
    ring = "none" if fc != fc else "still" if not passes else "up" if fc > 0 else "down"
    width = 2 + 3 * min(abs(fc) / FULL_FC, 1.0) if passes and fc == fc else 1.2
    predicted = row["z"] == row["z"]
    return Mark(SHAPE[row["kind"]], SIZE[row["kind"]], fill_of(row["z"]), ring, round(width, 1), predicted,
                "\n".join([*lines(name, row["kind"]), *filter(None, [numbers(row["z"], fc)])]))


def lines(name: str, kind: str) -> list[str]:
    """A gene in one line; the name of a function in lines of words."""
    if kind != "function":
        return [name]
    return wrap(name.removeprefix(COLLECTION).replace("_", " "), WRAP) or [name]


def numbers(z: float, fc: float) -> str:
    """`z 3.1 · ↑1.2`: what is predicted, then what was measured."""
    predicted = f"z {z:.1f}".replace("-", "\u2212") if z == z else ""
    measured = f"{'↑' if fc > 0 else '↓' if fc < 0 else ''}{abs(fc):.1f}" if fc == fc else ""
    return " · ".join(filter(None, [predicted, measured]))


def edge_width(weight: float) -> float:
    """1 to 3 pixels by the weight of an edge, 0 to 1."""
    return round(1 + 1.6 * min(max(abs(weight), 0.0), 1.0), 2) if weight == weight else 1.0

"""Volcano: how much closer or looser a gene's company became, against its false discovery rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.report.about import LEVEL, changed, done, permuted, ranked, sides, units
from engine.report.canvas import DOWN, GREY, INK, UP, Drawing, spread
from engine.report.text import short
from engine.words import listing, number, percent, whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from engine.types import Contrast

NAMED = 9  # genes with a label on each side


def volcano(contrast: Contrast) -> Drawing | None:
    """Net change of |correlation| against −log₁₀ FDR of the change of partners; None when that was not done."""
    if not done(contrast, "partners"):
        return None
    table, found = ranked(contrast, "partners"), changed(contrast)
    control, case = sides(contrast)
    hits = f"{whole(len(found))} of {whole(len(table))} genes lie below {percent(LEVEL)} FDR"
    best = f": first {listing([short(gene) for gene in found[:5]])}" if found else ""
    colours = " (vermillion: closer to the others in the case; blue: looser)" if found else ""
    return Drawing(
        "volcano", "Change of partners against false discovery rate",
        f"Scatter of {whole(len(table))} genes, net change of their correlations against minus log FDR. {hits}{best}.",
        f"Each point is a gene (n = {whole(len(table))}; {units(contrast)}). Across: mean change of |correlation| with "
        f"all other genes, {case} − {control}. Up: FDR of the change of partners ({permuted(contrast)}, "
        f"Benjamini–Hochberg). {hits}{colours}. "
        f"Dashed: the smallest FDR that these labellings allow, {number(contrast.facts['design']['smallest_fdr'])}.",
        lambda figure: _draw(figure, contrast), 6.6, 3.8,
    )  # fmt: skip


def _draw(figure: Figure, contrast: Contrast) -> None:
    table = ranked(contrast, "partners")
    x = table["net"].to_numpy(float)
    y = -np.log10(np.clip(table["partners_fdr"].to_numpy(float), 1e-300, 1))
    hit = table["partners_fdr"].to_numpy() < LEVEL
    axes = figure.subplots()
    for keep, colour, size in ((~hit, GREY, 8), (hit & (x >= 0), UP, 16), (hit & (x < 0), DOWN, 16)):
        axes.scatter(x[keep], y[keep], s=size, c=colour, alpha=0.85, linewidths=0)
    widest = 1.15 * max(np.nanmax(np.abs(x)), 0.01)
    smallest = contrast.facts["design"]["smallest_fdr"]
    tallest = 1.12 * max(y.max(), -np.log10(smallest) if smallest else 0, -np.log10(LEVEL))
    axes.set(xlim=(-1.75 * widest, 1.75 * widest), ylim=(-0.02 * tallest, tallest), ylabel="−log₁₀ FDR",
             xlabel="Mean change of |correlation| with all other genes")  # fmt: skip
    axes.axvline(0, color=GREY, linewidth=0.5)
    lines = [(LEVEL, f"{percent(LEVEL)} FDR", ":")]
    lines += [(smallest, f"smallest FDR\npossible, {number(smallest)}", "--")] if smallest and smallest < 1 else []
    _lines(axes, lines, tallest)
    names = np.array([short(gene, 16) for gene in table.index])
    for keep, side in ((hit & (x >= 0), 1), (hit & (x < 0), -1)):
        _name(axes, names[keep][:NAMED], x[keep][:NAMED], y[keep][:NAMED], side * 1.28 * widest)


def _lines(axes: Axes, lines: list[tuple[float, str, str]], tallest: float) -> None:
    """Levels across the picture, told beside it, where no gene can lie."""
    heights = [-np.log10(level) for level, _, _ in lines]
    places = spread(heights, 0.09 * tallest, 0.0, tallest)
    for (_, words, style), height, place in zip(lines, heights, places, strict=True):
        axes.axhline(height, color=INK, linewidth=0.8, linestyle=style)
        axes.annotate(words, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=6.5)


def _name(axes: Axes, names: np.ndarray, x: np.ndarray, y: np.ndarray, at: float) -> None:
    """Labels in a column at `at`, each tied to its point."""
    low, high = axes.get_ylim()
    room = high - low
    places = spread(y.tolist(), 0.05 * room, low + 0.03 * room, high - 0.03 * room)
    for name, px, py, place in zip(names, x, y, places, strict=True):
        axes.plot([px, 0.97 * at], [py, place], color=GREY, linewidth=0.4)
        axes.text(at, place, name, ha="left" if at > 0 else "right", va="center", fontsize=6.5)

"""Composition: the share of every cell type in every unit, control beside case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.report.about import LEVEL, sides
from engine.report.canvas import DOWN, GREY, INK, PAPER, UP, Drawing
from engine.report.text import short
from engine.words import listing, number, percent, plural, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from engine.types import Contrast

ROWS = 18


def composition(contrast: Contrast) -> Drawing | None:
    """Shares of the cell types by unit with their means; None where cell types are not known."""
    rows = by_p(contrast)
    if not rows:
        return None
    control, case = sides(contrast)
    moved = [row for row in rows if row["fdr"] is not None and row["fdr"] < LEVEL]
    told = (f"{listing([short(row['cell_type']) for row in moved])} changed in share at {percent(LEVEL)} FDR."
            if moved else f"No cell type changed in share at {percent(LEVEL)} FDR.")  # fmt: skip
    cut = f" The {ROWS} with the smallest p of {whole(len(rows))} are shown; the table has all." * (len(rows) > ROWS)
    shown = rows[:ROWS]
    return Drawing(
        "composition", "Share of each cell type",
        f"Shares of {plural(len(shown), 'cell type')}, {control} against {case}. {told}",
        f"Each small point is the share of a cell type among the cells of one unit; large marks are means: blue "
        f"circles {control}, vermillion squares {case}. {told} A change of composition can look like a change of "
        f"partners when all cells are taken together.{cut}",
        lambda figure: _draw(figure, contrast, shown), 6.6, 1.1 + 0.32 * len(shown),
    )  # fmt: skip


def by_p(contrast: Contrast) -> list[dict]:
    """Cell types of the composition, the smallest p first; those without one last."""
    return sorted(contrast.facts["composition"], key=lambda row: np.inf if _missing(row["p"]) else row["p"])


def _missing(value: float | None) -> bool:
    return value is None or not np.isfinite(value)


def _draw(figure: Figure, contrast: Contrast, rows: list[dict]) -> None:
    side_of = {unit["name"]: unit["level"] for unit in contrast.facts["units"]}
    axes, labels = figure.subplots(), sides(contrast)
    for place, row in enumerate(rows):
        for side, shift, colour, mark, label in (("control", -0.16, DOWN, "o", labels[0]),
                                                 ("case", 0.16, UP, "s", labels[1])):  # fmt: skip
            shares = [share for unit, share in row["units"].items() if side_of.get(unit) == side and share is not None]
            axes.plot(shares, np.full(len(shares), place + shift), mark, color=colour, markersize=3, alpha=0.7,
                      markeredgewidth=0)  # fmt: skip
            if row[side] is not None:
                axes.plot(row[side], place + shift, mark, color=colour, markersize=6, markeredgecolor=PAPER,
                          label=short(label, 24) if place == 0 else "")  # fmt: skip
        axes.annotate(f"FDR {number(row['fdr'])}", (1.01, place), xycoords=("axes fraction", "data"), va="center",
                      fontsize=6.5, color=INK)  # fmt: skip
        axes.axhline(place + 0.5, color=GREY, linewidth=0.3, alpha=0.5)
    axes.set_yticks(range(len(rows)), [short(row["cell_type"], 28) for row in rows])
    axes.set(ylim=(len(rows) - 0.5, -0.5), xlabel="Share of a unit's cells (%)")
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:g}")
    axes.set_xlim(left=0)
    figure.legend(loc="outside upper right", ncols=2)

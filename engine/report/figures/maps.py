"""Two maps of the same genes, control and case, in one space; those that changed their partners are ringed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.report.about import LEVEL, changed, sides
from engine.report.canvas import DOWN, GREY, UP, Drawing, bare
from engine.report.text import short
from engine.words import percent, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from engine.types import Contrast

NAMED = 6


def maps(contrast: Contrast) -> Drawing | None:
    """Both maps side by side; None when the genes were not placed."""
    if not contrast.placed:
        return None
    control, case = sides(contrast)
    found, n = changed(contrast), whole(len(contrast.genes))
    ringed = f"The {whole(len(found))} genes" if len(found) != 1 else "The one gene"
    rings = (f"{ringed} whose partners changed at {percent(LEVEL)} FDR ringed: vermillion closer to the others in "
             f"{case}, blue looser." if found else f"No gene changed its partners at {percent(LEVEL)} FDR; none is "
             "ringed.")  # fmt: skip
    return Drawing(
        "maps", f"The genes of {control} and of {case} in one space",
        f"Two maps of the same {n} genes, left {control}, right {case}. {rings}",
        f"Each point is a gene (n = {n}) at the mean of its places over the units of a condition; both maps have the "
        f"same axes (UMAP), so a gene can be followed from one to the other. {rings}",
        lambda figure: _draw(figure, contrast, set(found)), 6.6, 3.5,
    )  # fmt: skip


def _draw(figure: Figure, contrast: Contrast, found: set[str]) -> None:
    net = contrast.table["net"].to_numpy(float)
    hit = np.isin(contrast.genes, list(found))
    first = contrast.table["rank"].to_numpy()
    named = [place for place in np.argsort(first, kind="stable") if hit[place]][:NAMED]
    limits = _limits(np.vstack([contrast.adata.obsm[f"umap_{side}"] for side in ("control", "case")]))
    panels = figure.subplots(1, 2)
    for axes, side, title in zip(panels, ("control", "case"), sides(contrast), strict=True):
        places = np.asarray(contrast.adata.obsm[f"umap_{side}"])
        axes.scatter(*places.T, s=7, c=GREY, alpha=0.6, linewidths=0)
        for keep, colour in ((hit & (net >= 0), UP), (hit & (net < 0), DOWN)):
            axes.scatter(*places[keep].T, s=30, facecolors="none", edgecolors=colour, linewidths=1.1)
        for place in _apart(places, named, limits[0][1] - limits[0][0]):
            axes.annotate(short(contrast.genes[place], 14), places[place], xytext=(4, 3), fontsize=6.5,
                          textcoords="offset points")  # fmt: skip
        axes.set_title(short(title), fontsize=9)
        axes.set(xlim=limits[0], ylim=limits[1], aspect="equal")
        bare(axes)
        axes.set_xlabel("UMAP 1", fontsize=6.5, loc="left")
        axes.set_ylabel("UMAP 2", fontsize=6.5, loc="bottom")


def _apart(places: np.ndarray, named: list[int], width: float) -> list[int]:
    """Those whose labels do not lie on one before."""
    free: list[int] = []
    for place in named:
        gaps = np.abs(places[free] - places[place]) / width
        if not free or ((gaps[:, 0] > 0.25) | (gaps[:, 1] > 0.045)).all():
            free.append(place)
    return free


def _limits(places: np.ndarray) -> tuple[tuple[float, float], tuple[float, float]]:
    """The same square window for both maps."""
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    half = 0.55 * max(float(np.ptp(places, axis=0).max()), 1e-6)
    return (middle[0] - half, middle[0] + half), (middle[1] - half, middle[1] + half)

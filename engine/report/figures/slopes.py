"""Slope chart of one gene: its correlations with its partners then and now, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.report.about import sides
from engine.report.canvas import DOWN, GREY, UP, Drawing, spread
from engine.report.text import short
from engine.tl.changed import partners_of
from engine.words import listing, number, whole

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from engine.types import Contrast

MOVED, KEPT = 8, 3  # partners drawn
LOOKS = {"gained": (UP, "-", 1.4), "lost": (DOWN, "-", 1.4), "kept": (GREY, "-", 1.0), "unclear": (GREY, ":", 1.0)}


def slopes(contrast: Contrast, gene: str, place: int) -> Drawing:
    """The partners of a gene that changed most, and those it kept; `place` numbers the drawing."""
    table = partners_of(contrast, gene)
    chosen, told = choose(table), story(contrast, gene, table)
    control, case = sides(contrast)
    return Drawing(
        f"gene-{place}", f"{short(gene)} and its partners",
        f"Slope chart of the correlations of {short(gene)} with {len(chosen)} genes, {control} to {case}. {told}",
        told, lambda figure: _draw(figure, contrast, gene, chosen), 3.25, 2.9,
    )  # fmt: skip


def choose(table: pd.DataFrame) -> pd.DataFrame:
    """Gained and lost partners with the largest change, kept ones with the largest correlation, else the next best."""
    import pandas as pd

    moved = table[table["state"].isin(["gained", "lost"])][:MOVED]
    kept = table[table["state"] == "kept"].sort_values("case", key=abs, ascending=False, kind="stable")[:KEPT]
    rest = table[table["state"] == "unclear"][: max(0, 5 - len(moved) - len(kept))]
    return pd.concat([rest, kept, moved[::-1]])


def story(contrast: Contrast, gene: str, table: pd.DataFrame) -> str:
    """Rank, FDR, and how many partners went and came."""
    row, counts = contrast.table.loc[gene], table["state"].value_counts()
    first = table["state"].isin(["gained", "lost"]).to_numpy()
    best = [short(name, 16) for name in table["partner"][first][:3]]
    among = f"; most of all {listing(best)}" if best else ""
    return (f"Rank {whole(row['rank'])}, FDR {number(float(row['partners_fdr']))}: {whole(counts.get('gained', 0))} "
            f"partners gained, {whole(counts.get('lost', 0))} lost{among}.")  # fmt: skip


def _draw(figure: Figure, contrast: Contrast, gene: str, chosen: pd.DataFrame) -> None:
    axes = figure.subplots()
    for row in chosen.itertuples():
        colour, style, width = LOOKS[row.state]
        axes.plot([0, 1], [row.control, row.case], color=colour, linestyle=style, linewidth=width, alpha=0.9)
        for x, value, low, high in ((0, row.control, row.control_low, row.control_high),
                                    (1, row.case, row.case_low, row.case_high)):  # fmt: skip
            axes.plot([x, x], [low, high], color=colour, linewidth=0.8, alpha=0.6)
            axes.plot(x, value, "o", color=colour, markersize=3)
    axes.axhline(0, color=GREY, linewidth=0.5)
    low, high = axes.get_ylim()
    places = spread(chosen["case"].tolist(), 0.068 * (high - low), low, high)
    for row, place in zip(chosen.itertuples(), places, strict=True):
        axes.plot([1.04, 1.14], [row.case, place], color=GREY, linewidth=0.4)
        axes.text(1.17, place, short(row.partner, 14), va="center", fontsize=6.5)
    axes.set(xlim=(-0.12, 1.75), ylim=(low, high), ylabel=f"Correlation with {short(gene, 18)}")
    axes.set_xticks([0, 1], [short(side, 16) for side in sides(contrast)])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0)

"""Enrichment as bubbles: terms by false discovery rate, genes found by size, share of the term by colour."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from engine.report.about import LEVEL
from engine.report.canvas import INK, Drawing
from engine.report.tables import alone
from engine.report.text import short
from engine.words import number, percent, plural, whole

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

ROWS = 15


def enrichment(table: pd.DataFrame) -> Drawing | None:
    """The terms with the smallest FDR; None when the table has no row."""
    table = table[np.isfinite(table["fdr"].astype(float))]
    if table.empty:
        return None
    shown = alone(table).sort_values(["fdr", "p", "term"], kind="stable")[:ROWS]
    hits = int((table["fdr"] < LEVEL).sum())
    best = shown.iloc[0]
    told = f"{plural(hits, 'term')} of {whole(len(table))} tested below {percent(LEVEL)} FDR."
    return Drawing(
        "enrichment", "What the changed genes have in common",
        f"Bubbles of {plural(len(shown), 'term')}. {told} First: {short(best['term'].replace('_', ' '), 80)}, "
        f"FDR {number(float(best['fdr']))}.",
        f"The {plural(len(shown), 'term')} with the smallest FDR{', like terms folded' * ('like' in table)}. {told} "
        "Across: FDR (Benjamini–Hochberg over all terms tested). Area: genes found in the term. Colour: share of the "
        "term's genes that were found. Dotted: "
        f"{percent(LEVEL)} FDR.",
        lambda figure: _draw(figure, shown), 6.6, 1.2 + 0.3 * len(shown),
    )  # fmt: skip


def _two_lines(term: str) -> str:
    return "\n".join(textwrap.wrap(short(term.replace("_", " "), 66), 36)[:2])


def _draw(figure: Figure, table: pd.DataFrame) -> None:
    axes = figure.subplots()
    x = -np.log10(np.clip(table["fdr"].to_numpy(float), 1e-300, 1))
    overlap, size = table["overlap"].to_numpy(float), table["size"].to_numpy(float)
    share = 100 * np.divide(overlap, size, out=np.zeros_like(size), where=size > 0)
    scale = 160 / max(overlap.max(), 1)
    drawn = axes.scatter(x, np.arange(len(table)), s=np.maximum(scale * overlap, 4), c=share, cmap="cividis",
                         edgecolors=INK, linewidths=0.4, zorder=3)  # fmt: skip
    axes.axvline(-np.log10(LEVEL), color=INK, linewidth=0.8, linestyle=":")
    axes.set_yticks(np.arange(len(table)), [_two_lines(term) for term in table["term"]])
    widest = max(x.max(), 1.5)
    axes.set(ylim=(len(table) - 0.4, -0.6), xlabel="−log₁₀ FDR", xlim=(-0.05 * widest, 1.12 * widest))
    axes.grid(axis="y", linewidth=0.3, alpha=0.5)
    bar = figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=14, pad=0.02)
    bar.set_label("Share of the term found (%)", fontsize=7)
    bar.outline.set_visible(False)
    handles = [axes.scatter([], [], s=max(scale * n, 4), facecolors="none", edgecolors=INK, label=whole(n))
               for n in sorted({1, int(np.ceil(overlap.max() / 2)), int(overlap.max())} - {0})]  # fmt: skip
    axes.legend(handles=handles, title="Genes", title_fontsize=7, loc="lower right", labelspacing=1.0)

"""Regulators by predicted activity: bars that stay hollow, since nobody measured it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.report.canvas import DOWN, GREY, UP, Drawing
from engine.report.text import short
from engine.words import number, plural, whole

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

ROWS, ENOUGH = 20, 2.0  # |z| that is called an activity


def regulators(table: pd.DataFrame) -> Drawing | None:
    """Those with the smallest FDR that have a z; None when there are none."""
    signed = table[np.isfinite(table["z"].astype(float))]
    if signed.empty:
        return None
    shown = signed.sort_values(["fdr", "p", "regulator"], kind="stable")[:ROWS]
    shown = shown.sort_values("z", ascending=False, kind="stable")
    called = int((signed["z"].abs() >= ENOUGH).sum())
    first = shown.iloc[int(np.argmax(shown["z"].abs().to_numpy()))]
    told = f"{plural(called, 'regulator')} of {whole(len(signed))} with signed targets have |z| of 2 or more."
    return Drawing(
        "regulators", "Regulators above the change, by predicted activity",
        f"Bars of the activity z of {plural(len(shown), 'regulator')}. {told} The largest: "
        f"{short(first['regulator'])}, z {number(float(first['z']))}.",
        f"The {plural(len(shown), 'regulator')} whose targets changed most often (smallest FDR of the overlap). Bars: "
        "z of the activity that the directions of its targets suggest, vermillion more active in the case, blue less. "
        f"Hollow: predicted, not measured. Dotted: |z| = 2. {told}",
        lambda figure: _draw(figure, shown), 6.6, 1.0 + 0.22 * len(shown),
    )  # fmt: skip


def _draw(figure: Figure, table: pd.DataFrame) -> None:
    axes, z = figure.subplots(), table["z"].to_numpy(float)
    axes.barh(np.arange(len(z)), z, height=0.66, facecolor="none", edgecolor=[UP if v >= 0 else DOWN for v in z],
              linewidth=1.3)  # fmt: skip
    axes.axvline(0, color=GREY, linewidth=0.7)
    for limit in (-ENOUGH, ENOUGH):
        axes.axvline(limit, color=GREY, linewidth=0.8, linestyle=":")
    widest = 1.15 * max(np.abs(z).max(), ENOUGH)
    axes.set_yticks(np.arange(len(z)), [short(name, 24) for name in table["regulator"]])
    axes.set(xlim=(-widest, widest), ylim=(len(z) - 0.4, -0.6), xlabel="Predicted activity (z)")

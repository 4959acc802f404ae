"""Heat map of the modules: how closely their genes go together in every unit, control beside case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.report.about import sides
from engine.report.canvas import GREY, UP, Drawing
from engine.report.text import short
from engine.words import number, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from engine.types import Contrast

COLD = "#0072b3"  # not quite DOWN, which a dark page makes brighter: cells keep the colours of their bar
ROWS, COLUMNS = 20, 40  # most that can be read


def modules(contrast: Contrast) -> Drawing | None:
    """Mean correlation within each module, by unit, or by condition where there are too many; None without modules."""
    shown = modules_shown(contrast)
    if not shown:
        return None
    names, values, n_control = grid(contrast)
    by = "unit" if len(names) > 2 else "condition"
    control, case = sides(contrast)
    change = _numbers([[module["case"], module["control"]] for module in shown]) @ [1, -1]
    most = shown[int(np.argmax(np.nan_to_num(np.abs(change))))]
    told = (f"Module {short(most['name'])} changed most: {number(most['control'])} in {control}, "
            f"{number(most['case'])} in {case}.")  # fmt: skip
    return Drawing(
        "modules", f"How closely the genes of each module go together, by {by}",
        f"Heat map of {len(shown)} modules in {len(names)} columns. {told}",
        f"Mean correlation between the genes of a module (rows; number of genes in brackets) in each {by} (columns; "
        f"{control} left of the gap, {case} right of it). Vermillion: they rise together; blue: they replace one "
        f"another; white: 0. {told}" + _left_out(sum(module["n"] > 1 for module in contrast.facts["modules"])),
        lambda figure: _draw(figure, contrast, names, values, n_control), 6.6, min(1.6 + 0.22 * len(shown), 6.5),
    )  # fmt: skip


def modules_shown(contrast: Contrast) -> list[dict]:
    """The largest modules; a gene alone makes none."""
    return [module for module in contrast.facts["modules"] if module["n"] > 1][:ROWS]


def grid(contrast: Contrast) -> tuple[list[str], np.ndarray, int]:
    """Names of the columns, control first; mean correlations, shape (n_modules, n_columns); how many are control."""
    shown, facts = modules_shown(contrast), contrast.facts
    known = {name for module in shown for name in module["units"]}
    by_side = [[unit["name"] for unit in facts["units"] if unit["level"] == side and unit["name"] in known]
               for side in ("control", "case")]  # fmt: skip
    if not all(by_side) or sum(map(len, by_side)) > COLUMNS:
        return list(sides(contrast)), _numbers([[m["control"], m["case"]] for m in shown]), 1
    names = by_side[0] + by_side[1]
    return names, _numbers([[m["units"].get(name) for name in names] for m in shown]), len(by_side[0])


def _numbers(rows: list[list[float | None]]) -> np.ndarray:
    return np.array([[np.nan if value is None else value for value in row] for row in rows], float)


def _left_out(n: int) -> str:
    return f" The {ROWS} largest of {whole(n)} modules are shown; the table has all." if n > ROWS else ""


def _draw(figure: Figure, contrast: Contrast, names: list[str], values: np.ndarray, n_control: int) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    signed = LinearSegmentedColormap.from_list("signed", [COLD, "#ffffff", UP]).with_extremes(bad=GREY)
    widest = max(np.nanmax(np.abs(values), initial=0.0, where=np.isfinite(values)), 0.1)
    shares = [n_control, len(names) - n_control]
    panels = figure.subplots(1, 2, sharey=True, width_ratios=shares)
    for axes, block, title, columns in zip(panels, np.split(values, [n_control], axis=1), sides(contrast),
                                           (names[:n_control], names[n_control:]), strict=True):  # fmt: skip
        drawn = axes.pcolormesh(np.ma.masked_invalid(block), cmap=signed, vmin=-widest, vmax=widest, linewidth=0.4,
                                edgecolor="white")  # fmt: skip
        axes.set_title(short(title), fontsize=8)
        axes.set_xticks(np.arange(len(columns)) + 0.5, [short(name.removeprefix(f"{title}, "), 20) for name in columns],
                        rotation=90 if max(map(len, columns)) > 4 else 0)  # fmt: skip
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
    rows = modules_shown(contrast)
    panels[0].set_yticks(np.arange(len(rows)) + 0.5, [f"{short(m['name'], 18)} ({whole(m['n'])})" for m in rows])
    panels[0].invert_yaxis()
    bar = figure.colorbar(drawn, ax=panels, shrink=0.9, pad=0.02, aspect=14)
    bar.set_label("Mean correlation", fontsize=7)
    bar.outline.set_visible(False)

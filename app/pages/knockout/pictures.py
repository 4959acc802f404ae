"""The picture in view: bars, predicted against measured, the way through the network; each with its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from app import knockout_company
from app.figures.cell_shift import cell_shift_figure
from app.figures.knockout_bars import bars_figure, signed, strongest
from app.figures.knockout_path import path_figure, shortest
from app.figures.predicted_measured import both_told, correlation, scatter_figure
from app.pages.knockout import ids
from app.pages.knockout.frames import framed, nothing
from app.pages.knockout.view import KnockoutView
from app.pages.knockout.words import asked, basis_words, cautioned, lines_of, method_words
from app.words import number, plural, thin, whole
from engine.errors import GeneweaveError
from engine.types.shown import by_errors, only_measured

if TYPE_CHECKING:
    from engine.store import Store
    from engine.types import CellShift, KnockoutEffect, KnockoutModel

ENDS = 24  # genes that the picture of the way leads to


def bars(store: Store, name: str, model: KnockoutModel, effect: KnockoutEffect, view: KnockoutView) -> html.Div:
    """The strongest changes."""
    rows = strongest(effect.table, k=view.k, way=view.way, sort=view.sort, hide=view.hide)
    if rows.empty:
        way = {"up": " upward", "down": " downward"}.get(view.way, "")
        return nothing("No gene changes" + way, "Choose other bars above, or another gene.")
    which = {"size": "largest", "sure": "surest", "name": "largest, by name"}[view.sort]
    drawn = f"The {len(rows)} {which} changes of {plural(len(effect.table), 'gene')}"
    if only_measured(effect.table):
        by = " over their standard errors" if by_errors(effect.table) else ""
        drawn = f"The {len(rows)} measured changes that are largest{by}, of {plural(len(effect.table), 'gene')}"
    figure = bars_figure(rows, unit=effect.evidence["scale"], level=view.coverage,
                         lines=lines_of(view, model, effect, drawn), simulated=model.basis == "network")
    return framed(ids.BARS, figure, view, "bars", words=f"Bars. {drawn}. The table below has every gene.")


def measured(store: Store, name: str, model: KnockoutModel, effect: KnockoutEffect, view: KnockoutView) -> html.Div:
    """Predicted against measured, with the correlation of the mean beside ours."""
    rows = both_told(effect.table)
    if rows.empty:
        if only_measured(effect.table):
            return nothing("No prediction to compare with", "What was measured is under Strongest changes. A baseline "
                           "above, such as the mean of all, can be asked for any gene.")  # fmt: skip
        return nothing("Nothing measured to compare with", "This perturbation is not in the screen: its prediction "
                       "can only be checked by an experiment. How such predictions did on left-out perturbations is "
                       "told beside the picture.")  # fmt: skip
    ours = correlation(rows["change"], rows["measured"])
    mean = correlation(mean_without(model, effect.name, rows.index), rows["measured"])
    said = (f"{plural(len(rows), 'gene')}, without the target; Pearson's r {_r(ours)}, of the mean of the other "
            f"perturbations {_r(mean)}")  # fmt: skip
    said += "" if effect.evidence.get("left_out") else "; this perturbation was among what was learned from"
    lines = lines_of(view, model, effect, said)
    if np.isfinite(ours) and np.isfinite(mean) and mean >= ours:
        lines.append("⚠ The mean of the other perturbations agrees with what was measured at least as well.")
    figure = scatter_figure(effect.table, unit=effect.evidence["scale"], lines=lines, level=view.coverage)
    return framed(ids.SCATTER, figure, view, "measured", zoom=True,
                  words=f"Predicted against measured changes of {said}.")


def mean_without(model: KnockoutModel, name: str, genes: Any) -> np.ndarray:
    """Mean change over the single perturbations of a screen but `name`, shape (n_genes,)."""
    adata = model.adata
    rows = np.array(["+" not in other and other != name for other in adata.obs_names])
    if not rows.any():
        return np.full(len(genes), np.nan)
    return adata.X[rows].mean(axis=0, dtype=np.float64)[adata.var_names.get_indexer(genes)]


def path(store: Store, name: str, model: KnockoutModel, effect: KnockoutEffect, view: KnockoutView) -> html.Div:
    """The shortest ways through the network to the strongest changes."""
    ends = strongest(effect.table, k=ENDS, hide=True).index.tolist()
    told = [(edge["regulator"], edge["target"], edge["sign"]) for edge in effect.evidence.get("path") or []]
    edges, steps = shortest(told, view.genes, ends)
    if not edges:
        return nothing("No way to draw", "No edge of the network leads from this gene to one that changes.")
    said = f"Shortest ways to {len([gene for gene in ends if gene in steps])} of the {len(ends)} largest changes"
    lines = [*lines_of(view, model, effect, said),
             "An arrow and a solid line raise, a square and a dashed line lower; rings are predicted, ▴ up, ▾ down"]
    figure = path_figure(edges, steps, effect.table, lines=lines)
    return framed(ids.PATH, figure, view, "path", words=f"{said}, drawn from left to right.")


def cells(store: Store, name: str, model: KnockoutModel, effect: KnockoutEffect, view: KnockoutView) -> html.Div:
    """Arrows on the map of the cells, against shuffled changes; and towards which cell types."""
    from engine.knockout.network_shift import ALWAYS

    try:
        found = knockout_company.shift(store, name, view.genes, cell_type=view.cell_type, dose=view.dose)
    except GeneweaveError as fault:
        return nothing("The cells are led nowhere", thin(str(fault)))
    adata = model.adata
    said = f"{asked(view, model.facts)}: where the cells are led; {basis_words(model)}; {method_words(effect.method)}"
    own = [f"⚠ {thin(text)}" for text in found.facts["warnings"] if text not in ALWAYS]
    lines = [said, *cautioned(model.facts, effect), *own]
    figure = cell_shift_figure(adata.obsm["X_umap"], adata.obs["cell_type"].to_numpy(), found, lines=lines)
    return framed(ids.SHIFT, figure, view, "cells", zoom=True, below=[towards(found)],
                  words="Map of the cells with an arrow a square. The table below it says which cell types they near.")


def towards(found: CellShift) -> html.Div:
    """Which cell types the changed cells would look more, or less, alike; and what is so of every such map."""
    from engine.knockout.network_shift import ALWAYS

    always = [html.P(text, className="gw-muted gw-small") for text in ALWAYS]
    if found.towards.empty:
        why = html.P("Cells of one type have no other to near. Give the study a column of cell types to see which.")
        return html.Div([why, *always], className="ko-towards")
    head = html.Tr([html.Th("Cell type", scope="col"), *(
        html.Th(word, scope="col", className="gw-num", title=about) for word, about in (
            ("Cells", "That are led"), ("Towards it", "Mean cosine of a cell's change with the way to the type; below "
             "0 it leads away"), ("By chance", "Middle nine tenths of shuffled changes"), ("p", "Two-sided"),
            ("FDR", "Benjamini–Hochberg over the types")))])  # fmt: skip
    rows = [html.Tr([
        html.Td(str(row.Index)), html.Td(whole(row.n_cells), className="gw-num"),
        html.Td(signed(row.score), className="gw-num"),
        html.Td(f"{signed(row.null_low)} to {signed(row.null_high)}", className="gw-num"),
        html.Td(number(row.p), className="gw-num"), html.Td(number(row.fdr), className="gw-num"),
    ]) for row in found.towards.itertuples()]  # fmt: skip
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="atlas-table")
    return html.Div([table, *always], className="ko-towards")


def _r(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212") if np.isfinite(value) else "not told"

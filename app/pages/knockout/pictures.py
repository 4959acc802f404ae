"""The picture in view: bars, predicted against measured, the way through the network; each with its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import dcc, html

from app.components.alert import alert
from app.components.graph import graph
from app.components.page_header import icon
from app.figures.knockout_bars import bars_figure, strongest
from app.figures.knockout_path import path_figure, shortest
from app.figures.predicted_measured import both_told, correlation, scatter_figure
from app.pages.knockout import ids
from app.pages.knockout.how import how
from app.pages.knockout.view import KnockoutView
from app.pages.knockout.words import lines_of
from app.words import plural

if TYPE_CHECKING:
    from engine.types import KnockoutEffect, KnockoutModel

ENDS = 24  # genes that the picture of the way leads to


def bars(model: KnockoutModel, effect: KnockoutEffect, view: KnockoutView) -> html.Div:
    """The strongest changes."""
    rows = strongest(effect.table, k=view.k, way=view.way, sort=view.sort, hide=view.hide)
    if rows.empty:
        way = {"up": " upward", "down": " downward"}.get(view.way, "")
        return nothing("No gene changes" + way, "Choose other bars above, or another gene.")
    which = {"size": "largest", "sure": "surest", "name": "largest, by name"}[view.sort]
    drawn = f"The {len(rows)} {which} changes of {plural(len(effect.table), 'gene')}"
    figure = bars_figure(rows, unit=effect.evidence["scale"], level=view.coverage,
                         lines=lines_of(view, model, effect, drawn))
    return framed(ids.BARS, figure, view, "bars", words=f"Bars. {drawn}. The table below has every gene.")


def measured(model: KnockoutModel, effect: KnockoutEffect, view: KnockoutView) -> html.Div:
    """Predicted against measured, with the correlation of the mean beside ours."""
    rows = both_told(effect.table)
    if rows.empty:
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
    singles = [n for n in adata.obs_names.astype(str) if "+" not in n and n != name]
    return np.asarray(adata[singles, list(genes)].X, np.float64).mean(axis=0)


def path(model: KnockoutModel, effect: KnockoutEffect, view: KnockoutView) -> html.Div:
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


def framed(graph_id: str, figure: Any, view: KnockoutView, which: str, *, words: str, zoom: bool = False,
           below: list[Any] | None = None) -> html.Div:
    """A figure with its files and how it was made."""
    name = f"knockout-{'-'.join(view.genes)}-{which}"
    files = [html.Span("Table", className="gw-muted gw-small"), file_button(which, "tsv")]
    copy = html.Button([icon("copy"), "Copy link"], type="button", className="gw-button-small",
                       title="The address of this very view", **{"data-ko-link": "1"})
    made = graph(graph_id, figure, name=name, zoom=zoom, more=[how(which), copy, *files])
    frame = html.Div(made, className="cmp-figure", role="group", **{"aria-label": words})
    return html.Div([frame, *(below or [])], className="cmp-picture")


def file_button(which: str, ending: str, *, words: str = "") -> html.Button:
    """Saves a table."""
    return html.Button(words or ending.upper(), id={"type": ids.FILE, "which": which, "ending": ending}, type="button",
                       className="gw-button-small", title=f"Save the table behind it as {ending.upper()}")


def nothing(title: str, text: str, action: str = "", href: str = "") -> html.Div:
    """Why there is no picture, and what to do."""
    link = [dcc.Link(action, href=href, className="gw-button-quiet")] if action else []
    return html.Div([html.Div(className="gw-drawing gw-drawing-knockout"), html.H2(title), html.P(text), *link],
                    className="gw-empty ko-empty")


def refused(fault: str) -> html.Div:
    """The sentence that stands where the picture would be."""
    return html.Div([alert(fault), nothing("No prediction", "Choose another gene, method or level above.")],
                    className="gw-stack")


def _r(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212") if np.isfinite(value) else "not told"

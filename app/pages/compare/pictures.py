"""The picture in view: two maps, volcano, modules or cell types; each with its files and how it was made."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import numpy as np
from dash import dcc, html

from app.components.graph import graph
from app.components.module_map import module_grid, module_map
from app.components.page_header import icon
from app.figures.composition import composition_figure
from app.figures.contrast_maps import Colouring, maps_figure
from app.figures.volcano import LEAST, volcano_figure
from app.pages.compare import ids
from app.pages.compare.how import how
from app.pages.compare.inspector import small
from app.pages.compare.view import CompareView, changed, done
from app.pages.compare.words import ARM, PERMUTED, lines_of, per_cent, reach, signed, test_said
from app.words import plural
from engine.types import Contrast

TOOLS = (("pan", "Move", ""), ("lasso", "Lasso", "l"), ("select", "Box", "b"), ("fit", "Show all", ""))
SIMPSON = ("All cells and one type can disagree (Simpson’s paradox): a changed mix of cell types makes genes seem to "
           "gain or lose company where no cell changed. What holds within a type is a change of its cells. The choice "
           "of cells above leads from one to the other.")  # fmt: skip


def picture(contrast: Contrast, view: CompareView, *, gene: str = "") -> html.Div:
    """The part of the page that a view shows."""
    made = {"maps": maps, "volcano": volcano, "modules": modules, "cells": shares}[view.view]
    return made(contrast, view, gene)


def maps(contrast: Contrast, view: CompareView, gene: str) -> html.Div:
    """Both conditions in the shared space; what to do where there is no such space."""
    if not contrast.placed:
        return _nothing("The genes were not placed in a shared space",
                        "Compare again with the shared space of donors, and the two maps appear here. The other "
                        "pictures and the table are complete.", "Compare again", again(contrast, space="donors"))
    hits, facts = changed(contrast, view.arm, view.fdr), contrast.facts
    places = {side: np.asarray(contrast.adata.obsm[f"umap_{side}"], dtype=float) for side in ("control", "case")}
    ring = f"below {per_cent(view.fdr)} FDR ({len(hits)})"
    figure = maps_figure(
        places, contrast.genes, colouring(contrast, view), ringed=hits, hover=hover(contrast, view), chosen=gene,
        titles={"control": facts["control"], "case": facts["case"]}, ring_words=ring,
        lines=lines_of(contrast, f"MuSe-GNN, UMAP; {test_said(facts, view.arm)}"),
    )  # fmt: skip
    tools = [html.Button([icon(_ICONS[name]), word], type="button", className="gw-button-small", title=f"{word} ({key})"
                         if key else word, **{"data-cmp-tool": name, "aria-pressed": str(name == "pan").lower()})
             for name, word, key in TOOLS]  # fmt: skip
    bar = html.Div(tools, className="gw-row cmp-tools", role="toolbar", **{"aria-label": "Map tools"})
    return _framed(ids.MAPS, figure, contrast, "maps", zoom=True, more=[bar], words=(
        "Two maps of the same genes, control on the left and case on the right. The table below has the same genes; "
        "Enter on a row opens its card."))


_ICONS = {"pan": "pan", "lasso": "lasso", "select": "box", "fit": "fit"}


def colouring(contrast: Contrast, view: CompareView) -> Colouring:
    """What the points of the maps are coloured by."""
    if view.colour == "module" or not done(contrast, view.arm):
        return Colouring("Module", contrast.table["module"].astype(str).to_numpy())
    if view.colour == "change":
        return Colouring(ARM[view.arm][0], np.abs(contrast.table[view.arm].to_numpy(float)),
                         "|log2 FC|" if view.arm == "expression" else "change")
    fdr = contrast.table[f"{view.arm}_fdr"].to_numpy(float)
    return Colouring("Significance", -np.log10(np.maximum(fdr, LEAST)), "−log10 FDR")


def hover(contrast: Contrast, view: CompareView) -> dict[str, list[str]]:
    """For each side the words of each gene."""
    facts, found = contrast.facts, {}
    for side in ("control", "case"):
        rows = zip(contrast.genes, contrast.table["module"], contrast.table[f"mean_{side}"], contrast.table["net"],
                   contrast.table[f"{view.arm}_fdr"], strict=True)  # fmt: skip
        found[side] = [f"<b>{gene}</b> in {facts[side]}<br>module {module}, mean expression {mean:.2f}<br>"
                       f"net change of company {signed(net, 3)}<br>FDR {small(fdr)} ({ARM[view.arm][0].lower()})"
                       for gene, module, mean, net, fdr in rows]  # fmt: skip
    return found


def volcano(contrast: Contrast, view: CompareView, gene: str) -> html.Div:
    """Change against FDR of the chosen arm."""
    if not done(contrast, view.arm):
        return _nothing(f"{ARM[view.arm][0]} was not computed", "Choose another arm above, or compare again with the "
                        "shared space of donors.", "Compare again", again(contrast, space="donors"))
    smallest = reach(contrast.facts) if view.arm in PERMUTED else None
    lines = lines_of(contrast, f"{ARM[view.arm][0].lower()}, {test_said(contrast.facts, view.arm)}")
    figure = volcano_figure(contrast.table, arm=view.arm, level=view.fdr, smallest=smallest, chosen=gene, lines=lines)
    return _framed(ids.VOLCANO, figure, contrast, "volcano", zoom=True,
                   words="Volcano of change against FDR. The table below has the same genes.")


def modules(contrast: Contrast, view: CompareView, gene: str) -> html.Div:
    """Modules against units, with buttons that list the genes of each."""
    facts = contrast.facts
    if not facts["modules"]:
        return _nothing("No module was found", "The compared genes do not fall into groups that keep company.", "", "")
    grid = module_grid(facts["modules"], facts["units"])
    names = {"control": facts["control"], "case": facts["case"]}
    lines = lines_of(contrast, "mean CS-CORE correlation within a module", n=plural(len(facts["modules"]), "module"))
    figure = module_map(grid, conditions=names, lines=lines)
    buttons = [html.Button([f"Module {m['name']} ", html.Span(_then_now(m), className="gw-muted")], type="button",
                           className="gw-button-small", title=f"List the {m['n']} genes of module {m['name']}",
                           **{"data-cmp-module": m["name"]}) for m in facts["modules"]]  # fmt: skip
    return _framed(ids.MODULES, figure, contrast, "modules", words="Heat map of modules against units.", below=[
        html.P("Click a module to list its genes; the numbers are its mean correlation then → now.",
               className="gw-muted gw-small"),
        html.Div(buttons, className="gw-row cmp-modules")])  # fmt: skip


def _then_now(module: dict[str, Any]) -> str:
    return " → ".join("–" if module[side] is None else f"{module[side]:.2f}".replace("-", "\u2212")
                      for side in ("control", "case"))


def shares(contrast: Contrast, view: CompareView, gene: str) -> html.Div:
    """Composition, and the ways to compare without a cell type."""
    facts = contrast.facts
    if not facts["composition"]:
        if facts["cell_type"]:
            return _nothing("No cell types to count", f"This comparison is within one cell type, {facts['cell_type']}.",
                            "", "")
        return _nothing("No cell types to count",
                        "The study names no column of cell types, so that a change of their mix can hide behind what "
                        "is found. Name the column in the study, and compare again.", "Open Studies", "/studies")
    levels = {unit["name"]: unit["level"] for unit in facts["units"]}
    names = {"control": facts["control"], "case": facts["case"]}
    lines = lines_of(contrast, "share of each cell type by unit, FDR by Benjamini–Hochberg",
                     n=plural(len(facts["composition"]), "cell type"))
    figure = composition_figure(facts["composition"], levels, names=names, lines=lines)
    shifted = [row["cell_type"] for row in facts["composition"] if row["fdr"] is not None and row["fdr"] < view.fdr]
    said = (f"{plural(len(shifted), 'cell type')} changed in share at {per_cent(view.fdr)} FDR. Genes of such a type "
            "can seem to change their partners because there are more or fewer of its cells." if shifted
            else f"No cell type changed in share at {per_cent(view.fdr)} FDR.")  # fmt: skip
    links = [dcc.Link(f"Compare again without {kind}", className="gw-button-quiet",
                      href=again(contrast, without=",".join([*facts["without"], kind]))) for kind in shifted]
    return _framed(ids.SHARES, figure, contrast, "cells", words="Share of each cell type by unit and condition.",
                   below=[
                       html.P(said), html.Div(links, className="gw-row"),
                       html.P(SIMPSON, className="gw-muted gw-small")])  # fmt: skip


def again(contrast: Contrast, *, without: str = "", only: str | None = None, space: str = "") -> str:
    """The address of the form, filled in as this comparison was but for what is given."""
    facts = contrast.facts
    params = facts["params"]
    given = {"study": facts["study"], "by": params["by"], "control": facts["control"], "case": facts["case"],
             "donor": params["donor"], "batch": params["batch"], "space": space,
             "only": facts["cell_type"] if only is None else only,
             "without": without or ",".join(facts["without"])}  # fmt: skip
    return "/compare?" + urlencode({name: value for name, value in given.items() if value})


def _framed(graph_id: str, figure: Any, contrast: Contrast, which: str, *, words: str, zoom: bool = False,
            more: list[Any] | None = None, below: list[Any] | None = None) -> html.Div:
    name = f"{contrast.facts['study']}-{which}"
    files = [html.Span("Table", className="gw-muted gw-small"),
             *(html.Button(ending.upper(), id={"type": ids.FILE, "which": which, "ending": ending}, type="button",
                           className="gw-button-small", title=f"Save the table behind it as {ending.upper()}")
               for ending in ("csv", "tsv"))]  # fmt: skip
    made = graph(graph_id, figure, name=name, zoom=zoom, more=[*(more or []), how(which), *files])
    frame = html.Div(made, className="cmp-figure", role="group", **{"aria-label": words})
    return html.Div([frame, *(below or [])], className="cmp-picture")


def _nothing(title: str, text: str, action: str, href: str) -> html.Div:
    link = [dcc.Link(action, href=href, className="gw-button-quiet")] if action else []
    return html.Div([html.Div(className="gw-drawing gw-drawing-map"), html.H2(title), html.P(text), *link],
                    className="gw-empty")

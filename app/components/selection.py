"""What is selected on the map: how many, of what, saved under a name, taken away."""

from __future__ import annotations

import dash_mantine_components as dmc
import numpy as np
from dash import dcc, html

from app.components import atlas_ids as ids
from app.components.ask_enrichment import WHY, enrichment_address
from app.components.buttons import bar, file_button, gene_button, select_button
from app.components.map_table import ENDINGS
from app.components.page_header import icon
from app.figures.columns import category
from app.words import plural
from engine.jobs.sets import GeneSet
from engine.types import GeneEmbedding

MOST_GENES = 60


def selection_panel(embedding: GeneEmbedding, keep: np.ndarray | None, *, ask: dcc.Link | None = None) -> list:
    """Count, make-up and genes of the selection; what to do when there is none. `ask` leads to what they do."""
    if keep is None:
        return [html.Div([html.H2("Nothing selected"), html.P(
            "Draw a lasso or a box, click a cluster's number, choose a level in the legend, or paste gene names.",
        )], className="atlas-hint")]  # fmt: skip
    genes = np.unique(embedding.genes[keep])
    points = html.Span(plural(int(keep.sum()), "point"), className="gw-muted")
    head = html.Div([html.H2(plural(len(genes), "gene")), points], className="atlas-card-head")
    makeup = [composition(embedding, keep, "dataset"), composition(embedding, keep, "cluster")]
    return [head, *([ask] if ask else []), *makeup, gene_cloud(genes)]


def composition(embedding: GeneEmbedding, keep: np.ndarray, name: str) -> html.Section:
    """Share of each level among the chosen rows, largest first, beside its share of the map."""
    column = category(embedding, name)
    chosen = np.bincount(column.codes[keep], minlength=len(column.levels))
    order = [code for code in np.argsort(-chosen, kind="stable") if chosen[code]]
    rows = [
        html.Li([
            html.Span(className="atlas-dot", style={"background": column.colours[column.levels[code]]}),
            html.Span(column.levels[code], className="atlas-level"),
            bar(chosen[code] / keep.sum()),
            html.Span(str(chosen[code]), className="gw-num", title=f"of {column.counts[code]} on the map"),
        ]) for code in order[:10]
    ]  # fmt: skip
    rest = [html.P(f"and {len(order) - 10} more", className="gw-muted gw-small")] if len(order) > 10 else []
    return html.Section([html.H3(f"By {column.label.lower()}"), html.Ul(rows, className="atlas-makeup"), *rest])


def gene_cloud(genes: np.ndarray) -> html.Section:
    """The first genes by name; each opens its card."""
    rest = len(genes) - MOST_GENES
    more = [html.Span(f"and {rest:,} more in the table", className="gw-muted gw-small")] if rest > 0 else []
    copy = html.Button("Copy names", type="button", className="atlas-link", **{"data-copy": "\n".join(genes)})
    shown = [gene_button(gene) for gene in genes[:MOST_GENES]]
    return html.Section([html.Div([html.H3("Genes"), copy], className="gw-spread"),
                         html.Div([*shown, *more], className="atlas-cloud")])


def set_form() -> html.Div:
    """A name and a button to keep the selection, and buttons to take its rows away."""
    name = dmc.TextInput(id=ids.SET_NAME, placeholder="Name of the gene set", size="sm",
                         **{"aria-label": "Name of the gene set"})
    save = html.Button("Save as gene set", id=ids.SET_SAVE, type="button", className="gw-button atlas-grow")
    files = [file_button(ending) for ending in ENDINGS]
    return html.Div([name, html.Div([save, *files], className="atlas-save"), html.Div(id=ids.SET_NEWS, role="status")],
                    className="atlas-form")


def saved_sets(sets: list[GeneSet]) -> list:
    """Sets of this study, newest first, each to select or delete."""
    if not sets:
        return [html.H3("Saved gene sets"), html.P("None yet.", className="gw-muted gw-small")]
    rows = [
        html.Li([
            select_button(f"set:{s.id}", s.name, title=f"Select the {plural(len(s.genes), 'gene')} of {s.name}"),
            html.Span(plural(len(s.genes), "gene"), className="gw-muted gw-small"),
            dcc.Link(icon("bubbles"), href=enrichment_address(set=s.id), className="atlas-tool atlas-small",
                     title=f"What do the genes of {s.name} do? {WHY}"),
            html.Button(icon("cross"), id={"type": ids.SET_DELETE, "set": s.id}, type="button",
                        className="atlas-tool atlas-small", title=f"Delete the gene set {s.name}",
                        **{"aria-label": f"Delete the gene set {s.name}"}),
        ]) for s in sets
    ]  # fmt: skip
    return [html.H3("Saved gene sets"), html.Ul(rows, className="atlas-sets")]

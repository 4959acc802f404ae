"""Everything the map knows of one gene, on one card."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import dash_mantine_components as dmc
import numpy as np
import pandas as pd
from dash import dcc, html

from app.components import atlas_ids as ids
from app.components.buttons import bar, gene_button, select_button
from app.components.knock_out_link import knock_out_link
from app.components.page_header import icon
from app.figures.expression import expression_figure
from app.figures.palette import category_colours
from app.words import THIN, exponent, number, percent, plural

if TYPE_CHECKING:
    from engine.types import GeneEmbedding, GeneGraph

ALL = "Overall"
LINKS = {
    "NCBI Gene": "https://www.ncbi.nlm.nih.gov/gene/?term={gene}%5Bsym%5D+AND+{species}%5Borgn%5D",
    "Ensembl": "https://www.ensembl.org/Multi/Search/Results?q={gene};species={species}",
    "GeneCards": "https://www.genecards.org/cgi-bin/carddisp.pl?gene={gene}",
}


def gene_card(embedding: GeneEmbedding, gene: str, *, nearest: pd.DataFrame, company: dict[str, pd.DataFrame],
              expression: pd.DataFrame) -> html.Div:
    """The card.

    Parameters
    ----------
    nearest
        gene, similarity: nearest genes overall.
    company
        For each dataset the gene's partners, as `engine.tl.partners.partners` gives them.
    expression
        dataset, cell_type, mean, detected.
    """
    rows = embedding.obs[embedding.genes == gene]
    actions = [
        html.Button("Colour by similarity", type="button", className="gw-button-quiet", **{"data-act": "similarity"}),
        knock_out_link(gene, study=embedding.facts["study"]),
        html.Button("Close", type="button", className="atlas-link", **{"data-act": "gene-close"}),
    ]
    return html.Div([
        html.Div([html.H2(gene), html.Div(actions, className="gw-row")], className="atlas-card-head"),
        where(rows, embedding), near_block(embedding, nearest), company_block(company),
        *expression_block(gene, expression), links(gene, rows),
    ], className="atlas-card")  # fmt: skip


def where(rows: pd.DataFrame, embedding: GeneEmbedding) -> html.Div:
    """Each dataset with the gene's cluster, detection, mean and number of partners there."""
    colours = category_colours(embedding.datasets)
    lines = [
        html.Tr([
            html.Td([html.Span(className="atlas-dot", style={"background": colours[row.dataset]}), row.dataset]),
            html.Td(select_button(f"cluster:{quote(str(row.cluster), safe='')}", str(row.cluster),
                                  title=f"Select cluster {row.cluster}"), className="gw-num"),
            html.Td(percent(row.detected), className="gw-num"), html.Td(number(row.mean), className="gw-num"),
            html.Td(str(int(row.degree)), className="gw-num"),
        ])
        for row in rows.itertuples()
    ]  # fmt: skip
    absent = [name for name in embedding.datasets if name not in set(rows["dataset"])]
    note = [html.P(f"Not among the genes of {', '.join(absent)}.", className="gw-muted gw-small")] if absent else []
    head = _head(("Dataset", ""), ("Cluster", "Number of its cluster on the map"),
                 ("Seen", "Share of cells with a count"),
                 ("Mean", "Mean of log(1 + counts per 10,000)"), ("Partners", "Genes joined to it by CS-CORE"))
    return html.Div([html.Table([head, html.Tbody(lines)], className="atlas-table"), *note])


def near_block(embedding: GeneEmbedding, nearest: pd.DataFrame) -> html.Section:
    """Nearest genes, overall or in one dataset."""
    options = [{"value": ALL, "label": ALL}, *({"value": name, "label": name} for name in embedding.datasets)]
    choose = dmc.Select(id=ids.NEAR_IN, data=options, value=ALL, size="xs", allowDeselect=False, w=104,
                        comboboxProps={"zIndex": 300}, **{"aria-label": "Nearest genes in"})
    title = _title("Genes that keep company", "Nearest by cosine similarity of their vectors (−1 to 1)")
    head = html.Div([title, choose], className="gw-spread atlas-oneline")
    return html.Section([head, html.Div(near_list(nearest), id=ids.NEAR)])


def near_list(nearest: pd.DataFrame) -> html.Ol | html.P:
    """Genes with a bar as long as their similarity."""
    if nearest.empty:
        return html.P("This gene is not in that dataset.", className="gw-muted gw-small")
    rows = [
        html.Li([gene_button(gene), bar(value), html.Span(f"{value:.2f}".replace("-", "−"), className="gw-num")])
        for gene, value in zip(nearest["gene"], nearest["similarity"], strict=True)
    ]  # fmt: skip
    return html.Ol(rows, className="atlas-near")


def company_block(company: dict[str, pd.DataFrame]) -> html.Section:
    """Co-expression partners in each dataset; sign by glyph and colour."""
    title = _title("Co-expressed with", "CS-CORE estimate of co-expression (Su et al. 2023) and its two-sided p")
    parts = [html.Details([html.Summary([name, html.Span(plural(len(table), "gene"), className="gw-muted gw-small")]),
                           partner_table(table)], open=place == 0, className="gw-details atlas-details")
             for place, (name, table) in enumerate(company.items())]  # fmt: skip
    return html.Section([title, *parts])


def partner_table(table: pd.DataFrame, *, most: int = 12) -> html.Div:
    """Strongest partners: gene, estimate, p."""
    if table.empty:
        return html.P("No partner below the p-value of this map.", className="gw-muted gw-small")
    lines = [html.Tr([html.Td(gene_button(row.gene)), html.Td(_signed(row.estimate), className="gw-num"),
                      html.Td(exponent(row.p) if row.p < 0.001 else number(row.p), className="gw-num")])
             for row in table.head(most).itertuples()]  # fmt: skip
    rest = len(table) - most
    more = [select_button("genes:" + ",".join(quote(g, safe="") for g in table["gene"]), f"Select all {len(table)}",
                          title="Select all partners on the map")] if rest > 0 else []  # fmt: skip
    head = _head(("Gene", ""), ("Estimate", "CS-CORE co-expression, −1 to 1"), ("p", "Two-sided, from CS-CORE's z"))
    return html.Div([html.Table([head, html.Tbody(lines)], className="atlas-table"), *more])


def expression_block(gene: str, expression: pd.DataFrame) -> list:
    """Mean and detection by cell type, where cell types are known."""
    if expression.empty:
        return []
    figure = expression_figure(expression)
    graph = dcc.Graph(figure=figure, config={"staticPlot": True, "displayModeBar": False}, className="gw-figure",
                      style={"height": f"{figure.layout.height}px"})
    words = "; ".join(f"{r.cell_type} {number(r.mean)}, seen in {percent(r.detected)}" for r in expression.itertuples())
    title = _title("Expression by cell type", 
                   "Bar: mean of log(1 + counts per 10,000). Number: share of cells that show it")
    return [html.Section([title, html.Div(graph, role="img", **{"aria-label": f"{gene}: {words}"})])]


def links(gene: str, rows: pd.DataFrame) -> html.P:
    """Where to read on; nothing is fetched unless clicked."""
    species = "Mus musculus" if "mouse" in set(rows["species"].astype(str)) else "Homo sapiens"
    items = [html.A([name, icon("out")], href=address.format(gene=quote(gene), species=quote(species)), target="_blank",
                    rel="noopener noreferrer") for name, address in LINKS.items()]  # fmt: skip
    return html.P(items, className="atlas-links")


def card_hint() -> html.Div:
    """What to do while no gene is open."""
    steps = ["Click a point to see its gene.", "Find a gene above, or paste several.",
             "Draw a lasso or a box to choose a group.", "Arrow keys walk over the map, Enter opens the card."]
    return html.Div([html.H2("No gene chosen"), html.Ul([html.Li(step) for step in steps])], className="atlas-hint")


def card_bones() -> html.Div:
    """The place of a card that is on its way."""
    return html.Div([html.Div(className=f"gw-bone gw-bone-{part}") for part in ("title", "line", "card")])


def _signed(value: float) -> html.Span:
    up = value >= 0
    glyph = html.Span("▲" if up else "▼", **{"aria-hidden": "true"})
    words = f"{THIN}{'+' if up else '−'}{abs(value):.2f}"
    return html.Span([glyph, words], className="atlas-up" if up else "atlas-down")


def _title(text: str, explained: str) -> html.H3:
    return html.H3(text, title=explained, className="atlas-explained")


def _head(*names: tuple[str, str]) -> html.Thead:
    cells = [html.Th(name, title=explained or None, scope="col", className="gw-num" if place else None)
             for place, (name, explained) in enumerate(names)]  # fmt: skip
    return html.Thead(html.Tr(cells))


def expression_by_type(graphs: dict[str, GeneGraph], gene: str) -> pd.DataFrame:
    """Rows dataset, cell_type, mean, detected of a gene, from the networks of a map."""
    parts = [_by_type(graph, gene) for graph in graphs.values() if gene in graph.adata.obs_names]
    parts = [part for part in parts if len(part)]
    columns = ["dataset", "cell_type", "mean", "detected"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _by_type(graph: GeneGraph, gene: str) -> pd.DataFrame:
    if not graph.cell_types:
        return pd.DataFrame()
    place, tables = int(np.flatnonzero(graph.genes == gene)[0]), graph.adata.obsm
    return pd.DataFrame({"dataset": graph.name, "cell_type": graph.cell_types,
                         "mean": tables["mean_by_cell_type"][place],
                         "detected": tables["detected_by_cell_type"][place]})

"""What the inspector answers: a gene's card, its nearest genes, the selection, saved sets, pasted names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from dash import ALL, Dash, Input, Output, State, ctx, html, no_update

from app import maps
from app.components import atlas_ids as ids
from app.components.ask_enrichment import enrichment_link
from app.components.gene_card import ALL as OVERALL
from app.components.gene_card import card_hint, expression_by_type, gene_card, near_list
from app.components.gene_search import match_names, pasted_news
from app.components.selection import saved_sets, selection_panel
from app.selections import Genes, chosen
from app.words import plural
from engine.errors import GeneweaveError
from engine.tl.partners import partners
from engine.tl.similarity import similar_genes

if TYPE_CHECKING:
    from app.services import Services
    from engine.types import GeneEmbedding

N_NEAREST = 12


def register(app: Dash, services: Services) -> None:
    """Callbacks of the inspector; each reads, calls and returns."""

    @app.callback(Output(ids.CARD, "children"), Input(ids.GENE, "data"), State(ids.START, "data"),
                  prevent_initial_call=True)
    def show_card(gene, start):
        return card_of(services, start["map"], gene) if gene else card_hint()

    @app.callback(Output(ids.NEAR, "children"), Input(ids.NEAR_IN, "value"), State(ids.GENE, "data"),
                  State(ids.START, "data"), prevent_initial_call=True)
    def show_nearest(dataset, gene, start):
        return near_list(nearest(maps.embedding(services.store, start["map"]), gene, dataset))

    @app.callback(Output(ids.CHOICE, "children"), Input(ids.SELECTED, "data"), State(ids.START, "data"))
    def show_selection(text, start):
        embedding = maps.embedding(services.store, start["map"])
        ask = enrichment_link(map=start["map"], select=text or "")
        return selection_panel(embedding, chosen(text or "", embedding, services.sets), ask=ask)

    @app.callback(
        Output(ids.SETS, "children"), Output(ids.SET_NEWS, "children"), Output(ids.SET_NAME, "value"),
        Input(ids.SET_SAVE, "n_clicks"), Input({"type": ids.SET_DELETE, "set": ALL}, "n_clicks"),
        State(ids.SET_NAME, "value"), State(ids.SELECTED, "data"), State(ids.START, "data"), prevent_initial_call=True,
    )
    def change_sets(_, deletes, name, text, start):
        if ctx.triggered_id == ids.SET_SAVE:
            news, name = save_set(services, start, name or "", text or "")
        elif any(deletes):
            news, name = delete_set(services, ctx.triggered_id["set"]), no_update
        else:
            return no_update, no_update, no_update
        return saved_sets(services.sets.list(start["study"])), news, name

    @app.callback(Output(ids.PASTE_NEWS, "children"), Output(ids.COMMAND, "data"), Input(ids.PASTE_GO, "n_clicks"),
                  State(ids.PASTE_TEXT, "value"), State(ids.START, "data"), prevent_initial_call=True)
    def select_pasted(_, text, start):
        found, missing = match_names(text or "", maps.gene_names(services.store, start["map"]))
        return pasted_news(found, missing), {"select": str(Genes(tuple(found)))} if found else no_update


def card_of(services: Services, name: str, gene: str) -> html.Div:
    """The card of a gene of a map."""
    embedding = maps.embedding(services.store, name)
    graphs = {dataset: maps.graph(services.store, graph) for dataset, graph in embedding.facts["graphs"].items()}
    company = {dataset: partners(graph, gene) for dataset, graph in graphs.items() if gene in graph.genes}
    return gene_card(embedding, gene, nearest=nearest(embedding, gene, OVERALL), company=company,
                     expression=expression_by_type(graphs, gene))


def nearest(embedding: GeneEmbedding, gene: str, dataset: str) -> pd.DataFrame:
    """Nearest genes overall or in one dataset; no rows when the gene is not in it."""
    within = None if dataset == OVERALL else dataset
    datasets = embedding.obs["dataset"].astype(str).to_numpy()
    if within and not np.any((embedding.genes == gene) & (datasets == within)):
        return pd.DataFrame(columns=["gene", "similarity"])
    return similar_genes(embedding.vectors, embedding.genes, datasets, gene, n=N_NEAREST, dataset=within)


def save_set(services: Services, start: dict, name: str, text: str) -> tuple[html.P, str]:
    """Keep the genes of the selection; what to say, and what stays in the field."""
    embedding = maps.embedding(services.store, start["map"])
    try:
        keep = chosen(text, embedding, services.sets)
        genes = [] if keep is None else np.unique(embedding.genes[keep]).tolist()
        kept = services.sets.save(name, genes, study=start["study"])
    except GeneweaveError as error:
        return html.P(str(error), className="atlas-bad gw-small"), name
    return html.P(f"'{kept.name}' saved with {plural(len(kept.genes), 'gene')}.", className="gw-small"), ""


def delete_set(services: Services, set_id: str) -> html.P:
    """Forget a saved set."""
    services.sets.delete(set_id)
    return html.P("The gene set was deleted.", className="gw-small")

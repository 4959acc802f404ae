"""All networks of a study in a table, a row a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from dash import dcc, html

from app.components.study_card import MODALITY
from app.words import number, percent, whole

if TYPE_CHECKING:
    from app.network_facts import DatasetNetwork

# heading → what it means
HEADS = {
    "Dataset": "", "Modality": "", "Cells": "Cells kept by the quality limits", "Genes": "Genes that vary and are kept",
    "Edges": "Pairs of genes that are joined", "Density": "Share of all pairs that are edges",
    "Positive": "Share of the edges whose genes rise together", "Median partners": "Half of the genes have fewer",
    "Isolated": "Genes without an edge", "Largest part": "Genes of the largest connected part",
}  # fmt: skip


def side_by_side(networks: list[DatasetNetwork], shown: DatasetNetwork | None, study: str) -> html.Section:
    """The table; the dataset in view is marked, the others lead to their own view."""
    head = html.Thead(html.Tr([html.Th(word, title=about or None, className="gw-num" if i > 1 else "")
                               for i, (word, about) in enumerate(HEADS.items())]))  # fmt: skip
    rows = html.Tbody([_row(network, network is shown, study) for network in networks])
    table = html.Table([head, rows], className="gw-table net-table")
    return html.Section(html.Div(table, className="gw-scroll"), className="gw-card gw-flush",
                        **{"aria-label": "Networks side by side"})


def _row(network: DatasetNetwork, here: bool, study: str) -> html.Tr:
    source = network.source
    address = f"/data/networks?{urlencode({'study': study, 'dataset': source.name})}"
    name = dcc.Link(source.name, href=address, className="gw-name") if network.stats else html.Strong(source.name)
    cells = [html.Td([name, html.Span(", in view", className="gw-hidden")] if here else name),
             html.Td(MODALITY[source.modality])]  # fmt: skip
    rest = [html.Td(word, className="gw-num") for word in numbers(network)]
    if not network.stats:
        why = "cannot be told" if network.fault else "not found yet"
        rest = [html.Td(why, className="gw-muted", colSpan=len(HEADS) - 2)]
    return html.Tr([*cells, *rest], className="net-here" if here else "")


def numbers(network: DatasetNetwork) -> list[str]:
    """The numbers of a network as people read them, in the order of the headings."""
    s = network.stats
    if s is None:
        return []
    return [whole(s.n_cells), whole(s.n_genes), whole(s.n_edges), f"{number(100 * s.density)}\u202f%",
            percent(s.positive) if s.n_edges else "–", f"{s.median_degree:g}", whole(s.isolated),
            whole(s.largest)]  # fmt: skip

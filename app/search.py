"""The one search box: genes of the newest map, gene sets and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State

from app import ids, pages
from app.components.page_header import icon
from app.maps import find_map, gene_names
from app.matching import rank

if TYPE_CHECKING:
    from app.services import Services

MOST = 8


def search_box() -> dmc.Select:
    """A searchable list whose values are addresses; `/` puts the cursor in it."""
    return dmc.Select(
        id=ids.SEARCH, searchable=True, data=[], placeholder="Find a gene, a gene set or a page", size="sm",
        leftSection=icon("search"), rightSection=dmc.Kbd("/", size="xs"), rightSectionPointerEvents="none",
        nothingFoundMessage="Nothing of that name. Genes appear once a map is made.", selectFirstOptionOnChange=True,
        maxDropdownHeight=420, className="gw-search", comboboxProps={"shadow": "md", "zIndex": 300},
        **{"aria-label": "Find a gene, a gene set or a page"},
    )


def register(app: Dash, services: Services) -> None:
    """Completion as a person types; choosing goes there."""

    @app.callback(Output(ids.SEARCH, "data"), Input(ids.SEARCH, "searchValue"), Input(ids.STUDY, "value"))
    def complete(text, study):
        return completions(services, text or "", study=study or "")

    app.clientside_callback(
        ClientsideFunction("geneweave", "go"), Output(ids.SEARCH, "value"), Output(ids.SEARCH, "searchValue"),
        Input(ids.SEARCH, "value"), State(ids.SEARCH, "searchValue"), prevent_initial_call=True,
    )


def completions(services: Services, text: str, *, study: str = "") -> list[dict]:
    """Groups of addresses whose words hold `text`; genes that begin with it come first."""
    groups = {"Genes": _genes(services, text, study), "Gene sets": _sets(services, text, study), "Pages": _pages(text)}
    return [{"group": name, "items": items} for name, items in groups.items() if items]


def _genes(services: Services, text: str, study: str) -> list[dict]:
    newest = find_map(services, study=study) if text else None
    if newest is None:
        return []
    found = rank(text, gene_names(services.store, newest.id))[:MOST]
    return [{"value": f"/atlas?map={newest.id}&gene={quote(gene)}", "label": gene} for gene in found]


def _sets(services: Services, text: str, study: str) -> list[dict]:
    sets = {f"{s.name} ({len(s.genes)} genes)": s for s in services.sets.list(study or None)}
    return [{"value": f"/atlas?set={quote(str(sets[label].id))}", "label": label}
            for label in rank(text, list(sets))[:MOST]]


def _pages(text: str) -> list[dict]:
    shown = {page.title: page.path for page in pages.PAGES if page.icon or page.named}
    return [{"value": shown[title], "label": title} for title in rank(text, list(shown))]

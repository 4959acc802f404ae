"""Find one gene with completion, or paste several names at once."""

from __future__ import annotations

import re

import dash_mantine_components as dmc
from dash import html

from app.components import atlas_ids as ids
from app.components.buttons import gene_button, popover
from app.components.page_header import icon
from app.words import plural
from engine.errors import closest


def gene_search(names: tuple[str, ...]) -> html.Div:
    """A searchable list of a map's genes, and a place to paste names."""
    box = dmc.Select(
        id=ids.SEARCH, data=list(names), searchable=True, limit=40, placeholder="Find a gene", size="sm",
        leftSection=icon("search"), rightSection=dmc.Kbd("/", size="xs"), rightSectionPointerEvents="none",
        nothingFoundMessage="No gene of that name on this map. Paste it to see the closest.", clearable=False,
        selectFirstOptionOnChange=True, maxDropdownHeight=320, comboboxProps={"shadow": "md", "zIndex": 300},
        className="atlas-search", **{"aria-label": "Find a gene on this map"},
    )  # fmt: skip
    return html.Div([box, paste()], className="atlas-find")


def paste() -> dmc.Popover:
    """A text area for several names, with what was found and what was not."""
    field = dmc.Textarea(id=ids.PASTE_TEXT, label="Gene names", placeholder="CD3D, CD3E CD79A …", minRows=4, maxRows=8,
                         autosize=True, description="Separated by spaces, commas or new lines; case does not matter")
    action = html.Button("Select these genes", id=ids.PASTE_GO, type="button", className="gw-button")
    body = [field, html.Div(action, className="gw-row"), html.Div(id=ids.PASTE_NEWS, role="status")]
    opener = html.Button([icon("paste"), html.Span("Paste")], type="button", className="gw-button-quiet atlas-paste",
                         title="Paste several gene names", **{"aria-label": "Paste several gene names"})
    return popover(opener, body, label="Paste gene names", width=320)


def split_names(text: str) -> list[str]:
    """Names in a pasted text, each once, in order."""
    return list(dict.fromkeys(part for part in re.split(r"[\s,;|\"']+", text) if part))


def match_names(text: str, known: tuple[str, ...]) -> tuple[list[str], dict[str, list[str]]]:
    """Genes found, as the map spells them, and for every other name the closest known ones."""
    by_upper = {name.upper(): name for name in known}
    given = split_names(text)
    found = dict.fromkeys(by_upper[name.upper()] for name in given if name.upper() in by_upper)
    return list(found), {name: closest(name, known) for name in given if name.upper() not in by_upper}


def pasted_news(found: list[str], missing: dict[str, list[str]]) -> list:
    """How many were found; the others with the closest known names, to copy or clear."""
    if not found and not missing:
        return [html.P("Type or paste at least one gene name.", className="gw-muted")]
    said = [html.P(f"{plural(len(found), 'gene')} selected." if found else "None of these is on this map.")]
    if not missing:
        return said
    rows = [html.Li([html.Code(name), *_nearest(near)]) for name, near in list(missing.items())[:50]]
    copy = html.Button("Copy these", type="button", className="atlas-link", **{"data-copy": "\n".join(missing)})
    clear = html.Button("Clear", type="button", className="atlas-link", **{"data-act": "paste-clear"})
    head = html.Div([html.Strong(f"{plural(len(missing), 'name')} not found"), copy, clear], className="gw-row")
    return [*said, head, html.Ul(rows, className="atlas-missing")]


def _nearest(near: list[str]) -> list:
    if not near:
        return [html.Span(" nothing close", className="gw-muted")]
    return [html.Span(" closest: ", className="gw-muted"), *(gene_button(name) for name in near)]

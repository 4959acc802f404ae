"""The tabs of the Data pages: files, networks, library."""

from __future__ import annotations

from dash import dcc, html

TABS = {"/data": "Files", "/data/networks": "Networks", "/data/library": "Library"}


def data_tabs(current: str) -> html.Nav:
    """Links to the Data pages; the current one is marked."""
    links = [
        dcc.Link(word, href=path, className="gw-tab gw-tab-on" if path == current else "gw-tab",
                 **({"title": f"{word}, this page"} if path == current else {}))
        for path, word in TABS.items()
    ]
    return html.Nav(links, className="gw-tabs", **{"aria-label": "Data"})

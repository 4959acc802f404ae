"""The way from any genes on a page to what they do: a link that carries their definition, not their names."""

from __future__ import annotations

from urllib.parse import urlencode

from dash import dcc

PATH = "/enrichment"
WORDS = "What do they do?"
WHY = "Processes, pathways and diseases that have more of these genes than the map as a whole"


def enrichment_address(**query: str) -> str:
    """`/enrichment?…` with the words that are not empty."""
    return f"{PATH}?{urlencode({key: value for key, value in query.items() if value})}"


def enrichment_link(*, class_name: str = "gw-button-quiet", words: str = WORDS, **query: str) -> dcc.Link:
    """A link that asks what genes do; `query` is `set`, or `map` and `select` as `app.selections` writes it."""
    return dcc.Link(words, href=enrichment_address(**query), className=class_name, title=WHY)

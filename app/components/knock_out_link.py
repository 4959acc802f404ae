"""The way from a gene, wherever it is in view, to what would happen if it were taken away."""

from __future__ import annotations

from urllib.parse import urlencode

from dash import dcc

PATH = "/knockout"
MARK = "gw-knock-out"  # the key k follows the first link of this class


def knock_out_address(gene: str, *, study: str = "") -> str:
    """`/knockout?genes=…`, in a study where one is named, else in the one that is chosen."""
    return f"{PATH}?{urlencode({'study': study, 'genes': gene} if study else {'genes': gene})}"


def knock_out_link(gene: str, *, study: str = "", class_name: str = "gw-button-quiet") -> dcc.Link:
    """A link that simulates the knockout of a gene."""
    return dcc.Link("Knock out", href=knock_out_address(gene, study=study), className=f"{class_name} {MARK}".strip(),
                    title=f"What would change without {gene} (k)")

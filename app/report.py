"""Addresses of the report of a comparison: a page for a tab of its own, and an archive to take away."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pandas as pd
from dash import Dash
from flask import Response

from engine.contrasts import as_contrast
from engine.errors import GeneweaveError, UnknownName, unknown
from engine.library import slug
from engine.report import Report, archive, page, report_of
from engine.report.inputs import ENRICHMENT, REGULATORS
from engine.store import Store
from engine.types import META

if TYPE_CHECKING:
    from anndata import AnnData

    from app.services import Services


def add_routes(app: Dash, services: Services) -> None:
    """Put `/report/<id>.html` and `/report/<id>.zip` into the web server; what is unknown gets the app's own page."""

    def route(ending: str, answer: Callable[[Report], Response]) -> None:
        def view(name: str) -> Response:
            try:
                return answer(stored_report(services, name))
            except UnknownName:
                return Response(app.index(), status=404)
            except GeneweaveError as error:
                return Response(str(error), status=500, mimetype="text/plain; charset=utf-8")

        app.server.add_url_rule(f"/report/<name>.{ending}", f"report_{ending}", view)

    route("html", _page)
    route("zip", _archive)


def stored_report(services: Services, name: str) -> Report:
    """The report of a stored comparison, with its newest enrichment and causes where there are.

    Raises
    ------
    UnknownName
        When no comparison of that id is stored.
    """
    store, names = services.store, services.store.names("contrast")
    if name not in names:
        raise unknown("comparison", name, names, where="in the store")
    contrast = as_contrast(store.read(name), name)
    terms, of = newest(store, "enrichment", name, lambda adata: adata.obs, ENRICHMENT)
    above, causes = newest(store, "causes", name, lambda adata: adata.uns.get("regulators"), REGULATORS)
    citations = {study.name: study.citation for study in services.library.studies()}
    lines = tuple(line.replace(f"{name}.tsv", "tables/expression.tsv") for line in map(_command, (of, causes)) if line)
    return report_of(contrast, enrichment=terms, regulators=above, citation=citations.get(contrast.facts["study"], ""),
                     commands=lines, enriched=of.get("request", {}).get("title", ""),
                     files=_lists(of.get("request", {})))  # fmt: skip


def _page(report: Report) -> Response:
    return Response(page(report), mimetype="text/html")


def _archive(report: Report) -> Response:
    facts = report.contrast.facts
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", f"{facts['study']}-{facts['case']}-against-{facts['control']}").strip("-.")
    headers = {"Content-Disposition": f'attachment; filename="{stem}.zip"'}
    return Response(archive(report), mimetype="application/zip", headers=headers)


def newest(store: Store, step: str, contrast: str, table_of: Callable[[AnnData], Any],
           columns: tuple[str, ...]) -> tuple[pd.DataFrame | None, dict[str, Any]]:  # fmt: skip
    """The table of the newest artifact of a step that was made of a comparison, and its facts; None, {} without one."""
    made = {name: _facts(store, name) for name in store.names(step)}
    of_it = [name for name, facts in made.items() if _made_of(facts, contrast)]
    for name in sorted(of_it, key=lambda name: made[name].get("made", {}).get("created", ""), reverse=True):
        found = table_of(store.read(name))
        if isinstance(found, pd.DataFrame) and set(columns) <= set(found.columns):
            return found.reset_index(drop=True), made[name]
    return None, {}


def _made_of(facts: dict[str, Any], contrast: str) -> bool:
    """Whether an artifact says that it explains a comparison; of enrichments, those of a list of its genes."""
    request, asked = facts.get("request", {}), facts.get("asked", {})
    said = (facts.get("contrast"), asked.get("source"), dict(parse_qsl(request.get("origin", ""))).get("contrast"))
    return contrast in said and request.get("method", "list") == "list"


def _lists(request: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The lists that the command of an enrichment reads, by the names that it has for them."""
    stem, lists = slug(request.get("title", "")), {"": request.get("genes"), "-background": request.get("background")}
    return tuple((f"{stem}{which}.txt", "\n".join(genes) + "\n") for which, genes in lists.items() if genes)


def _command(facts: dict[str, Any]) -> str:
    return facts.get("command") or facts.get("made", {}).get("command", "")


@lru_cache(maxsize=256)
def _facts(store: Store, name: str) -> dict[str, Any]:
    """Facts of an artifact; none where it cannot be read."""
    try:
        return json.loads(store.read(name).uns.get(META, "{}"))
    except (GeneweaveError, ValueError):
        return {}

"""Addresses that answer with data: a map's columns, similarities, table and printable figure."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from flask import Blueprint, Flask, Response, request

from app import maps
from app.components.map_table import rows_table, table_text
from app.components.print_view import print_of
from app.figures.columns import Category, Column, colour_columns
from app.figures.embedding import publication_figure
from app.figures.palette import CIVIDIS, legible
from app.selections import chosen
from app.view import known_gene, read_view
from engine.errors import GeneweaveError
from engine.store import Store
from engine.tl.similarity import similarity_to

if TYPE_CHECKING:
    from app.services import Services

FOREVER = "private, max-age=31536000, immutable"  # an id is a hash: what is under it never changes


def add_routes(server: Flask, services: Services) -> None:
    """Put the addresses under `/api/map` into the web server."""
    routes = Blueprint("map", __name__, url_prefix="/api/map")
    add = routes.add_url_rule

    def route(rule: str, answer: Callable[..., Response]) -> None:
        def view(name: str, **parts: str) -> Response:
            maps.find_map(services, name)
            return answer(services, name, **parts)

        add(f"/<name>/{rule}", answer.__name__, view)

    route("points", points)
    route("similarity/<path:gene>", similarities)
    route("genes/<path:set_id>", set_genes)
    route("table.<ending>", table)
    route("figure", figure)
    routes.register_error_handler(GeneweaveError, _sentence)
    server.register_blueprint(routes)


def points(services: Services, name: str) -> Response:
    """Every column of a map as compact arrays."""
    return _kept(_points(services.store, name), "application/json", name)


def similarities(services: Services, name: str, gene: str) -> Response:
    """Similarity of each row to a gene, float32."""
    embedding = maps.embedding(services.store, name)
    gene = known_gene(gene, embedding)
    values = np.asarray(similarity_to(embedding.vectors, embedding.genes, gene), dtype="<f4")
    return _kept(values.tobytes(), "application/octet-stream", f"{name}-{gene}")


def set_genes(services: Services, name: str, set_id: str) -> Response:
    """Genes of a saved set, as a JSON list."""
    return Response(orjson.dumps(list(services.sets.get(set_id).genes)), mimetype="application/json")


def table(services: Services, name: str, ending: str) -> Response:
    """The rows of the map, or of the selection, as CSV or TSV."""
    embedding = maps.embedding(services.store, name)
    keep = chosen(request.args.get("select", ""), embedding, services.sets)
    text = table_text(rows_table(embedding, keep), ending)
    part = "all" if keep is None else "selection"
    headers = {"Content-Disposition": f'attachment; filename="{embedding.facts["study"]}-genes-{part}.{ending}"'}
    return Response(text, mimetype="text/tab-separated-values" if ending == "tsv" else "text/csv", headers=headers)


def figure(services: Services, name: str) -> Response:
    """The view that the address describes, as a Plotly figure to print."""
    embedding = maps.embedding(services.store, name)
    view, _ = read_view(request.args, embedding, services.sets)
    printed = print_of(view, embedding, services.sets, width=_width(request.args.get("width", "")))
    return Response(publication_figure(embedding, printed).to_json(), mimetype="application/json")


def _width(text: str) -> int:
    return min(max(int(text), 200), 6000) if text.isdigit() else 658


@lru_cache(maxsize=4)
def _points(store: Store, name: str) -> bytes:
    embedding = maps.embedding(store, name)
    names, codes = np.unique(embedding.genes, return_inverse=True)
    columns = [described(column) for column in colour_columns(embedding).values()]
    return orjson.dumps({
        "n": len(embedding.genes), "names": names.tolist(), "gene": array(codes.astype(np.uint32)),
        "degree": array(embedding.obs["degree"].to_numpy().astype(np.uint32)), "columns": columns,
        "stops": {"light": CIVIDIS, "dark": CIVIDIS[2:]},
    })  # fmt: skip


def described(column: Column) -> dict[str, Any]:
    """A column as the browser reads it."""
    if not isinstance(column, Category):
        return {"kind": "number", "name": column.name, "label": column.label, "unit": column.unit,
                "low": column.low, "high": column.high, "values": array(column.values)}  # fmt: skip
    inks = {scheme: [legible(c, scheme) for c in column.colours.values()] for scheme in ("light", "dark")}
    return {"kind": "category", "name": column.name, "label": column.label, "levels": column.levels,
            "colours": list(column.colours.values()), "inks": inks, "codes": array(column.codes)}  # fmt: skip


def array(values: np.ndarray) -> dict[str, str]:
    """Numbers as base64 of their little-endian bytes, with the name of their type."""
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    return {"type": values.dtype.name, "data": base64.b64encode(little).decode()}


def _kept(body: bytes, mimetype: str, tag: str) -> Response:
    response = Response(body, mimetype=mimetype, headers={"Cache-Control": FOREVER})
    response.set_etag(tag)
    return response.make_conditional(request)


def _sentence(error: GeneweaveError) -> tuple[Response, int]:
    return Response(str(error), mimetype="text/plain; charset=utf-8"), 404



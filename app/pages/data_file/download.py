"""The address under which the counts of a file can be had, as h5ad."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dash import Dash
from flask import Response, send_file

from engine.errors import GeneweaveError, UnknownName

if TYPE_CHECKING:
    from app.services import Services


def register(app: Dash, services: Services) -> None:
    """Put `/data/files/<id>/matrix.h5ad` into the web server; it is sent from the disk, a block at a time."""

    @app.server.get("/data/files/<file_id>/matrix.h5ad")
    def file_matrix(file_id: str) -> Response:
        try:
            return _matrix(services, file_id)
        except GeneweaveError as error:
            return Response(str(error), status=404, mimetype="text/plain; charset=utf-8")


def _matrix(services: Services, file_id: str) -> Response:
    file, report = services.files.get(file_id), services.files.report(file_id)
    path = services.files.matrix(file_id)
    if report is None or not report.ready or not path.is_file():
        raise UnknownName(f"'{file.name}' has no matrix that studies can read yet. Mend its problems first.")
    return send_file(path, mimetype="application/x-hdf5", as_attachment=True, download_name=f"{plain(file.name)}.h5ad")


def plain(name: str) -> str:
    """A name as the stem of a file: letters, digits, dots, dashes and underscores."""
    stem = re.sub(r"[^\w.-]+", "-", name.removesuffix(".h5ad")).strip("-.")
    return stem or "matrix"

"""From an uploaded file to a matrix that studies can read: open, check, mend, keep."""

from __future__ import annotations

import tempfile
from pathlib import Path

from engine.errors import InvalidFile
from engine.files import Files
from engine.io.report import Report
from engine.progress import Progress, Span
from engine.settings import Settings

GB = 1e9


def check_upload(file_id: str, fixes: tuple[str, ...], settings: Settings, *, progress: Progress | None = None) -> str:
    """Check a file with `fixes` applied; keeps its report, and its matrix when it is ready. Gives the file's id.

    A file that cannot be opened has a report too, which says so; the original is never written to.
    """
    files = Files(settings)
    file = files.get(file_id)
    matrix, cells = files.matrix(file_id), files.cells(file_id)
    report = inspect(files.original(file_id), fixes=fixes, settings=settings, name=file.name, matrix=matrix,
                     cells=cells, progress=progress)  # fmt: skip
    if not report.ready:
        for made in (matrix, cells):
            made.unlink(missing_ok=True)
    files.write_report(file_id, report)
    return file_id


def inspect(
    path: Path, *, fixes: tuple[str, ...], settings: Settings, name: str = "", matrix: Path | None = None,
    cells: Path | None = None, progress: Progress | None = None,
) -> Report:  # fmt: skip
    """The report of a file, or of a folder, at `path`; when it is ready, `matrix` and `cells` are written.

    Raises
    ------
    InvalidParameter
        When a fix is not known or does not apply.
    StorageFull
        When the disk has no room for the matrix.
    """
    from engine.check.verdict import unreadable
    from engine.io.open import open_matrix

    progress = progress or Progress()
    limit = int(float(settings.matrix_gb) * GB)
    progress.stage("Opening the file", 0.0)
    try:
        with tempfile.TemporaryDirectory(dir=settings.folder("scratch")) as scratch:
            with open_matrix(path, limit_bytes=limit, scratch=Path(scratch), probed=True) as opened:
                return _inspect(opened, path, fixes, settings, name or path.name, matrix, cells, limit, progress)
    except InvalidFile as error:
        return unreadable(str(error))


def _inspect(opened, path: Path, fixes: tuple[str, ...], settings: Settings, name: str, matrix: Path | None,
             cells: Path | None, limit: int, progress: Progress) -> Report:  # fmt: skip
    from engine.check.matrix_file import write_cells, write_matrix
    from engine.check.verdict import check, species_of
    from engine.knowledge import Knowledge

    species = species_of(opened, turned="transpose" in fixes).value
    knowledge = Knowledge(settings)
    checked = check(
        opened, fixes=fixes, limit_bytes=limit, name=name, progress=Span(progress, 0.05, 0.7),
        genes=knowledge.gene_table(species) if species else None,
        orthologs=knowledge.orthologs(species) if species not in ("", "human") else None,
    )  # fmt: skip
    if checked.report.ready and matrix is not None:
        progress.stage("Writing the matrix", 0.7)
        write_matrix(checked, matrix, original=path, progress=Span(progress, 0.7, 1.0))
    if checked.report.ready and cells is not None and checked.report.guess("modality") != "effects":
        write_cells(checked, cells)
    return checked.report

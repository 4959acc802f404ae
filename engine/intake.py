"""From an uploaded file to a matrix that studies can read: open, check, mend, keep."""

from __future__ import annotations

from engine.files import Files
from engine.progress import Progress
from engine.settings import Settings


def check_upload(file_id: str, fixes: tuple[str, ...], settings: Settings, *, progress: Progress | None = None) -> str:
    """Check a file with `fixes` applied; keeps its report, and its matrix when it is ready. Gives the file's id."""
    Files(settings).get(file_id)
    raise NotImplementedError

"""The files that a person brought: the original, untouched, and beside it what was made of it."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import InvalidParameter, QuotaExceeded, UnknownName
from engine.io.report import Report
from engine.settings import Settings
from engine.store import atomic_write, storage_errors
from engine.types import QcLimits

GB = 1e9


@dataclass(frozen=True)
class DataFile:
    """One file, or one folder of files, that a person brought; `added` in UTC, ISO format."""

    id: str
    name: str
    bytes: int
    added: str
    fixes: tuple[str, ...] = ()


class Files:
    """Files under `<home>/files/<id>/`.

    `original/` holds what came and is never written to; `about.json` the record; `check.json` the report;
    `matrix.h5ad` the counts that studies read; `cells.npz` facts of each cell for the QC plots;
    `limits.json` the quality limits that a person chose there.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def root(self) -> Path:
        return self._settings.folder("files")

    def list(self) -> list[DataFile]:
        """All files, the newest first."""
        found = [self._read(path.parent) for path in self.root.glob("*/about.json")]
        return sorted(found, key=lambda file: file.added, reverse=True)

    def get(self, file_id: str) -> DataFile:
        """The file of that id; raises `UnknownName` when there is none."""
        folder = self.root / file_id
        if not file_id.isalnum() or not (folder / "about.json").is_file():
            raise UnknownName(f"There is no file '{file_id}'. It may have been deleted: look on the Data page.")
        return self._read(folder)

    def add(self, name: str, source: Path, *, file_id: str = "") -> DataFile:
        """Take in a finished upload, a file or a folder, by moving it; checks the room first.

        Asked again with the same `file_id`, it goes on where it was interrupted and makes no second file.

        Raises
        ------
        QuotaExceeded
            When it is larger than the settings allow; the source stays where it is.
        """
        folder = self.root / (file_id or uuid.uuid4().hex[:12])
        original = folder / "original" / Path(name).name
        if (folder / "about.json").is_file():
            return self._read(folder)
        if not original.exists():
            self.need_room(folder_bytes(source))
            with storage_errors():
                original.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(source, original)
        file = DataFile(folder.name, name, folder_bytes(original), datetime.now(UTC).isoformat())
        self._write(file)
        return file

    def need_room(self, size: int, *, coming: int = 0) -> None:
        """Raise `QuotaExceeded` when `size` more bytes, beside `coming` that are under way, have no room."""
        one, all_ = float(self._settings.upload_gb) * GB, float(self._settings.uploads_gb) * GB
        if size > one:
            raise QuotaExceeded(
                f"A file may have up to {one / GB:g} GB, this one has {size / GB:.3g} GB. "
                "Upload a smaller one, or raise GENEWEAVE_UPLOAD_GB."
            )
        used = self.used() + coming
        if used + size > all_:
            raise QuotaExceeded(
                f"All files together may have up to {all_ / GB:g} GB, and {used / GB:.3g} GB are in use: "
                f"{size / GB:.3g} GB more do not fit. Delete files that are no longer needed, "
                "or raise GENEWEAVE_UPLOADS_GB."
            )

    def used(self) -> int:
        """Bytes of all originals together."""
        return sum(file.bytes for file in self.list())

    def original(self, file_id: str) -> Path:
        """What came: a file, or the top folder of a folder upload."""
        self.get(file_id)
        return next((self.root / file_id / "original").iterdir())

    def matrix(self, file_id: str) -> Path:
        """Where the counts that studies read are, or will be."""
        self.get(file_id)
        return self.root / file_id / "matrix.h5ad"

    def cells(self, file_id: str) -> Path:
        """Where the facts of each cell are, or will be."""
        self.get(file_id)
        return self.root / file_id / "cells.npz"

    def report(self, file_id: str) -> Report | None:
        """The report of the last check; None before the first has ended."""
        self.get(file_id)
        path = self.root / file_id / "check.json"
        return Report.from_json(path.read_text(encoding="utf-8")) if path.is_file() else None

    def write_report(self, file_id: str, report: Report) -> None:
        """Keep the report of a check."""
        self.get(file_id)
        with atomic_write(self.root / file_id / "check.json") as part:
            part.write_text(report.to_json(), encoding="utf-8")

    def set_fixes(self, file_id: str, fixes: tuple[str, ...]) -> DataFile:
        """Say which fixes the next check applies."""
        file = replace(self.get(file_id), fixes=tuple(dict.fromkeys(fixes)))
        self._write(file)
        return file

    def limits(self, file_id: str) -> QcLimits:
        """The quality limits that a person chose for its cells; all open before."""
        self.get(file_id)
        path = self.root / file_id / "limits.json"
        return QcLimits(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else QcLimits()

    def set_limits(self, file_id: str, limits: QcLimits) -> None:
        """Keep the quality limits that a person chose; a study that is made of the file begins with them."""
        self.get(file_id)
        with atomic_write(self.root / file_id / "limits.json") as part:
            part.write_text(json.dumps(asdict(limits)), encoding="utf-8")

    def rename(self, file_id: str, name: str) -> DataFile:
        """Give a file another name; the original keeps its own."""
        if not name.strip():
            raise InvalidParameter("A file needs a name, found none. Type one.")
        file = replace(self.get(file_id), name=name.strip())
        self._write(file)
        return file

    def delete(self, file_id: str) -> None:
        """Remove a file and everything made of it."""
        self.get(file_id)
        gone = self.root / f".{file_id}-{uuid.uuid4().hex[:6]}"
        os.replace(self.root / file_id, gone)
        shutil.rmtree(gone, ignore_errors=True)

    def _read(self, folder: Path) -> DataFile:
        given = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        return DataFile(**given | {"fixes": tuple(given["fixes"])})

    def _write(self, file: DataFile) -> None:
        with atomic_write(self.root / file.id / "about.json") as part:
            part.write_text(json.dumps(asdict(file)), encoding="utf-8")


def folder_bytes(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; links are not followed."""
    if path.is_dir() and not path.is_symlink():
        return sum(inside.lstat().st_size for inside in path.rglob("*") if not inside.is_dir())
    return path.lstat().st_size

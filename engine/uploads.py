"""Uploads under way: kept on the disk, resumed where they end, taken into the files when they are whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from engine.errors import InvalidFile, StorageFull, UnknownName
from engine.files import GB, DataFile, Files
from engine.io.names import safe_name, safe_path
from engine.settings import Settings
from engine.store import atomic_write, storage_errors
from engine.upload_bytes import Bundle, Checksum, Upload, UploadGone, WrongOffset, append_blocks, held

KEPT = 7 * 24 * 3600  # seconds that an upload is kept after its last byte
PATIENCE = 5.0  # seconds to wait for another request on the same upload to end
MOST_FILES = 2000  # in one folder


class Uploads:
    """Uploads under `<home>/uploads/<id>/`: `about.json`, and `data` until it is moved into the files.

    A folder is `<home>/uploads/<bundle>/` with an upload for each of its files, and `tree/`, where each goes
    once it is whole. Where `data` is gone all bytes have come. Locks are held on files, so that threads,
    processes and machines that share the folder keep out of each other's way.
    """

    def __init__(self, settings: Settings, files: Files) -> None:
        self._settings, self._files = settings, files

    @property
    def root(self) -> Path:
        return self._settings.folder("uploads")

    def create(self, name: str, size: int) -> Upload:
        """Announce a file of `size` bytes that comes alone.

        Raises
        ------
        QuotaExceeded, StorageFull, InvalidFile
            When there is no room for it, or it is empty.
        """
        upload = Upload(uuid.uuid4().hex, safe_name(name), size)
        if size <= 0:
            raise InvalidFile(f"'{upload.name}' is empty, so there is nothing to read in it. Choose another file.")
        with held(self.root, patience=PATIENCE):
            self.sweep()
            self._need_room(size)
            self._write_new(upload)
        return upload

    def create_member(self, path: str, size: int, bundle: Bundle) -> Upload:
        """Announce a file of a folder; the upload that is there when it was announced before.

        Parameters
        ----------
        path
            Its place, the name of the folder first, with forward slashes.
        """
        parts = safe_path(path)
        self._folder(bundle.id)
        member = hashlib.sha256("/".join(parts).encode()).hexdigest()[:32]
        upload = Upload(f"{bundle.id}.{member}", parts[-1], size, "/".join(parts[1:]), bundle.id)
        if parts[0] != bundle.name or not 0 < bundle.count <= MOST_FILES or size < 0:
            raise InvalidFile(f"A folder of 1 to {MOST_FILES} files was expected, found {bundle.count} in "
                              f"'{bundle.name}' with '{path[:80]}'. Pack it into a zip or tar and upload that.")
        with held(self.root, patience=PATIENCE):
            if not (self.root / bundle.id / "about.json").exists():
                self.sweep()
                self._need_room(bundle.bytes)
                (self.root / bundle.id / "tree" / bundle.name).mkdir(parents=True, exist_ok=True)
                _write(self.root / bundle.id, asdict(bundle) | {"members": 0, "declared": 0})
            return self._announce(upload, bundle)

    def get(self, upload_id: str) -> Upload:
        """The upload of that id; raises `UnknownName` when there is none."""
        about = self._folder(upload_id) / "about.json"
        try:
            return Upload(**json.loads(about.read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError, TypeError) as error:
            raise UnknownName("There is no such upload. It was finished, cancelled or left for a week: "
                              "choose the file again to begin anew.") from error

    def offset(self, upload: Upload) -> int:
        """How many bytes have come."""
        try:
            return (self._folder(upload.id) / "data").stat().st_size
        except FileNotFoundError:
            return upload.size

    def expires(self, upload: Upload) -> float:
        """When the upload is thrown away if nothing more comes, in seconds since 1970."""
        with suppress(FileNotFoundError):
            return (self.root / upload.id.split(".")[0]).stat().st_mtime + KEPT
        return time.time()

    def append(self, upload: Upload, blocks: Iterable[bytes], *, offset: int, checksum: Checksum | None = None) -> int:
        """Write blocks as they come, each at once; how many bytes there are then.

        Raises
        ------
        UploadBusy, WrongOffset, TooManyBytes
            Before anything is written, or before what is too much.
        ChecksumMismatch
            When the bytes are not those of the checksum; they are taken back.
        StorageFull
            When the disk has no room; what was written counts.
        """
        with held(self._folder(upload.id)):
            there = self.offset(upload)
            if there != offset:
                raise WrongOffset(f"{there} bytes have come, and the next were sent as from byte {offset}. "
                                  f"Go on from byte {there}.")
            if there < upload.size:
                with open(self._folder(upload.id) / "data", "r+b", buffering=0) as data:
                    append_blocks(data, blocks, upload, checksum)
                with suppress(FileNotFoundError):  # thrown away meanwhile
                    os.utime(self.root / upload.id.split(".")[0])
            return self.offset(upload)

    def finish(self, upload: Upload) -> DataFile | None:
        """The file that a whole upload became; None while bytes, or other files of its folder, are to come.

        It may be asked again after a crash at any point, and gives the same file.

        Raises
        ------
        QuotaExceeded, StorageFull
            When there is no room; the bytes stay where they are.
        UploadGone
            When the file has been deleted since.
        """
        if self.offset(upload) < upload.size:
            return None
        folder = self._folder(upload.id)
        with held(folder, patience=PATIENCE):
            if self.offset(upload) < upload.size:  # bytes were taken back while we waited
                return None
            if not upload.bundle:
                return self._take(upload.id, upload.name, folder / "data")
            with held(self.root / upload.bundle, patience=PATIENCE):
                return self._place(upload)

    def delete(self, upload_id: str) -> None:
        """Throw an upload away; with a file of a folder, all that has come of the folder."""
        top = self.root / self.get(upload_id).id.split(".")[0]
        with held(top, patience=PATIENCE):
            gone = self.root / f".{top.name}-{uuid.uuid4().hex[:6]}"
            os.replace(top, gone)
        shutil.rmtree(gone, ignore_errors=True)

    def coming(self) -> int:
        """Bytes that are kept for uploads under way."""
        return sum(_announced(folder) for folder in self.root.glob("[!.]*") if folder.is_dir())

    def sweep(self) -> None:
        """Throw away what nobody went on with for a week, and what is left of finished uploads."""
        for folder in self.root.iterdir():
            if folder.is_dir() and time.time() - folder.stat().st_mtime > KEPT:
                shutil.rmtree(folder, ignore_errors=True)

    def _need_room(self, size: int) -> None:
        self._files.need_room(size, coming=self.coming())
        free = shutil.disk_usage(self.root).free
        if size > free:
            raise StorageFull(f"The disk has {free / GB:.3g} GB free, and {size / GB:.3g} GB are to come. "
                              "Free some space or set GENEWEAVE_HOME to another disk, then try again.")

    def _announce(self, upload: Upload, bundle: Bundle) -> Upload:
        folder = self.root / bundle.id
        known = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        members, declared = known.pop("members") + 1, known.pop("declared") + upload.size
        if Bundle(**known) != bundle:
            raise InvalidFile(f"The folder '{bundle.name}' is not as it was when its upload began. Begin it anew.")
        if (self._folder(upload.id) / "about.json").exists():
            before = self.get(upload.id)
            if before.size != upload.size:
                raise InvalidFile(f"'{upload.path}' is not as it was when its upload began. Begin the folder anew.")
            return before
        if members > bundle.count or declared > bundle.bytes:
            raise InvalidFile(f"The folder '{bundle.name}' was announced with {bundle.count} files of {bundle.bytes} "
                              "bytes, and it has more. Begin it anew.")
        _write(folder, known | {"members": members, "declared": declared})
        self._write_new(upload)
        return upload

    def _write_new(self, upload: Upload) -> None:
        folder = self._folder(upload.id)
        with storage_errors():
            folder.mkdir(exist_ok=True)
            (folder / "data").touch()
            _write(folder, asdict(upload))

    def _place(self, upload: Upload) -> DataFile | None:
        folder = self.root / upload.bundle
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        top, data = folder / "tree" / about["name"], self._folder(upload.id) / "data"
        if data.exists():
            try:
                (top / upload.path).parent.mkdir(parents=True, exist_ok=True)
                os.replace(data, top / upload.path)
            except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
                raise InvalidFile(f"'{upload.path}' is a file and a folder at once. Upload the folder anew.") from error
        if top.exists() and sum(len(names) for _, _, names in os.walk(top)) < about["count"]:
            return None
        return self._take(upload.bundle, about["name"], top)

    def _take(self, name_id: str, name: str, source: Path) -> DataFile:
        file_id = hashlib.sha256(name_id.encode()).hexdigest()[:12]
        if not source.exists() and not (self._files.root / file_id).exists():
            raise UploadGone(f"'{name}' was uploaded, and has been deleted since. Choose it again to upload it anew.")
        return self._files.add(name, source, file_id=file_id)

    def _folder(self, upload_id: str) -> Path:
        parts = upload_id.split(".")
        if len(parts) > 2 or not all(len(part) == 32 and part.isalnum() and part.isascii() for part in parts):
            raise UnknownName("An upload's address ends in its id, this one does not. Choose the file again.")
        return self.root.joinpath(*parts)


def _write(folder: Path, about: dict) -> None:
    with atomic_write(folder / "about.json") as part:
        part.write_text(json.dumps(about), encoding="utf-8")


def _announced(folder: Path) -> int:
    """Bytes that an upload or folder under way was announced with; 0 once it is a file."""
    if not any((folder / part).exists() for part in ("data", "tree")) or not (folder / "about.json").exists():
        return 0
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    if "count" in about:
        return about["bytes"] if (folder / "tree" / about["name"]).exists() else 0
    return about["size"]

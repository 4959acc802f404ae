"""How a library file comes: from the mirror folder or its address, checked, whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import uuid
import zlib
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from engine.errors import DownloadFailed
from engine.knowledge.registry import Entry
from engine.progress import Progress
from engine.store import atomic_write, storage_errors

CHUNK = 1 << 18
SILENCE = 30  # seconds without a byte after which a server is given up


def in_mirror(entry: Entry, mirror: str) -> Path | None:
    """The file of an entry in the mirror folder; None where it is not, or leads out of the folder by a link."""
    if not (mirror and entry.mirror):
        return None
    root = Path(mirror).expanduser().resolve()
    found = (root / entry.mirror).resolve()
    return found if found.is_relative_to(root) and found.is_file() else None


def from_mirror(entry: Entry, source: Path, target: Path, progress: Progress) -> None:
    """Copy the content of an entry out of the mirror, decompressed where the entry is plain.

    Raises
    ------
    DownloadFailed
        When the content is not what the registry says; nothing is kept.
    """
    n_bytes, digest = 0, hashlib.sha256()
    try:
        with _open(source, entry) as content, atomic_write(target) as part, part.open("wb") as out:
            while chunk := content.read(CHUNK):
                n_bytes += len(chunk)
                _tell(entry, n_bytes, progress)
                digest.update(chunk)
                out.write(chunk)
            if digest.hexdigest() != entry.sha256:
                raise _wrong(entry, "something else in the mirror")
    except (EOFError, OSError, zlib.error) as error:
        raise _wrong(entry, f"a file in the mirror that cannot be read ({error})") from error


def from_address(entry: Entry, target: Path, progress: Progress) -> None:
    """Download an entry with pooch; its checksum decides whether it is kept.

    Raises
    ------
    DownloadFailed
        When the address does not answer, or gives something else; nothing is kept.
    """
    import pooch

    pooch.get_logger().setLevel("WARNING")
    folder = target.parent / f".coming-{uuid.uuid4().hex[:8]}"
    loader = pooch.HTTPDownloader(progressbar=Bar(entry, folder, progress), chunk_size=CHUNK, timeout=SILENCE)
    try:
        with storage_errors():
            pooch.retrieve(entry.url, f"sha256:{entry.sha256}", fname="content", path=folder, downloader=loader)
            os.replace(folder / "content", target)
    except ValueError as error:
        raise _wrong(entry, f"something else at {urlsplit(entry.url).netloc}") from error
    except OSError as error:
        raise _no_answer(entry, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Bar:
    """What pooch tells of a download; it counts in its own way, so the bytes are read off the disk."""

    def __init__(self, entry: Entry, folder: Path, progress: Progress) -> None:
        self.total = 0  # set by pooch, to what the server says: the size of the compressed content, at times
        self._entry, self._folder, self._progress = entry, folder, progress

    def update(self, _: int) -> None:
        _tell(self._entry, sum(path.stat().st_size for path in self._folder.iterdir()), self._progress)

    def reset(self) -> None:
        """Nothing to reset."""

    def close(self) -> None:
        """Nothing to put away."""


def _tell(entry: Entry, n_bytes: int, progress: Progress) -> None:
    """Pass on how much is here; stops when a person asked to, or when there is more than the registry says."""
    progress.check()
    if n_bytes > entry.bytes:
        raise _wrong(entry, "more bytes than that")
    progress.step(n_bytes / max(entry.bytes, 1))


def digest_of(path: Path) -> str:
    """sha256 of a file, hexadecimal."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _open(source: Path, entry: Entry) -> BinaryIO:
    """The content of a mirror's file; decompressed when it is compressed and the entry is not."""
    with source.open("rb") as start:
        compressed = start.read(2) == b"\x1f\x8b"
    return gzip.open(source) if compressed and not entry.filename.endswith(".gz") else source.open("rb")


def _wrong(entry: Entry, found: str) -> DownloadFailed:
    return DownloadFailed(
        f"'{entry.name}' was expected to have {entry.bytes:,} bytes with checksum {entry.sha256[:12]}…, found {found}. "
        "Nothing was kept. Try again; if it stays so, mend the mirror or update Geneweave."
    )


def _no_answer(entry: Entry, error: OSError) -> DownloadFailed:
    host = urlsplit(entry.url).netloc
    status = getattr(getattr(error, "response", None), "status_code", None)
    found = f"{host} answered with {status}" if status else f"{host} could not be reached"
    return DownloadFailed(
        f"'{entry.name}' was to be fetched from its address, but {found}. Go online and try again, or set "
        f"GENEWEAVE_MIRROR to a folder that holds it as '{entry.mirror}'."
    )

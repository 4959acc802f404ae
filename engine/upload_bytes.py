"""The bytes of an upload: what it was announced as, the lock on it, and how blocks reach the disk."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from engine.errors import GeneweaveError, StorageFull, UnknownName


class UploadBusy(GeneweaveError):
    """Another request writes to the same upload."""


class UploadGone(GeneweaveError):
    """An upload that was finished, and whose file has been deleted since."""


class WrongOffset(GeneweaveError):
    """Bytes that do not begin where those on the disk end."""


class TooManyBytes(GeneweaveError):
    """More bytes than an upload was announced with."""


class ChecksumMismatch(GeneweaveError):
    """Bytes that changed on their way."""


@dataclass(frozen=True)
class Bundle:
    """A folder that comes file by file: an id that its sender drew, its name, its files and bytes in all."""

    id: str
    name: str
    count: int
    bytes: int


@dataclass(frozen=True)
class Upload:
    """One file that is coming; `path` is its place in its folder, and both are empty when it comes alone."""

    id: str
    name: str
    size: int
    path: str = ""
    bundle: str = ""


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one request must add up to; `algorithm` as hashlib names it."""

    algorithm: str
    digest: bytes


@contextmanager
def held(folder: Path, *, patience: float = 0.0) -> Iterator[None]:
    """Context: nobody else is in here who asks for `folder`; waits `patience` seconds for who is.

    The lock is on a file in the folder, so that threads, processes and machines that share it keep apart.

    Raises
    ------
    UploadBusy
        When somebody else is in there all the time.
    UnknownName
        When the folder is gone.
    """
    deadline = time.monotonic() + patience
    try:
        lock = open(folder / "lock", "ab")
    except FileNotFoundError as error:
        raise UnknownName("There is no such upload any more. Choose the file again to begin anew.") from error
    with lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    raise UploadBusy("Another request still writes to this upload. Try again in a moment.") from error
            time.sleep(0.02)
        yield


def append_blocks(data: FileIO, blocks: Iterable[bytes], upload: Upload, checksum: Checksum | None) -> None:
    """Write blocks at the end of an open file without a buffer, each at once.

    Raises
    ------
    TooManyBytes
        Before the block that would be too much is written.
    ChecksumMismatch
        When the bytes are not those of the checksum; they are taken back.
    StorageFull
        When the disk has no room; what was written stays.
    """
    start = written = data.seek(0, os.SEEK_END)
    digest = hashlib.new(checksum.algorithm) if checksum else None
    for block in blocks:
        written += len(block)
        if written > upload.size:
            raise TooManyBytes(f"'{upload.name}' was announced with {upload.size} bytes, and more came. Begin it anew.")
        _write_all(data, block)
        if digest:
            digest.update(block)
    if digest and digest.digest() != checksum.digest:
        data.truncate(start)
        raise ChecksumMismatch("The bytes changed on their way, and were not kept. Send them again.")


def _write_all(data: FileIO, block: bytes) -> None:
    view = memoryview(block)
    try:
        while view:
            view = view[data.write(view):]
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise StorageFull("The disk is full. What has come so far is kept: free some space, then go on.") from error

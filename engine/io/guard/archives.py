"""Unpack gzip, zip and tar into the scratch folder: member by member, within limits, nothing outside it."""

from __future__ import annotations

import gzip
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from engine.errors import InvalidFile
from engine.io.guard.memory import RATIO, size

BLOCK = 1 << 20
FLOOR = 1 << 26  # what grows to less than this is no bomb, however small it was
MEMBERS = 200_000
HEADER = 1 << 20  # the longest extended header of a tar member
NOISE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "._")


class Budget:
    """How many bytes may still be unpacked from one file."""

    def __init__(self, name: str, packed: int, limit: int) -> None:
        self._name, self._packed, self._limit, self._used = name, max(packed, 1), limit, 0

    def take(self, count: int) -> None:
        """Count `count` more bytes; raises `InvalidFile` when they are too many, or far more than were packed."""
        self._used += count
        if self._used > self._limit:
            raise InvalidFile(
                f"'{self._name}' unpacks to more than {size(self._limit)}, the limit for a file of this kind. "
                "Unpack it yourself and upload what is needed, or raise GENEWEAVE_MATRIX_GB."
            )
        if self._used > FLOOR and self._used > RATIO * self._packed:
            raise InvalidFile(
                f"'{self._name}' grows more than {RATIO}-fold when unpacked ({size(self._packed)} to over "
                f"{size(FLOOR)}), as archive bombs do. Unpack it yourself and upload what is inside."
            )


def gunzip(path: Path, target: Path, budget: Budget) -> Path:
    """Unpack a gzip file to `target`, stopping at the budget."""
    with gzip.open(path) as stream:
        _pour(stream, target, budget)
    return target


def unzip(path: Path, folder: Path, budget: Budget) -> Path:
    """Unpack the files of a zip archive below `folder`."""
    with zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if not info.is_dir() and not _noise(info.filename)]
        _need_few(len(members), path)
        for info in members:
            if info.flag_bits & 1:
                raise InvalidFile(f"'{path.name}' is locked with a password. Unpack it yourself, or zip without one.")
            mode = info.external_attr >> 16
            if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                raise _special(path, info.filename, "link" if stat.S_ISLNK(mode) else "device")
        targets = _targets([info.filename for info in members], folder, path)
        for info, target in zip(members, targets, strict=True):
            with archive.open(info) as stream:
                _pour(stream, target, budget)
    return folder


def untar(path: Path, folder: Path, budget: Budget) -> Path:
    """Unpack the files of a tar archive, not compressed, below `folder`."""
    _check_headers(path)
    with tarfile.open(path, "r:") as archive:
        members = [info for info in archive if not info.isdir() and not _noise(info.name)]
        _need_few(len(members), path)
        for info in members:
            if not info.isreg() or info.issparse():
                raise _special(path, info.name, "link" if info.issym() or info.islnk() else "device or sparse file")
        for info, target in zip(members, _targets([info.name for info in members], folder, path), strict=True):
            with archive.extractfile(info) as stream:
                _pour(stream, target, budget)
    return folder


def _pour(stream: BinaryIO, target: Path, budget: Budget) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target, "xb") as out:
        while block := stream.read(BLOCK):
            budget.take(len(block))
            out.write(block)


def _targets(names: list[str], folder: Path, archive: Path) -> Iterator[Path]:
    """Where each member goes; all are judged before the first is written."""
    clean = [_inside(name, archive) for name in names]
    lower = [name.as_posix().lower() for name in clean]
    if len(set(lower)) < len(lower):
        twice = next(name for name in lower if lower.count(name) > 1)
        raise InvalidFile(f"'{archive.name}' holds '{twice}' twice. Pack it again, each file once.")
    return iter([folder / name for name in clean])


def _inside(name: str, archive: Path) -> PurePosixPath:
    path = PurePosixPath(name)
    climbs = ".." in path.parts or path.is_absolute() or "\\" in name or ":" in name.split("/")[0]
    if climbs or not path.parts or any(ord(letter) < 32 or "\ud800" <= letter <= "\udfff" for letter in name):
        raise InvalidFile(
            f"'{archive.name}' holds a member named {name!r}, which would land outside its own folder. "
            "Such archives are refused: pack the files again with plain names."
        )
    return path


def _special(path: Path, member: str, kind: str) -> InvalidFile:
    return InvalidFile(
        f"'{path.name}' holds '{member}', a {kind}; expected plain files only. Pack the files themselves again."
    )


def _need_few(count: int, path: Path) -> None:
    if count == 0:
        raise InvalidFile(f"'{path.name}' is an empty archive: it holds no file. Pack the matrix files into it.")
    if count > MEMBERS:
        raise InvalidFile(f"'{path.name}' holds {count:,} files, the limit is {MEMBERS:,}. Upload only the matrix.")


def _noise(name: str) -> bool:
    return name.startswith(NOISE[0]) or PurePosixPath(name).name.startswith(NOISE[1:])


def _check_headers(path: Path) -> None:
    """Refuse extended headers that would fill the memory: tarfile reads them whole."""
    end = path.stat().st_size
    with open(path, "rb") as file:
        while (header := file.read(512)).strip(b"\0"):
            if len(header) < 512:
                raise EOFError("its last member is incomplete")
            length = tarfile.nti(header[124:136])
            if header[156:157] in b"xgXLK" and length > HEADER:
                raise InvalidFile(
                    f"'{path.name}' has a tar header of {size(length)}, where a few hundred bytes are usual. "
                    "Such archives are refused: pack the files again."
                )
            if length < 0:
                raise InvalidFile(f"'{path.name}' is a damaged tar archive: a member of negative size. Pack it again.")
            if file.seek(-(-length // 512) * 512, 1) > end:
                raise EOFError("its last member is incomplete")

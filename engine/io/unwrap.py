"""From what was uploaded to the one file or folder that holds the matrix: gzip, zip and tar are unpacked."""

from __future__ import annotations

import gzip
import zipfile
from dataclasses import replace
from pathlib import Path

from engine.io.formats.format import GZIP, HEAD, UNPACKED, Source
from engine.io.formats.refused import refuse_content, refuse_members
from engine.io.guard.archives import Budget, gunzip, untar, unzip
from engine.io.guard.door import door

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
TAR = b"ustar"
ENDINGS = (".h5ad", ".h5mu", ".h5", ".hdf5", ".loom", ".csv", ".tsv", ".txt", ".tab")


def unwrap(source: Source) -> Source:
    """The source out of its archive; an archive inside an archive is refused.

    Raises
    ------
    InvalidFile
        When it is damaged, unsafe, or would unpack to more than the limit.
    """
    if source.path.is_dir():
        return source
    source = _gunzipped(source)
    refuse_content(source.head, source.name)
    if source.head.startswith(ZIP):
        with door(source.name), zipfile.ZipFile(source.path) as archive:
            refuse_members(archive.namelist(), source.name)
        return _unpacked(source, unzip)
    if source.head[257:262] == TAR:
        return _unpacked(source, untar)
    return source


def pick(source: Source) -> Source:
    """The one file of a folder that is a matrix by its name; it is no archive.

    Raises
    ------
    InvalidFile
        When there is none, or more than one.
    """
    plain = [path for path in source.files if path.name.lower().removesuffix(".gz").endswith(ENDINGS)]
    filtered = [path for path in plain if path.name.endswith("filtered_feature_bc_matrix.h5")]
    chosen = source.files if len(source.files) == 1 else filtered if len(filtered) == 1 else plain
    if len(chosen) != 1:
        listed = ", ".join(path.relative_to(source.path).as_posix() for path in (chosen or source.files)[:4])
        raise source.invalid(
            f"expected one matrix inside, found {len(chosen) or 'none'} among {len(source.files)} files ({listed}). "
            "Upload one matrix at a time."
        )
    if len(source.files) > 1:
        source.notes.append(f"Of {len(source.files)} files, '{chosen[0].name}' was read.")
    inside = _gunzipped(source.part(chosen[0]))
    refuse_content(inside.head, inside.name)
    if inside.head.startswith(ZIP) or inside.head[257:262] == TAR:
        raise source.invalid(
            f"holds another archive, '{inside.name}', and archives inside archives are not opened. "
            "Unpack it and upload what is inside."
        )
    return inside


def _gunzipped(source: Source) -> Source:
    if not source.head.startswith(GZIP):
        return source
    with door(source.name), gzip.open(source.path) as stream:
        refuse_content(stream.read(HEAD), source.name)
    name = source.name.removesuffix(".gz").replace(".tgz", ".tar") or source.name
    target = source.scratch / "unpacked" / Path(name).name
    with door(source.name):
        gunzip(source.path, target, _budget(source))
    return replace(source, path=target, name=name)


def _unpacked(source: Source, unpack) -> Source:
    folder = source.scratch / "archive"
    with door(source.name):
        unpack(source.path, folder, _budget(source))
    if source.path.is_relative_to(source.scratch):
        source.path.unlink()
    return replace(source, path=folder)


def _budget(source: Source) -> Budget:
    return Budget(source.name, source.path.stat().st_size, int(source.limit_bytes) * UNPACKED)

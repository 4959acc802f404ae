"""Open whatever a person brought as a matrix of cells by genes, or say in a sentence why not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from engine.errors import InvalidFile
from engine.io.formats import FORMATS
from engine.io.formats.format import Format, Source
from engine.io.formats.refused import refuse_hdf5, refuse_name, refuse_unknown
from engine.io.guard.door import door
from engine.io.guard.folders import need_plain
from engine.io.matrix import Opened
from engine.io.unwrap import pick, unwrap
from engine.store import storage_errors


@contextmanager
def open_matrix(path: Path, *, limit_bytes: int, scratch: Path, probed: bool = False) -> Iterator[Opened]:
    """Context: the content of a file or folder of any format that is read.

    Matrices are streamed from the disk where they can be; they may be read only inside the context. Content
    decides which format it is, the name only where content is silent.

    Parameters
    ----------
    path
        A file, an archive, or a folder of files.
    limit_bytes
        Memory that a matrix may take when it must be read whole; four times as much may be unpacked to disk.
    scratch
        Folder for what must be unpacked; made when it is not there, and left as empty as it was.
    probed
        Try HDF5 files in a process of their own first, as a damaged one can end the program. For files from outside.

    Raises
    ------
    InvalidFile
        When it is damaged, unsafe, too large, or of a kind that is not read; later too, while it is streamed.
    """
    with ExitStack() as stack:
        _need_there(path)
        with storage_errors():
            scratch.mkdir(parents=True, exist_ok=True)
            own = Path(tempfile.mkdtemp(prefix="open-", dir=scratch))
        stack.callback(shutil.rmtree, own, ignore_errors=True)
        source = unwrap(Source(path, path.name, int(limit_bytes), own, stack, probed=probed))
        with door(path.name):
            form, source = _choose(source)
            opened = form.read(source)
        yield replace(opened, notes=(*opened.notes, *source.notes))


def _need_there(path: Path) -> None:
    try:
        need_plain(path, path.name)
    except FileNotFoundError as error:
        raise InvalidFile(f"'{path.name}' was expected, and is not there any more. Upload it again.") from error
    if path.is_file() and path.stat().st_size == 0:
        raise InvalidFile(f"'{path.name}' is empty: 0 bytes. The upload or the export failed: make it again.")


def _choose(source: Source) -> tuple[Format, Source]:
    """The first format that knows the content; of an unknown folder, its one matrix file is judged instead."""
    if source.path.is_dir():
        found = next((form for form in FORMATS if form.sniff(source)), None)
        if found:
            return found, source
        source = pick(source)
    if not source.head:
        raise InvalidFile(f"'{source.name}' is empty: 0 bytes. The export failed: make it again.")
    if not source.is_hdf5:
        refuse_name(source.name)
    for form in FORMATS:
        if form.sniff(source):
            return form, source
    raise refuse_hdf5(source.keys, source.name) if source.is_hdf5 else refuse_unknown(source.name)

"""HDF5 files: every link looked at before anything is read, so that none leads to another file."""

from __future__ import annotations

from typing import Any

from engine.errors import InvalidFile
from engine.io.guard.door import door

CACHE = 1 << 26  # bytes of unpacked chunks that HDF5 keeps for an array
PARTS = 200_000


def open_hdf5(path: Any, name: str) -> Any:
    """The HDF5 file, open for reading; it reaches nothing outside itself.

    Raises
    ------
    InvalidFile
        When it is damaged, or holds an external or climbing link, a virtual dataset, values kept in other
        files, or references.
    """
    import h5py

    with door(name):
        file = h5py.File(path, "r", rdcc_nbytes=CACHE)
    try:
        with door(name):
            _visit(file, name)
    except InvalidFile:
        file.close()
        raise
    return file


def _visit(file: Any, name: str) -> None:
    """Look at every part once, however many links lead to it."""
    import h5py

    seen, waiting, parts = set(), [("/", file["/"])], 0
    while waiting:
        path, group = waiting.pop()
        for key in group:
            parts += 1
            if parts > PARTS:
                raise InvalidFile(f"'{name}' has over {PARTS:,} parts, more than a matrix needs. Write it again.")
            inside = f"{path.rstrip('/')}/{_printable(key, name)}"
            if not _is_hard(group, key, inside, file, name):
                continue
            node = group[key]
            about = h5py.h5o.get_info(node.id)
            if (about.fileno, about.addr) in seen:
                continue
            seen.add((about.fileno, about.addr))
            if isinstance(node, h5py.Group):
                waiting.append((inside, node))
            elif isinstance(node, h5py.Dataset):
                _check_dataset(node, inside, name)


def _printable(key: str | bytes, name: str) -> str:
    """The name of a part, which pages and reports can write."""
    raw = key if isinstance(key, bytes) else key.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidFile(
            f"'{name}': expected names in UTF-8, found a part named '{raw.decode('utf-8', 'replace')}' that is not. "
            "Write the file again with its names as UTF-8."
        ) from error


def _is_hard(group: Any, key: str, inside: str, file: Any, name: str) -> bool:
    """Whether a link is a plain one; a soft link within the file passes, its target is seen elsewhere."""
    import h5py

    link = group.get(key, getlink=True)
    if isinstance(link, h5py.ExternalLink):
        raise _refused(name, inside, f"an external link to the file '{link.filename}'")
    if isinstance(link, h5py.SoftLink):
        if ".." in link.path.split("/"):
            raise _refused(name, inside, f"a soft link that climbs ('{link.path}')")
        try:
            (file if link.path.startswith("/") else group)[link.path]
        except (KeyError, OSError, RuntimeError, ValueError) as error:
            raise _refused(name, inside, f"a soft link to '{link.path}', which is not there") from error
        return False
    return True


def _check_dataset(node: Any, inside: str, name: str) -> None:
    import h5py

    if node.is_virtual:
        raise _refused(name, inside, "a virtual dataset, put together from other files")
    if node.external:
        raise _refused(name, inside, f"a dataset kept outside, in '{node.external[0][0]}'")
    kinds = [node.dtype[field] for field in node.dtype.names] if node.dtype.names else [node.dtype]
    if any(h5py.check_ref_dtype(kind) is not None for kind in kinds):
        raise _refused(name, inside, "a dataset of references (as MATLAB files have)")


def _refused(name: str, inside: str, what: str) -> InvalidFile:
    return InvalidFile(
        f"'{name}': expected a file that holds all its values itself, found {what} at '{inside}'. "
        "Files that reach elsewhere are refused: write a full copy."
    )

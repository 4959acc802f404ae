"""Where a file of a study is, and the hash that names its content."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from engine.errors import InvalidStudy
from engine.store import Store

PACKAGE = "package:"  # a file inside an installed Python package, so that an example needs no download


def resolve(path: str) -> Path:
    """The file behind `path`: a plain path, or `package:NAME/inside/the/package`.

    Raises
    ------
    InvalidStudy
        When there is no such file.
    """
    found = _in_package(path.removeprefix(PACKAGE)) if path.startswith(PACKAGE) else Path(path).expanduser()
    if found is None or not found.is_file():
        raise InvalidStudy(f"A data file was expected at '{path}', none is there. Correct 'path' in the study file.")
    return found


def content_hash(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known_hash(path: str, *, store: Store) -> str:
    """The content hash of the file behind `path`, remembered as long as its size and time stay the same."""
    file = resolve(path)
    stat = file.stat()
    return store.memo(f"sha256:{file}:{stat.st_size}:{stat.st_mtime_ns}", lambda: content_hash(file))


def _in_package(path: str) -> Path | None:
    name, _, inside = path.partition("/")
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0])
    found = folder / inside
    return found if found.resolve().is_relative_to(folder.resolve()) else None
